// Controls beside the picture. Each builder returns a function that shows the present value.

// A number: a slider and a box, one value. On a log scale the slider goes by powers of ten.
function numberRow(row, path, page) {
  const { label, name, low, high, step, log, whole } = page.hold.number(path), place = log ? Math.log10 : v => v;
  make("span", row, { class: "gmm-label", "aria-hidden": "true" }, label);
  const range = { type: "range", min: place(low), max: place(high), step, "aria-label": `${name}, slider` };
  const slider = make("input", row, range), box = make("input", row, { inputmode: "decimal", "aria-label": name });
  let before; // a finger that only scrolls past has put the slider elsewhere first
  slider.onpointerdown = () => (before = page.hold.number(path).now);
  slider.onpointercancel = () => page.put(path, before);
  slider.oninput = () => page.put(path, log ? +(10 ** slider.valueAsNumber).toPrecision(3) : slider.valueAsNumber);
  box.oninput = () => {
    page.hold.complaint = null;
    page.schedule();
  };
  box.onchange = () => {
    const typed = Number(box.value.trim().replace(",", ".").replace("−", "-") || NaN);
    if (typed >= low && typed <= high && (!whole || Number.isInteger(typed))) return page.put(path, typed);
    const kind = whole ? "a whole number" : "a number";
    const which = name === label ? `“${name}”` : `“${label}” (${name})`;
    const words = `${which} must be ${kind} between ${minus(low)} and ${minus(high)}, got “${box.value}”.`;
    page.hold.complaint = { words, at: box };
    box.value = box.dataset.shown;
    page.schedule();
  };
  box.onkeydown = ({ key }) => {
    const ways = { ArrowUp: 1, ArrowDown: -1 };
    if (!ways[key]) return;
    slider.stepUp(ways[key]);
    slider.oninput();
  };
  return () => {
    const value = short(page.hold.number(path).now), tiny = value && Math.abs(value) < 1e-3;
    const words = minus(tiny ? value.toExponential() : value); // the box is narrow
    slider.value = place(clip(value, low, high));
    const part = v => `${clip((100 * (v - place(low))) / (place(high) - place(low)), 0, 100)}%`;
    const [from, to] = [log ? place(low) : 0, slider.valueAsNumber].toSorted((a, b) => a - b).map(part);
    set(slider, { "aria-valuetext": words, style: `--from: ${from}; --to: ${to}` });
    if (document.activeElement !== box || box.dataset.shown !== words) box.value = words;
    box.dataset.shown = words;
  };
}

const minus = number => String(number).replace("-", "−");
const all = shows => view => shows.forEach(show => show(view));

const CONTROLS = {
  number: (row, c, key, page) => numberRow(row, [key], page),
  numbers: (parent, c, key, page) => all(c.numbers.map((_, i) => numberRow( // of three bells, in their colours
    make("div", parent, { class: "gmm-number", style: `--bell: var(--bell${(i % 3) + 1})` }), [key, i], page))),
  mixture(parent, c, key, page) { // a group a bell, in its colour; more than three fold up, and the first is open
    let shows = [];
    const build = (_, k, bells) => {
      const looks = { class: "gmm-bell", style: `--bell: var(--bell${(k % 6) + 1})`, open: !k };
      const group = make(bells.length > 3 ? "details" : "div", parent, looks);
      if (bells.length > 3) make("summary", group, {}, `bell ${k + 1}`);
      const own = bells.length > 1 ? ["w", "m", "s"] : ["m", "s"];
      return all(own.map(which => {
        const row = make("div", group, { class: "gmm-number" }), show = numberRow(row, [key, which, k], page);
        return ({ closed, withheld }) => show(set(row, { "data-withheld": closed && withheld === which }));
      }));
    };
    return view => {
      const { w } = page.hold.values[key];
      if (changed(parent, w.length)) [, shows] = [parent.replaceChildren(), w.map(build)];
      all(shows)(view);
    };
  },
  choice(parent, c, key, page) {
    const label = make("label", parent, { class: "gmm-pick" });
    make("span", label, { class: "gmm-label" }, c.label);
    const select = make("select", label);
    const options = c.options.map(each => [each].flat()); // [words, value], or the words alone
    for (const [words] of options) make("option", select, {}, words);
    select.onchange = () => page.put([key], options[select.selectedIndex].at(-1));
    return () => (select.selectedIndex = options.findIndex(each => each.at(-1) === page.hold.values[key]));
  },
  switch(parent, c, key, page) {
    const label = make("label", parent, { class: "gmm-pick" }), box = make("input", label, { type: "checkbox" });
    label.append(c.label);
    box.onchange = () => page.put([key], box.checked);
    return () => (box.checked = page.hold.values[key]);
  },
  work(row, { jobs, moves }, key, page) { // a button for each long job; while one runs, how far it is, and its end
    const runners = jobs.map(job => button(row, job, () => {
      if (moves && page.kernel.view.stays) page.hold.put(["moved"], true); // as the hand would, which was asked to
      else page.looked();
      page.kernel.ask({ work: job, calm: calm() });
    }));
    const stop = button(row, "Stop", () => page.kernel.ask({ stop: true }));
    const progress = make("progress", row, { max: 1, "aria-label": "progress" });
    return ({ busy, away }) => {
      for (const node of runners) [node.disabled, node.hidden] = [busy !== null, away.includes(node.textContent)];
      stop.hidden = progress.hidden = busy === null;
      progress.value = busy ?? 0;
    };
  },
  file(parent, c, key, page) {
    const label = make("label", parent, { class: "gmm-upload" }, c.label);
    const file = make("input", label, { type: "file", class: "gmm-unseen" });
    const below = make("div", parent, { class: "gmm-found" });
    file.onchange = async () => {
      const { name } = file.files[0], content = await file.files[0].arrayBuffer();
      page.model.send({ file: name, serial: page.kernel.serial }, undefined, [content]);
      file.value = ""; // so that the same name, its file mended, is taken again
    };
    return ({ found, closed }) => fill(below, closed ? "" : found);
  },
};
