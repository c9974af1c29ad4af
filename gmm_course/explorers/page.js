// The one frame of all explorers: presets and a question above, the picture and its words, the controls beside it.
// What follows from the hand alone is drawn at once; the rest is asked of Python, the latest state only.
const REST = 150, PATIENCE = 8000, KEPT = { preset: null, problem: 0, answer: null, revealed: false, code: false };
const plain = value => structuredClone(value);
const LOOKS = { color: "ink", width: 1.5, dash: null, fill: 0, size: 3, opacity: 1, label: "", words: "", when: "", live: null };
const even = ([low, high, n]) => Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));
const received = view => ({ ...view, marks: view.marks.map(m => {
  const x = m.even ? even(m.x) : m.x, [{ w, m: means, s } = {}, k, mass] = m.of ?? [];
  const y = m.of && x.map(v => mass * (k === null ? total(m.of[0], v) : bell(v, w[k], means[k], s[k])));
  return { ...LOOKS, ...m, x, y: y ?? m.y };
}) });
const HIDDEN = "Drag bells of your own until they meet the dots; then reveal.";
const NUMBERS = ["no", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];

export function mount(model, el) {
  const spec = model.get("spec");
  // serial counts the moves of the hand, view.serial those that Python has answered, and before base nothing can be followed.
  // last: the page's own fit; due: the frame that is asked for; flying: messages without an answer, two at most; waiting: a
  // move came meanwhile; began: Python is to begin anew. Timers: rest (of the hand), late (an answer), quiet (before it is spoken).
  let view = received(model.get("view")), serial = view.serial, last = null, due = 0, flying = 0, waiting = false, began = false;
  let rest = 0, late = 0, quiet = 0, base = 0, limits = null, complaint = "";
  const hold = new Hold(plain(view.values), spec.controls), { values } = hold;
  const root = make("div", el, { class: `gmm-explorer${spec.columns.length > 1 ? " gmm-wide" : ""}` });
  keepKeys(root);

  const bar = make("div", root, { class: "gmm-bar", role: "group", "aria-label": "presets and what to do" });
  const presets = Object.entries(spec.presets).map(([name, preset]) => [name, button(bar, name, () =>
    begin({ ...preset.values, preset: name }))]);
  make("span", bar, { class: "gmm-gap" });
  if (spec.problems.length && !model.still) button(bar, "New problem", () => {
    const problem = (hold.problem = (hold.problem ?? values.problem) % spec.problems.length + 1);
    begin({ ...spec.problems[problem - 1], problem });
  }, "a random one, the same for everyone");
  const reveal = button(bar, "Reveal the truth", () => put(["revealed"], !values.revealed));
  button(bar, "Reset", () => begin({ ...of(values).values, preset: values.preset, problem: values.problem }), "back to where this began");
  const code = model.still ? null : button(bar, "Show as code", () => put(["code"], !values.code));

  const question = make("div", root, { class: "gmm-question" }), asked = make("span", question);
  const guesses = new Guesses(question, i => put(["answer"], i));
  const body = make("div", root, { class: "gmm-body" }), left = make("div", body, { class: "gmm-picture" });
  const picture = new Picture(left, spec.panels, spec.height), below = make("div", body, { class: "gmm-words" });
  const sentence = make("div", below, { class: "gmm-sentence" }), status = make("div", below, { class: "gmm-status" });
  const spoken = make("div", below, { class: "gmm-spoken", role: "status" }), error = make("div", below, { class: "gmm-error", role: "alert" });
  const note = make("div", below, { class: "gmm-note", hidden: "" }, "No answer from the kernel. If it was restarted, run the cell above again.");
  const handles = new Handles(picture, () => moved(), () => (schedule(), ask())), shows = {}, places = {};
  const on = { hold, put, complain: words => (complaint = words, schedule()),
    take: (name, content) => model.send({ file: name, serial }, undefined, [content]) };
  const sides = spec.columns.map(names => {
    const side = make("div", body, { class: "gmm-controls" });
    for (const name of names) {
      places[name] = make("div", side, { class: "gmm-control" });
      shows[name] = CONTROLS[spec.controls[name].kind](places[name], spec.controls[name], name, on);
    }
    return side;
  });
  const work = (places.work = make("div", sides.at(-1), { class: "gmm-work" }));
  const runners = spec.work.map(words => button(work, words, () => ask({ work: words })));
  const stop = button(work, "Stop", () => ask({ stop: true })), progress = make("progress", work, { max: 1, "aria-label": "progress" });
  const table = make("div", sides.at(-1), { class: "gmm-table" });
  const source = make("textarea", root, { class: "gmm-code", readonly: "", "aria-label": "code" });

  // What moves it
  function put(path, value) {
    hold.put(path, value);
    moved(path[0] in KEPT);
  }

  function moved(quietly = false) {
    if (!quietly && values.answer === null) values.answer = -1; // whoever moves something has looked
    serial++;
    complaint = "";
    schedule();
    clearTimeout(rest);
    if (model.still) return;
    if (!quietly && follows()) rest = setTimeout(ask, REST);
    else ask();
  }

  function begin(changes) {
    Object.assign(values, plain({ ...spec.initial, ...KEPT, code: values.code, ...changes }));
    began = true;
    last = null;
    if (model.still) view = { ...received(model.still[values.preset]), serial: serial + 1 };
    if (model.still) last = view.fit;
    base = serial + 1; // what went before is no ground to go on from
    moved(true);
  }

  function ask(more = {}) {
    const pressed = Object.keys(more).length > 0;
    if (model.still || (!pressed && view.serial === serial)) return;
    if (flying >= 2 && !pressed) return void (waiting = true);
    clearTimeout(rest);
    clearTimeout(late);
    late = setTimeout(() => ([flying, note.hidden] = [0, false]), PATIENCE);
    try {
      model.send({ values: plain(values), serial, began, ...more });
      [waiting, began] = [false, false];
      flying++;
    } catch {
      note.hidden = false; // a comm whose kernel is gone
    }
  }

  function answered() {
    view = received(model.get("view"));
    clearTimeout(late);
    note.hidden = true;
    flying = view.serial >= serial ? 0 : Math.max(0, flying - 1);
    if (view.serial >= serial && !handles.held) {
      Object.assign(values, plain(view.values));
      serial = view.serial;
    }
    if (view.fit) last = view.fit;
    if (waiting) ask();
    schedule();
  }

  // What follows from the hand alone
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const follows = () => view.live && view.serial >= base && values[view.live.of].w.length === view.values[view.live.of].w.length &&
    Object.keys(values).every(key => key === view.live.of || key in KEPT || same(values[key], view.values[key]));

  function followed() { // the marks of the view, those that depend on the hand alone computed anew
    const { noise, of: name, K } = view.live, given = view.marks.find(mark => mark.name === "given"), { x } = given;
    const y = given.live ? x.map(v => total(values[name], v)) : given.y, peak = Math.max(...y);
    const density = noise ? y.map((v, i) => v + noise[i] * peak) : y;
    if (K) last = matched(fitBells(x, density, K, last, noise ? 0 : 6) ?? last, values[name]);
    const rules = {
      data: () => density,
      sum: (mixture, at) => at.map(v => total(mixture, v)),
      bell({ w, m, s, places }, at, k) {
        const i = places ? places.indexOf(k) : k;
        return at.map(v => bell(v, w[i], m[i], s[i]));
      },
      left: mixture => x.map((v, i) => density[i] - total(mixture, v)),
    };
    return view.marks.map(mark => {
      const [rule, which, k] = mark.live ?? [];
      return rule ? { ...mark, y: rules[rule](which === "fit" ? last : values[which], mark.x, k) } : mark;
    });
  }

  function said() { // the sentence of a fit that no Python has judged
    const means = last.m.toSorted((a, b) => a - b).map(v => v.toFixed(2).replace("-", "−"));
    const told = last.loss > MET ? `leave ${+(100 * last.loss).toPrecision(2)} % of the curve's squares over.` :
      "explain the curve; nothing is left over.";
    return `${NUMBERS[means.length]} bells at ${means.slice(0, -1).join(", ")} and ${means.at(-1)} ${told}`;
  }

  // What it shows
  const of = v => (v.problem ? { ...spec.problem, values: spec.problems[v.problem - 1] } : spec.presets[v.preset]) ??
    { values: {}, question: "" };
  const hides = () => spec.guess && values.problem > 0 && !values.revealed;
  const schedule = () => (due ||= requestAnimationFrame(draw));

  function draw() {
    due = 0;
    if (!root.isConnected) return;
    const ahead = view.serial !== serial, alone = ahead && follows();
    const marks = (alone ? followed() : view.marks).filter(mark => mark.when !== "revealed" || values.revealed);
    if (axes(marks, ahead)) schedule();
    picture.draw(marks, limits);
    handles.draw(view.handles, hold);
    words(alone);
    for (const [name, place] of Object.entries(places)) {
      place.hidden = view.away.includes(name) || (name === "work" && !spec.work.length);
      if (!place.hidden) shows[name]?.(view);
    }
    set(root, { "data-serial": serial, "data-drawn": ahead && !alone ? view.serial : serial, "data-answered": view.serial });
  }

  function axes(marks, ahead) { // the limits on show, a step nearer to what is wanted; whether that is still to come
    const calm = !limits || matchMedia("(prefers-reduced-motion: reduce)").matches, { held } = handles;
    let moving = false;
    limits ??= plain(view.limits);
    for (const [name, { x, y: [low, high] }] of Object.entries(view.limits)) {
      const { ylog } = picture.panels[name], [bottom, top] = limits[name].y;
      const seen = ahead && !ylog ? marks.flatMap(m => (m.panel === name && m.live ? m.y.map(v => 1.04 * v) : [])) : [];
      const wanted = [Math.min(low, ...seen), Math.max(high, ...seen)];
      if (held) wanted[0] = Math.min(wanted[0], bottom);
      if (held) wanted[1] = held.shape === "top" ? top : Math.max(wanted[1], top); // a hand's axis only grows
      limits[name] = { x, y: [bottom, top].map((from, i) => {
        if (calm || ylog || Math.abs(wanted[i] - from) < 0.01 * (top - bottom)) return wanted[i];
        moving = true;
        return from + 0.3 * (wanted[i] - from);
      }) };
    }
    return moving;
  }

  function words(alone) {
    const { question: what, answers: choices = [] } = of(values), guess = values.answer;
    const covered = hides() || (choices.length > 0 && guess === null);
    const text = hides() ? HIDDEN : covered ? "Guess first: click an answer, or move something." :
      alone && view.live.K ? said() : view.sentence;
    for (const [name, node] of presets) set(node, { "aria-pressed": values.preset === name });
    set(reveal, { "aria-pressed": values.revealed });
    if (code) set(code, { "aria-pressed": values.code });
    [asked.textContent, sentence.textContent] = [what, text];
    set(picture.image, { role: "img", "aria-label": text });
    set(sentence, { "data-covered": covered ? "" : null });
    status.innerHTML = covered || (alone && model.still) ? "" : view.status;
    table.innerHTML = values.revealed ? view.table : "";
    error.textContent = complaint || view.error;
    source.hidden = !values.code || !view.code;
    if (source.value !== view.code) [source.value, source.rows] = [view.code, view.code.split("\n").length + 2];
    guesses.show(choices, guess, guess >= 0 && guess !== null && (model.still || view.serial === serial) ? view.right : null);
    const busy = view.busy !== null;
    runners.forEach(node => (node.disabled = busy));
    stop.disabled = !busy;
    progress.value = view.busy ?? 0;
    set(progress, { class: busy ? "" : "gmm-idle" });
    clearTimeout(quiet);
    quiet = setTimeout(() => spoken.textContent === text || (spoken.textContent = text), 700); // when the hand rests
  }

  const resized = new ResizeObserver(schedule);
  resized.observe(left);
  model.on("change:view", answered);
  schedule();
  return () => {
    model.off("change:view", answered);
    resized.disconnect();
    cancelAnimationFrame(due);
    [rest, late, quiet].forEach(clearTimeout);
    root.remove();
  };
}

export default { render: ({ model, el }) => mount(model, el) };
