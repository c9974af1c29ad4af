// The one frame of all explorers: presets and a question above, the picture and its words, the controls beside it.
// Its parts are built by functions, each of which returns one that shows a view.
const COVERED = "Guess first: click an answer, or “show me”.";
const MOVED = "Your own problem now: Reset asks again.";
const SILENT = "No answer from the kernel. If it was restarted, run the cell above again.";
const SPOKEN = 700; // milliseconds

class Page {
  constructor(model, el) {
    const spec = model.get("spec"), inside = (parent, name) => make("div", parent, { class: `gmm-${name}` });
    Object.assign(this, { model, spec, hold: new Hold(spec.controls) });
    this.kernel = new Kernel(model, this.hold, () => this.schedule());
    const looks = `gmm-explorer${spec.columns.length > 1 ? " gmm-wide" : ""}${model.still ? " gmm-still" : ""}`;
    this.root = make("div", el, { class: looks, role: "group", "aria-label": spec.name });
    keepKeys(this.root);
    const part = (parent, build) => build(inside(parent, build.name), this);
    this.shows = [part(this.root, bar), part(this.root, question)];
    const body = inside(this.root, "body");
    this.shows.push(part(body, picture), part(body, words), controls(body, this));
    const code = make("pre", this.root, { class: "gmm-code", tabindex: 0, role: "group", "aria-label": "code" });
    this.shows.push((view, values) => {
      const opens = values.code && !code.textContent;
      code.textContent = values.code ? view.code : "";
      if (opens) code.scrollIntoView({ block: "nearest" });
    });
    this.size = new ResizeObserver(() => this.schedule());
    this.size.observe(this.root);
  }

  put(path, value) {
    if (this.hold.put(path, value)) this.moved(path[0]);
    else this.schedule(); // a complaint is over
  }

  // Long work, or a look along what is there, shows the answer
  looked() { if (this.hold.values.answer === null) this.hold.put(["answer"], -1); }

  // The hand has moved the value of a control, which makes another problem of it, or of the frame around them
  moved(key) {
    const control = this.spec.controls[key], { view } = this.kernel;
    if (control?.aside) this.looked();
    else if (control) this.hold.put(["moved"], true);
    this.kernel.moved(control && follows(view, this.hold), view.live?.K > 0);
    this.schedule();
  }

  // What a question asks for, done in a second: numbers and words by their paths
  go(asked, from = this.hold.values, begun = performance.now()) {
    const t = calm() ? 1 : clip((performance.now() - begun) / 1000, 0, 1), { values, held } = this.hold;
    if (held || values.preset !== from.preset || values.problem !== from.problem) return;
    for (const [path, to] of asked) {
      const now = path.reduce((v, part) => v[part], from);
      this.hold.put(path, typeof to === "number" ? now + t * (to - now) : to);
      this.moved(path[0]);
    }
    if (t < 1) requestAnimationFrame(() => this.go(asked, from, begun));
  }

  schedule() { this.due ||= requestAnimationFrame(() => this.draw()); }

  draw() {
    this.due = 0;
    if (!this.root.clientWidth) return this.size.observe(this.root); // anew, so that it calls as soon as there is room
    const { kernel, hold: { values } } = this, { view, current, serial } = kernel;
    const alone = !current && follows(view, this.hold), anew = alone ? followed(view, values, kernel.fit) : {};
    kernel.fit = anew.fit ?? kernel.fit;
    const closed = view.answers.length > 0 && values.answer === null && !values.moved && !values.revealed;
    const drawn = { ...view, ...anew, alone, current, closed, still: Boolean(this.model.still), moved: values.moved };
    drawn.marks = drawn.marks.map(mark => (mark.at ? { ...mark, x: mark.x.map(() => values[mark.at]) } : mark));
    this.shows.forEach(show => show(drawn, values));
    this.handles.anchor();
    set(this.root, { "data-serial": serial, "data-drawn": alone ? serial : view.serial, "data-answered": view.serial });
  }
}

function bar(parent, page) {
  const { spec, hold, kernel } = page, python = !page.model.still, pressed = [];
  const toggle = (group, words, action, on, node = button(group, words, action)) => pressed.push([node, on]) && node;
  const flip = key => page.put([key], !hold.values[key]);
  const presets = make("div", parent, { class: "gmm-presets", role: "toolbar", "aria-label": "presets" });
  presets.onkeydown = ({ key, target }) => // one stop of Tab; arrows lead to the others
    ({ ArrowLeft: target.previousSibling, ArrowRight: target.nextSibling })[key]?.focus();
  for (const preset of spec.presets) toggle(presets, preset, () => kernel.choose({ preset }), v => v.preset === preset);
  let { problem } = hold.values;
  const next = () => kernel.choose({ problem: (problem = (problem % spec.problems) + 1) });
  const actions = make("div", parent, { class: "gmm-actions" });
  if (python) button(actions, "New problem", next, "a random one, the same for everyone");
  const reveal = toggle(actions, "Reveal the truth", () => flip("revealed"), v => v.revealed);
  button(actions, "Reset", () => kernel.choose(hold.values), "back to where this began");
  if (python) toggle(actions, "Show as code", () => flip("code"), v => v.code);
  return (view, values) => {
    reveal.hidden = !view.known; // the truth of measured data isn't
    pressed.forEach(([node, on]) => set(node, { "aria-pressed": String(on(values)) }));
    const stop = presets.querySelector("[aria-pressed=true]") ?? presets.firstChild;
    for (const node of presets.children) node.tabIndex = node === stop ? 0 : -1;
  };
}

