// Controls beside the picture. Each builder returns a function that shows the present value.
// on: { hold, put, complain, take }: what is held, and what to do with a value, a complaint, a file.

// A number: a slider, which counts whole steps, and a box, one value.
function numberRow(parent, path, { hold, put, complain }) {
  const { label, name, low, high, step, log, whole } = hold.range(path), place = v => (log ? Math.log10(v) : v);
  const row = make("div", parent, { class: "gmm-number" }), count = Math.round((place(high) - place(low)) / step);
  make("span", row, { class: "gmm-label", "aria-hidden": "true" }, label);
  const slider = make("input", row, { type: "range", min: 0, max: count, step: 1, "aria-label": `${name}, slider` });
  const box = make("input", row, { type: "text", inputmode: "decimal", "aria-label": name });
  slider.oninput = () => {
    const at = place(low) + slider.valueAsNumber * step;
    put(path, log ? +(10 ** at).toPrecision(3) : +at.toPrecision(10));
  };
  box.onchange = () => {
    const typed = Number(box.value.trim().replace(",", ".").replace("−", "-"));
    if (box.value.trim() && typed >= low && typed <= high && (!whole || Number.isInteger(typed))) return put(path, typed);
    complain(`The ${name} must be a${whole ? " whole" : ""} number between ${low} and ${high}, got “${box.value}”.`);
    box.value = box.dataset.shown;
  };
  return () => {
    const value = hold.get(path), short = +value.toPrecision(5);
    const words = 0 < Math.abs(short) && Math.abs(short) < 1e-3 ? short.toExponential() : String(short); // the box is narrow
    slider.value = Math.round((place(clip(value, low, high)) - place(low)) / step);
    set(slider, { "aria-valuetext": words });
    if (document.activeElement !== box || box.dataset.shown !== words) box.value = words;
    box.dataset.shown = words;
  };
}

// A row each for some numbers
function rows(parent, paths, on) {
  const shows = paths.map(path => numberRow(parent, path, on));
  return () => shows.forEach(show => show());
}

const CONTROLS = {
  number: (parent, c, key, on) => numberRow(parent, [key], on),
  numbers: (parent, c, key, on) => rows(parent, c.numbers.map((_, i) => [key, i]), on),
  mixture(parent, c, key, on) { // a group a bell, in its colour; more than three fold up, and the first is open
    let shows = [];
    const build = (_, k, all) => {
      const looks = { class: "gmm-bell", style: `--bell: var(--bell${(k % 6) + 1})`, open: k ? null : "" };
      const group = make(all.length > 3 ? "details" : "div", parent, looks);
      if (all.length > 3) make("summary", group, {}, `bell ${k + 1}`);
      return rows(group, (all.length > 1 ? ["w", "m", "s"] : ["m", "s"]).map(which => [key, which, k]), on);
    };
    return () => {
      const bells = on.hold.get([key]).w;
      if (bells.length !== shows.length) {
        parent.replaceChildren();
        shows = bells.map(build);
      }
      shows.forEach(show => show());
    };
  },
  choice(parent, c, key, { hold, put }) {
    const select = make("select", make("label", parent, { class: "gmm-choice" }, `${c.label} `));
    const options = c.options.map(each => [each].flat()); // [words, value], or the words alone
    for (const [words] of options) make("option", select, {}, words);
    select.onchange = () => put([key], options[select.selectedIndex].at(-1));
    return () => (select.selectedIndex = options.findIndex(each => each.at(-1) === hold.get([key])));
  },
  switch(parent, c, key, { hold, put }) {
    const label = make("label", parent, { class: "gmm-choice" }), box = make("input", label, { type: "checkbox" });
    label.append(c.label);
    box.onchange = () => put([key], box.checked);
    return () => (box.checked = hold.get([key]));
  },
  file(parent, c, key, { take }) {
    const file = make("input", make("label", parent, { class: "gmm-file" }, c.label), { type: "file" });
    const below = make("div", parent, { class: "gmm-found" });
    file.onchange = async () => {
      if (file.files[0]) take(file.files[0].name, await file.files[0].arrayBuffer());
      file.value = ""; // so that the same name, its file mended, is taken again
    };
    return view => view.found === below.dataset.html || (below.innerHTML = below.dataset.html = view.found);
  },
};
