// Handles on the picture: what each holds, where it stands, and how mouse, pen, finger and arrow keys move it.
const HIT = 22, NEAR = 16, LIFT = 12; // pixels: the radius of what can be hit; what counts as one place; above a floor
const NAMES = { w: ["weight", "w"], m: ["mean", "μ"], s: ["std", "σ"] };
const short = v => +v.toPrecision(Math.abs(v) < 0.01 ? 3 : Math.abs(v) < 1 ? 4 : 5);
const subscript = k => "₁₂₃₄₅₆₇₈₉"[k];
const SIDEWAYS = { ArrowLeft: -1, ArrowRight: 1 }, UPWARDS = { ArrowDown: -1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
const ENDS = { Home: "low", End: "high" };

// The weights with the k-th at `value`; the others share what is left in their old proportion.
export function share(w, k, value) {
  const rest = w.reduce((sum, v, i) => sum + (i === k ? 0 : v), 0), even = 1 / (w.length - 1);
  return w.length < 2 ? [1] : w.map((v, i) => (i === k ? value : (1 - value) * (rest > 0 ? v / rest : even)));
}

// What the hand can hold. values: name → number, array or mixture; controls: name → its limits and steps;
// held: the handle in the hand, or null; moved: what Python has not heard of yet; complaint: of a box that was given
// what can't be.
class Hold {
  constructor(controls) {
    Object.assign(this, { values: {}, controls, held: null, moved: {}, complaint: "" });
  }

  // A preset or a problem begins: what was moved before counts no more, and what it will move comes with the answer.
  begin(which) {
    this.values = { ...this.values, preset: null, problem: 0, answer: null, moved: false, revealed: false, ...which };
    [this.moved, this.complaint] = [{}, ""];
  }

  // A number by its path, ["step"], ["theta", 3] or ["truth", "m", 0]: { path, now, low, high, step, name, label }
  number(path) {
    const [key, which, k] = path, c = this.controls[key], now = path.reduce((v, part) => v[part], this.values);
    if (c.kind !== "mixture") return { ...(c.numbers?.[which] ?? c), path, now };
    const [low, high] = { w: [0, 1], m: c.means, s: c.stds }[which], [name, letter] = NAMES[which];
    const words = { name: `${name} of bell ${k + 1}`, label: `${name} ${letter}${subscript(k)}` };
    return { path, now, low, high, step: which === "w" ? 0.01 : 0.05, ...words };
  }

  put(path, value) {
    const [key, which, k] = path, old = this.values[key];
    if (path.length > 1 || this.controls[key]?.kind === "number") value = this.allowed(path, value);
    if (path.length === 2) value = old.with(which, value);
    const group = which === "w" ? share : (numbers, i, v) => numbers.with(i, v);
    if (path.length === 3) value = { ...old, [which]: group(old[which], k, value) };
    [this.values[key], this.moved[key], this.complaint] = [value, value, ""];
  }

  allowed(path, value) {
    const { now, low, high, whole } = this.number(path);
    return Number.isFinite(value) ? clip(whole ? Math.round(value) : +value.toPrecision(6), low, high) : now;
  }
}

// Bells that are held: a mixture, or logits, means and log-stds in arrays. number(which, k, from): one of their
// numbers, where from(place) is the weight, mean or std that belongs to a place on the picture.
function bellsOf({ of, means, K }, hold) {
  const plain = typeof of === "string";
  const path = (which, k) => (plain ? [of, which, k] : [of[which][0], of[which][1] + k]);
  const all = which => Array.from({ length: K }, (_, k) => hold.number(path(which, k)).now);
  const mixture = plain ? hold.values[of] : { w: softmax(all("w")), m: means ?? all("m"), s: all("s").map(Math.exp) };
  const odds = v => Math.log(clip(v, 1e-9, 1 - 1e-9)) - Math.log(1 - clip(v, 1e-9, 1 - 1e-9));
  const logit = (v, k) => all("w")[k] + odds(v) - odds(mixture.w[k]);
  const own = plain ? {} : { w: logit, s: Math.log }, same = v => v;
  const number = (which, k, from) =>
    ({ ...hold.number(path(which, k)), from: at => (own[which] ?? same)(from(at), k) });
  return { mixture, number };
}

// The place of the entry that is nearest to a value
const nearest = (all, v) => all.reduce((best, each, i) => (Math.abs(each - v) < Math.abs(all[best] - v) ? i : best), 0);

// Each handle of a view as { id, panel, at: [x, y], shape, color, across, up }, the last two being what it moves.
const KINDS = {
  bells(h, hold, picture) { // by its top its mean and weight, by its flank its std
    const { mixture, number } = bellsOf(h, hold), right = picture.limits[h.panel].x[1];
    return mixture.w.flatMap((w, k) => {
      const m = mixture.m[k], s = mixture.s[k], top = bell(m, w, m, s), side = m + s > right ? -1 : 1;
      const id = `${h.K ? "free" : h.of}-${k}`, common = { panel: h.panel, color: `bell${(k % 6) + 1}` };
      const across = h.means ? null : number("m", k, x => x), up = number("w", k, y => Math.max(y, 0) * s * ROOT);
      const std = number("s", k, x => Math.max(side * (x - m), 1e-9)), flank = [m + side * s, top * Math.exp(-0.5)];
      return [
        { ...common, id: `${id}-top`, shape: "top", at: [m, top], across, up },
        { ...common, id: `${id}-flank`, shape: "flank", at: flank, across: std },
      ];
    });
  },
  // A number across and, with a second path, one up; or one on a curve: where it is v[i], the handle is at x[i], y[i].
  point(h, hold, picture) {
    const [across, up] = h.paths.map(path => ({ ...hold.number(path), from: place => place }));
    const scale = picture.panels[h.panel].xlog ? Math.log : v => v, i = h.v && nearest(h.v, across.now);
    const jumps = h.v && !h.smooth, y = up ? up.now : h.v ? h.y[i] : whole(h.y, picture.limits[h.panel].y);
    if (jumps) across.from = x => h.v[nearest(h.x.map(scale), scale(x))];
    return [{ ...h, id: h.paths.join("-"), shape: "dot", across, up, at: [jumps ? h.x[i] : across.now, y] }];
  },
};

class Handles {
  // moved(key): a value has moved; released(): the hand has let go
  constructor(picture, hold, moved, released) {
    const { svg } = picture, drop = () => hold.held && released((hold.held = null));
    Object.assign(this, { picture, hold, moved, nodes: new Map(), layer: make("-g", svg), list: [] });
    Object.assign(svg, { onpointerup: drop, onpointercancel: drop });
    svg.onpointerdown = event => this.down(event, svg.getBoundingClientRect());
    const stay = event => hold.held && event.preventDefault(); // or the finger scrolls the page
    svg.addEventListener("touchstart", stay, { passive: false });
    svg.onpointermove = event => {
      const { left, top } = svg.getBoundingClientRect();
      if (hold.held) this.drag([event.clientX - left, event.clientY - top]);
    };
  }

  draw(specs) {
    this.list = specs.flatMap(h => KINDS[h.kind](h, this.hold, this.picture));
    const ids = this.list.map(each => each.id).join();
    if (ids !== this.ids) this.rebuild();
    this.ids = ids;
    if (this.hold.held?.pushes) this.drag(this.hold.held.at); // the axis grows under a hand that rests
    if (!this.hold.held) this.aside = new Map(); // while one is held, none hops out of its way
    this.list.forEach(each => this.place(each));
    this.list.forEach(each => this.put(each, this.nodes.get(each.id)));
  }

  rebuild() { // the one that has the focus keeps it
    const focused = this.layer.querySelector(":focus")?.dataset.id;
    this.layer.replaceChildren();
    this.nodes = new Map(this.list.map(each => [each.id, this.build(each)]));
    this.nodes.get(focused)?.focus({ preventScroll: true });
  }

  // Where a handle is true to what it moves, and the spot where it is shown: above the floor of its panel, so that a
  // bell of no weight has handles too, and beside those before it that stand on the same place.
  place(each) {
    const { x, y, w, h } = this.picture.boxes[each.panel], [left, top] = this.picture.at(each.panel, ...each.at);
    const across = clip(left, x, x + w), up = clip(top, y, y + h);
    const high = each.shape === "dot" ? up : Math.min(up, y + h - LIFT);
    const before = this.list.slice(0, this.list.indexOf(each)).map(other => other.spot);
    const taken = at => before.some(spot => Math.hypot(spot[0] - at, spot[1] - high) < NEAR);
    let aside = this.aside.get(each.id) ?? 0;
    if (!this.hold.held) while (taken(across + aside)) aside += across > x + w / 2 ? -NEAR : NEAR;
    this.aside.set(each.id, aside);
    Object.assign(each, { own: [across, up], spot: [across + aside, high] });
  }

  build({ id, shape }) {
    const node = make("-g", this.layer, { class: "gmm-handle", tabindex: 0, role: "slider", "data-id": id });
    make("-path", node, { class: "gmm-stem" });
    make("-circle", node, { r: HIT, class: "gmm-hit" });
    const [width, height] = { top: [14, 14], flank: [8, 16], dot: [16, 16] }[shape];
    make("-rect", node, { x: -width / 2, y: -height / 2, width, height, rx: width / 2, class: "gmm-grip" });
    node.onkeydown = event => this.key(event, id);
    return node;
  }

  put(each, node) {
    const numbers = [each.across, each.up].filter(Boolean), [{ low, high, now, name }, up] = numbers;
    const first = words => words.split(" ")[0];
    set(node.firstChild, { d: `M0 0L${each.own.map((v, i) => (v - each.spot[i]).toFixed(1)).join(" ")}` });
    set(node, { style: `color: var(--${each.color})`,
      transform: `translate(${each.spot.map(v => v.toFixed(1)).join(" ")})`,
      "aria-label": each.name ?? `${name}${up ? ` and ${first(up.name)}` : ""}, handle`,
      "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": short(now),
      "aria-valuetext": numbers.map(n => (up ? `${first(n.name)} ${short(n.now)}` : short(n.now))).join(", ") });
  }

  down(event, { left, top }) {
    const x = event.clientX - left, y = event.clientY - top, far = ({ spot }) => Math.hypot(spot[0] - x, spot[1] - y);
    const [each] = this.list.toSorted((a, b) => far(a) - far(b));
    if (!each || event.button || far(each) > HIT) return;
    event.preventDefault(); // selects no text
    this.nodes.get(each.id).focus({ preventScroll: true, focusVisible: false });
    this.picture.svg.setPointerCapture(event.pointerId);
    this.hold.held = { ...each, off: [each.own[0] - x, each.spot[1] - y], from: y, rises: false };
  }

  // The hand is at [x, y]. Near the end of its axis it pushes it, as far as the value may go.
  drag([x, y]) {
    const { held } = this.hold, each = this.list.find(({ id }) => id === held.id);
    if (!each) return;
    const box = this.picture.boxes[each.panel], left = x + held.off[0], top = Math.max(y + held.off[1], box.y);
    held.rises ||= Math.abs(y - held.from) > 4; // a hand that goes across doesn't change the height
    held.pushes = held.rises && top < box.y + NEAR && each.up && each.up.now < each.up.high;
    held.at = [x, y];
    const [a, b] = this.picture.point(each.panel, left, top);
    if (each.across) this.hold.put(each.across.path, each.across.from(a));
    if (each.up && held.rises) this.hold.put(each.up.path, each.up.from(b));
    this.moved((each.across ?? each.up).path[0]);
  }

  key(event, id) {
    const across = SIDEWAYS[event.key], up = UPWARDS[event.key], end = ENDS[event.key];
    if (!across && !up && !end) return;
    event.preventDefault();
    const each = this.list.find(other => other.id === id), number = up ? each.up ?? each.across : each.across ?? each.up;
    const { path, now, log, step } = number, by = step * (across ?? up) * (event.shiftKey ? 10 : 1);
    this.hold.put(path, end ? number[end] : log ? now * 10 ** by : now + by);
    this.moved(path[0]);
  }
}
