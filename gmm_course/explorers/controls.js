// Controls beside the picture. Each builder returns a function that shows the present value.

// A number: a slider, which counts whole steps, and a box, one value.
function numberRow(parent, { label, name, low, high, step, log, whole }, get, put, complain) {
  const row = make("div", parent, { class: "gmm-number" }), place = v => (log ? Math.log10(v) : v);
  const count = Math.round((place(high) - place(low)) / step), keys = { "data-lm-suppress-shortcuts": "true" };
  make("span", row, { class: "gmm-label", "aria-hidden": "true" }, label);
  const slider = make("input", row, { type: "range", min: 0, max: count, step: 1, "aria-label": `${name}, slider`, ...keys });
  const box = make("input", row, { type: "text", inputmode: "decimal", "aria-label": name, ...keys });
  slider.oninput = () => {
    const at = place(low) + slider.valueAsNumber * step;
    put(log ? +(10 ** at).toPrecision(3) : +at.toPrecision(10));
  };
  box.onchange = () => {
    const typed = Number(box.value.trim().replace(",", ".").replace("−", "-"));
    if (box.value.trim() && typed >= low && typed <= high && (!whole || Number.isInteger(typed))) return put(typed);
    complain(`The ${name} must be a${whole ? " whole" : ""} number between ${low} and ${high}, got “${box.value}”.`);
    box.value = box.dataset.shown;
  };
  const show = () => {
    const value = get(), words = String(+value.toPrecision(5));
    slider.value = Math.round((place(clip(value, low, high)) - place(low)) / step);
    set(slider, { "aria-valuetext": words });
    if (document.activeElement !== box || !box.matches(":focus")) box.value = words;
    else if (box.dataset.shown !== words) box.value = words;
    box.dataset.shown = words;
  };
  return show;
}

const swatch = k => make("span", null, { class: "gmm-swatch", style: `background: var(--bell${(k % 6) + 1})` });
function heading(parent, words, k) {
  const line = make("div", parent, { class: "gmm-heading" });
  if (k !== undefined) line.append(swatch(k));
  line.append(words);
}
const subscript = k => String(k + 1).replace(/\d/g, c => "₀₁₂₃₄₅₆₇₈₉"[c]);

const CONTROLS = {
  number: (parent, c, key, hold, put, complain) => numberRow(parent, c, () => hold.get([key]), v => put([key], v), complain),
  numbers(parent, c, key, hold, put, complain) {
    const headings = new Map(c.headings), shows = c.numbers.map((number, i) => {
      if (headings.has(i)) heading(parent, headings.get(i));
      return numberRow(parent, number, () => hold.get([key, i]), v => put([key, i], v), complain);
    });
    return () => shows.forEach(show => show());
  },
  mixture(parent, c, key, hold, put, complain) {
    let built = 0, shown = 0, shows = [];
    const build = K => {
      parent.replaceChildren();
      [built, shown] = [K, Math.min(shown, K - 1)];
      if (K > 3) chooser(K);
      shows = [...Array(K).keys()].filter(k => K <= 3 || k === shown).flatMap(k => {
        heading(parent, `bell ${k + 1}`, k);
        return ["w", "m", "s"].filter(which => K > 1 || which !== "w").map(which => {
          const path = [key, which, k], label = { w: "w", m: "μ", s: "σ" }[which] + subscript(k);
          return numberRow(parent, { ...hold.range(path), label }, () => hold.get(path), v => put(path, v), complain);
        });
      });
    };
    const chooser = K => {
      const select = make("select", make("label", parent, { class: "gmm-choice" }, "bell "), { "data-lm-suppress-shortcuts": "true" });
      for (let k = 0; k < K; k++) make("option", select, {}, `${k + 1} of ${K}`);
      select.selectedIndex = shown;
      select.onchange = () => {
        shown = select.selectedIndex;
        build(K);
        shows.forEach(show => show());
        parent.querySelector("select").focus();
      };
    };
    return () => {
      const K = hold.values[key].w.length;
      if (K !== built) build(K);
      shows.forEach(show => show());
    };
  },
  choice(parent, c, key, hold, put) {
    const select = make("select", make("label", parent, { class: "gmm-choice" }, `${c.label} `), { "data-lm-suppress-shortcuts": "true" });
    const options = c.options.map(each => [each].flat()); // [words, value], or the words alone
    for (const [words] of options) make("option", select, {}, words);
    select.onchange = () => put(key, options[select.selectedIndex].at(-1));
    return () => (select.selectedIndex = options.findIndex(each => each.at(-1) === hold.values[key]));
  },
  switch(parent, c, key, hold, put) {
    const label = make("label", parent, { class: "gmm-switch" });
    const box = make("input", label, { type: "checkbox", "data-lm-suppress-shortcuts": "true" });
    label.append(c.label);
    box.onchange = () => put(key, box.checked);
    return () => (box.checked = hold.values[key]);
  },
  file(parent, c, key, hold, put, complain, take) {
    const label = make("label", parent, { class: "gmm-file" }, c.label);
    const file = make("input", label, { type: "file", "data-lm-suppress-shortcuts": "true" });
    const below = make("div", parent, { class: "gmm-found" });
    file.onchange = async () => {
      if (file.files[0]) take(file.files[0].name, await file.files[0].arrayBuffer());
      file.value = ""; // so that the same name, its file mended, is taken again
    };
    return view => view.found === below.dataset.html || (below.innerHTML = below.dataset.html = view.found);
  },
};
