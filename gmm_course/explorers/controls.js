// Controls beside the picture. Each builder returns a function that shows the present value.

// A number: a slider and a box, one value. On a log scale the slider goes by powers of ten.
function numberRow(parent, path, page) {
  const { label, name, low, high, step, log, whole } = page.hold.number(path), place = log ? Math.log10 : v => v;
  const row = make("div", parent, { class: "gmm-number" });
  make("span", row, { class: "gmm-label", "aria-hidden": "true" }, label);
  const range = { type: "range", min: place(low), max: place(high), step, "aria-label": `${name}, slider` };
  const slider = make("input", row, range), box = make("input", row, { inputmode: "decimal", "aria-label": name });
  slider.oninput = () => page.put(path, log ? +(10 ** slider.valueAsNumber).toPrecision(3) : slider.valueAsNumber);
  box.onchange = () => {
    const typed = Number(box.value.trim().replace(",", ".").replace("−", "-") || NaN);
    if (typed >= low && typed <= high && (!whole || Number.isInteger(typed))) return page.put(path, typed);
    const kind = whole ? "a whole number" : "a number";
    page.hold.complaint = `The ${name} must be ${kind} between ${low} and ${high}, got “${box.value}”.`;
    box.value = box.dataset.shown;
    page.schedule();
  };
  return () => {
    const short = +page.hold.number(path).now.toPrecision(5), tiny = short && Math.abs(short) < 1e-3;
    const words = tiny ? short.toExponential() : String(short); // the box is narrow
    slider.value = place(clip(short, low, high));
    set(slider, { "aria-valuetext": words });
    if (document.activeElement !== box || box.dataset.shown !== words) box.value = words;
    box.dataset.shown = words;
  };
}

// A row each for some numbers
function rows(parent, paths, page) {
  const shows = paths.map(path => numberRow(parent, path, page));
  return () => shows.forEach(show => show());
}

const CONTROLS = {
  number: (parent, c, key, page) => numberRow(parent, [key], page),
  numbers: (parent, c, key, page) => rows(parent, c.numbers.map((_, i) => [key, i]), page),
  mixture(parent, c, key, page) { // a group a bell, in its colour; more than three fold up, and the first is open
    let shows = [];
    const build = (_, k, all) => {
      const looks = { class: "gmm-bell", style: `--bell: var(--bell${(k % 6) + 1})`, open: k ? null : "" };
      const group = make(all.length > 3 ? "details" : "div", parent, looks);
      if (all.length > 3) make("summary", group, {}, `bell ${k + 1}`);
      return rows(group, (all.length > 1 ? ["w", "m", "s"] : ["m", "s"]).map(which => [key, which, k]), page);
    };
    return () => {
      const bells = page.hold.values[key].w;
      if (bells.length !== shows.length) {
        parent.replaceChildren();
        shows = bells.map(build);
      }
      shows.forEach(show => show());
    };
  },
  choice(parent, c, key, page) {
    const select = make("select", make("label", parent, { class: "gmm-choice" }, c.label));
    const options = c.options.map(each => [each].flat()); // [words, value], or the words alone
    for (const [words] of options) make("option", select, {}, words);
    select.onchange = () => page.put([key], options[select.selectedIndex].at(-1));
    return () => (select.selectedIndex = options.findIndex(each => each.at(-1) === page.hold.values[key]));
  },
  switch(parent, c, key, page) {
    const label = make("label", parent, { class: "gmm-choice" }), box = make("input", label, { type: "checkbox" });
    label.append(c.label);
    box.onchange = () => page.put([key], box.checked);
    return () => (box.checked = page.hold.values[key]);
  },
  file(parent, c, key, page) {
    const file = make("input", make("label", parent, { class: "gmm-file" }, c.label), { type: "file" });
    const below = make("div", parent, { class: "gmm-found" });
    file.onchange = async () => {
      if (file.files[0]) page.kernel.give(file.files[0].name, await file.files[0].arrayBuffer());
      file.value = ""; // so that the same name, its file mended, is taken again
    };
    return ({ found }) => found === below.dataset.html || (below.innerHTML = below.dataset.html = found);
  },
};