// The question, until the hand has made another problem of it; what has been answered stays, paler, as advice that
// speaks of the beginning. Its room stays: the picture must not move in a drag.
function question(parent, page) {
  const [asks, guess] = [0, 1].map(() => make("div", parent, { class: "gmm-stack" }));
  const asked = make("span", asks), note = make("span", asks, { class: "gmm-note" }, MOVED);
  let told = null, gone = null; // of which preset or problem the verdict is known, and the question withdrawn
  const show = guessing(guess, i => page.put(["answer"], i) ?? page.go(page.kernel.view.asked));
  return (view, { answer, moved, preset, problem }) => {
    const late = view.values.preset !== preset || view.values.problem !== problem; // still that of the last preset
    const at = `${preset} ${problem}`, stays = view.stays && !view.lost && gone !== at;
    const holds = !moved || stays || !view.answers.length;
    if (!moved) gone = null;
    else if (!holds && (page.model.still || view.current)) gone = at; // for good, since its problem is another
    const known = page.model.still || view.current || view.stays, past = !holds && told === at;
    const open = holds || past;
    if (holds) told = known && view.right !== null && answer !== null ? at : null;
    const [job] = page.spec.controls.work.jobs;
    const wait = view.busy === null ? `“${job}” works it out.` : `“${job}” is working it out …`;
    set(parent, { inert: late, "data-past": past });
    asked.textContent = view.question;
    set(asked, { "data-unseen": !open });
    set(note, { "data-unseen": open });
    set(guess, { "data-unseen": !open, hidden: !view.answers.length });
    if (!past) show(view.answers, answer, known ? view.right : null, view.because, known ? wait : "");
  };
}

function picture(parent, page) {
  const { hold } = page, drawing = new Picture(parent, page.spec.panels);
  page.image = drawing.image;
  const released = () => page.kernel.ask() ?? page.schedule();
  const handles = page.handles = new Handles(page.root, drawing, hold, key => page.moved(key), released);
  return (view, { revealed }) => {
    const times = { revealed, looked: !view.closed, covered: view.closed }, now = ({ when }) => times[when] ?? true;
    if (drawing.draw(view, hold.held, now)) page.schedule(); // an axis still glides
    handles.draw(view.handles.filter(now));
  };
}

// The sentence, or what stands in its place while it would tell too much
function words(parent, page) {
  const sentence = make("div", null, { class: "gmm-sentence" });
  parent.previousSibling.prepend(sentence); // above the picture: in sight of whoever drags on a low screen
  const status = make("div", parent, { class: "gmm-status" });
  const spoken = make("div", parent, { class: "gmm-unseen", role: "status" });
  const error = make("div", parent, { class: "gmm-error", role: "alert" });
  let quiet = 0, faulty = null;
  return view => {
    const text = view.closed ? COVERED : view.sentence;
    sentence.textContent = text;
    set(sentence, { "data-covered": view.closed });
    set(page.image, { "aria-label": text });
    fill(status, view.closed || page.model.still ? "" : view.status);
    set(status, { "data-stale": view.alone });
    const { complaint } = page.hold, told = complaint?.words ?? (view.error || (page.kernel.silent ? SILENT : ""));
    if (changed(error, told)) { // beside the control at fault
      error.textContent = told;
      faulty?.removeAttribute("aria-invalid");
      const fault = `[data-control="${view.fault}"] :is(input, select)`;
      faulty = complaint?.at ?? (view.error ? page.root.querySelector(fault) : null);
      (faulty ? set(faulty, { "aria-invalid": "true" }).parentNode : status).after(error);
    }
    clearTimeout(quiet);
    if (view.busy === null) quiet = setTimeout(() => say(spoken, text), SPOKEN); // hand and Python rest
  };
}

function controls(body, page) {
  const shows = [];
  for (const names of page.spec.columns) {
    const side = make("div", body, { class: "gmm-controls" });
    for (const name of names) {
      const control = page.spec.controls[name], attributes = { class: `gmm-${control.kind}`, "data-control": name };
      const place = make("div", side, attributes);
      const show = CONTROLS[control.kind](place, control, name, page);
      shows.push(view => (place.hidden = view.away.includes(name)) || show(view));
    }
  }
  const table = make("div", body.lastChild, { class: "gmm-table" });
  return (view, { revealed, moved }) => {
    all(shows)(view);
    fill(table, revealed && !(page.model.still && moved) ? view.table : ""); // Python's is that of the preset
  };
}

function render({ model, el }) {
  const { kernel, size } = new Page(model, el);
  return () => {
    size.disconnect();
    model.off("change:view", kernel.answered);
  };
}

export default { render };
