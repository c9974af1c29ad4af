// Handles on the picture: what each holds, where it stands, and how mouse, pen, finger and arrow keys move it.
const HIT = 22, NEAR = 16, LIFT = 12; // pixels: the radius of what can be hit; what counts as one place; above a floor
const AROUND = Array.from({ length: 127 }, (_, i) => // where a handle may stand aside, the nearest first: a spiral
  [Math.cos(2.4 * (i - 1)), Math.sin(2.4 * (i - 1))].map(part => 1.01 * NEAR * Math.sqrt(i) * part));
const NAMES = { w: ["weight", "w"], m: ["mean", "μ"], s: ["std", "σ"] };
const short = v => +v.toPrecision(Math.abs(v) < 0.01 ? 3 : Math.abs(v) < 1 ? 4 : 5);
const ASIDE = { "-1": ["start", 28, 4], 0: ["middle", 0, -12], 1: ["end", -28, 4] }; // where words stand, by side
const SIZES = { top: [14, 14], flank: [8, 16], dot: [16, 16] };
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: -10, PageUp: 10,
  Home: -Infinity, End: Infinity }; // of a key

// The part of a handle that is seen, around (0, 0)
function grip(shape, looks = "") {
  const [width, height] = SIZES[shape], place = `x="${-width / 2}" y="${-height / 2}" rx="${width / 2}"`;
  return `<rect class="gmm-grip" width="${width}" height="${height}" ${place} ${looks}/>`;
}

// The weights with the k-th at `value`; the others share what is left in their old proportion.
function share(w, k, value) {
  const rest = w.reduce((sum, v, i) => sum + (i === k ? 0 : v), 0), even = 1 / (w.length - 1);
  return w.length < 2 ? [1] : w.map((v, i) => (i === k ? value : (1 - value) * (rest > 0 ? v / rest : even)));
}

// What the hand can hold. values: name → number, array or mixture; controls: name → its limits and steps;
// held: the handle in the hand, or null; moved: what Python has not heard of yet; complaint: { words, at },
// at being the box that was given what can't be.
class Hold {
  constructor(controls) {
    Object.assign(this, { values: {}, controls, held: null, moved: {}, complaint: null });
  }

  // A number by its path, ["step"], ["theta", 3] or ["truth", "m", 0]: { path, now, low, high, step, name, label }
  number(path) {
    const [key, which, k] = path, c = this.controls[key], now = path.reduce((v, part) => v[part], this.values);
    if (c.kind !== "mixture") return { ...(c.numbers?.[which] ?? c), path, now };
    const [low, high] = { w: [0, 1], m: c.means, s: c.stds }[which], [name, letter] = NAMES[which];
    return { path, now, low, high, step: which === "w" ? 0.01 : 0.05, name: `${name} of bell ${k + 1}`,
      label: `${name} ${letter}${"₁₂₃₄₅₆₇₈₉"[k]}` };
  }

  // Returns whether anything has changed.
  put(path, value) {
    const [key, which, k] = path, old = this.values[key];
    this.complaint = null;
    if (path.length > 1 || this.controls[key]?.kind === "number") value = this.allowed(path, value);
    if (path.length === 2) value = old.with(which, value);
    if (which === "w" && !(old.w[k] === 1 && this.ratio?.length === old.w.length)) this.ratio = old.w; // outlasts a 0
    const group = which === "w" ? (_, i, v) => share(this.ratio, i, v) : (numbers, i, v) => numbers.with(i, v);
    if (path.length === 3) value = { ...old, [which]: group(old[which], k, value) };
    if (same(old, value)) return false;
    [this.values[key], this.moved[key]] = [value, value];
    return true;
  }

  allowed(path, value) {
    const { now, low, high, whole } = this.number(path);
    const tidy = +(+value.toPrecision(6)).toFixed(14) + 0; // there and back leaves no rounding, nor −0
    return Number.isNaN(value) ? now : clip(whole ? Math.round(value) : tidy, low, high);
  }
}

// What a number is at a place, as round as pixels allow: next is the place a pixel further
function rounded({ from, step, log, exact }, place, next) {
  const value = from(place), pixel = Math.abs(from(next) - value);
  if (exact || !pixel) return value;
  if (log) return +value.toPrecision(3);
  while (step > 1.5 * pixel) step /= 5;
  return Math.round(value / step) * step;
}

// The place of the entry that is nearest to a value
const nearest = (all, v) => all.reduce((best, each, i) => (Math.abs(each - v) < Math.abs(all[best] - v) ? i : best), 0);

// Each handle of a view as { id, panel, at: [x, y], shape, color, across, up }, the last two being what it moves.
const KINDS = {
  // By its top a bell's mean and weight, by its flank its std. paths: the paths of all its w, m and s; with free, w are
  // logits and s logs of stds; means: those that stand still
  bells({ panel, paths, free, means }, hold, picture) {
    const known = ({ now }) => now !== undefined; // a view may come before its values, and have more bells
    const [W, M, S] = ["w", "m", "s"].map(which => paths[which]?.map(path => hold.number(path)).filter(known));
    const now = numbers => numbers.map(each => each.now), std = free ? Math.log : v => v;
    const [w, m, s] = [free ? softmax(now(W)) : now(W), means ?? now(M), free ? now(S).map(Math.exp) : now(S)];
    const odds = (v, p = clip(v, 1e-9, 1 - 1e-9)) => Math.log(p / (1 - p));
    return w.flatMap((weight, k) => {
      const top = bell(m[k], weight, m[k], s[k]), common = { panel, color: `bell${(k % 6) + 1}` };
      const id = `${paths.w[k][0]}-${k}`, held = hold.held?.id === `${id}-flank` && hold.held; // it keeps its side
      const side = held ? held.side : m[k] + s[k] > picture.limits[panel].x[1] ? -1 : 1;
      const flank = [m[k] + side * s[k], top * Math.exp(-0.5)];
      const area = y => Math.max(y, 0) * s[k] * ROOT, logit = y => W[k].now + odds(area(y)) - odds(weight);
      const across = M && { ...M[k], from: x => x }, up = { ...W[k], from: free ? logit : area };
      const wide = { ...S[k], from: x => std(Math.max(side * (x - m[k]), 1e-9)) };
      return [
        { ...common, id: `${id}-top`, shape: "top", at: [m[k], top], across, up },
        { ...common, id: `${id}-flank`, shape: "flank", at: flank, across: wide, side },
      ];
    });
  },
  // A number across and, with a second path, one up; or one on a curve: where it is v[i], which may be x[i], the handle
  // is at x[i], y[i], at the top where y[i] is infinite.
  point(h, hold, picture) {
    const [across, up] = h.paths.map(path => ({ ...hold.number(path), from: place => place }));
    const scale = picture.panels[h.panel].xlog ? Math.log : v => v, all = h.v ?? h.x, i = all && nearest(all, across.now);
    const y = up ? up.now : all ? h.y[i] ?? Infinity : fromShare(h.y, picture.limits[h.panel].y);
    const jumps = all && !h.smooth;
    if (jumps) [across.from, across.exact] = [x => all[nearest(h.x.map(scale), scale(x))], true];
    return [{ ...h, id: h.paths.join("-"), shape: "dot", across, up, at: [jumps ? h.x[i] : across.now, y] }];
  },
};

class Handles {
  // moved(key): a value has moved; released(): the hand has let go
  constructor(root, picture, hold, moved, released) {
    const { svg } = picture;
    Object.assign(this, { root, picture, hold, moved, list: [] });
    svg.onpointerdown = event => this.down(event, this.where(event));
    svg.onpointermove = event => hold.held && this.drag(this.where(event));
    svg.onpointerup = svg.onpointercancel = () => {
      if (!hold.held) return;
      hold.held = null;
      set(svg, { "data-held": null });
      released();
    };
    svg.onkeydown = event => this.key(event, event.target.dataset.id);
    svg.ontouchstart = event => hold.held && event.preventDefault(); // or the finger scrolls the page
  }

  // Pixels of the screen to one of the picture: more than one where the page is zoomed for a projector
  get zoom() { return this.picture.svg.getBoundingClientRect().width / this.picture.width; }

  where({ clientX, clientY }) {
    const { left, top } = this.picture.svg.getBoundingClientRect(), { zoom } = this;
    return [(clientX - left) / zoom, (clientY - top) / zoom];
  }

  draw(specs) {
    this.list = specs.flatMap(h => KINDS[h.kind](h, this.hold, this.picture));
    const { handles } = this.picture, focused = handles.querySelector(":focus");
    fill(handles, this.list.map(({ id, shape }) => `<g class="gmm-handle" tabindex="0" role="slider" data-id="${id}"
      data-shape="${shape}" data-lm-suppress-shortcuts="true"><path class="gmm-stem"/>
      <circle r="${HIT}" class="gmm-hit"/>${grip(shape)}<text></text></g>`)
      .join(""));
    this.list.forEach((each, i) => this.put(each, handles.children[i], this.list.slice(0, i)));
    if (focused?.isConnected === false) this.node(focused.dataset.id)?.focus({ preventScroll: true });
  }

  node(id) { return this.picture.handles.querySelector(`[data-id="${id}"]`); }

  // Where a handle is true to what it moves, and the spot where it is shown: above the floor of its panel, so that a
  // bell of no weight has handles too, and beside those before it that stand on the same place.
  place(each, node, before) {
    const { x, y, w, h } = this.picture.boxes[each.panel], [left, top] = this.picture.at(each.panel, ...each.at);
    const beyond = Math.sign(left - clip(left, x, x + w)), inside = 12 * Math.abs(beyond); // not on the axis's numbers
    const across = clip(left, x + inside, x + w - inside), up = clip(top, y, y + h);
    const high = each.shape === "dot" ? up : Math.min(up, y + h - LIFT);
    const free = ([a, b]) => clip(across + a, x, x + w) === across + a && clip(high + b, y, y + h) === high + b &&
      !before.some(({ spot }) => Math.hypot(spot[0] - across - a, spot[1] - high - b) < NEAR);
    if (!this.hold.held) node.aside = AROUND.find(free); // while one is held, none hops out of its way
    const [a, b] = node.aside ?? [0, 0];
    const [at, over] = each.at.map(v => minus(+v.toPrecision(3))), isTop = each.shape === "top" && top < y - 1;
    const words = each.shape === "flank" ? "" : beyond ? `at ${at}` : isTop ? `top at ${over}` : "";
    const lean = beyond || (across > x + w - 40) - (across < x + 40); // words stay within the panel
    Object.assign(each, { own: [across, up], spot: [across + a, high + b], lean, words });
  }

  put(each, node, before) {
    this.place(each, node, before);
    const numbers = [each.across, each.up].filter(Boolean), [{ low, high, now, name }, up] = numbers;
    const first = words => words.split(" ")[0], of = name.split(" of ").at(-1);
    const ways = up && `${first(name)} by left and right, ${first(up.name)} by up and down, of ${of}`;
    const [a, b] = each.own.map((v, i) => (v - each.spot[i]).toFixed(1)), [anchor, left, top] = ASIDE[each.lean];
    set(node.firstChild, { d: `M0 0L${a} ${b}` });
    set(node.lastChild, { "text-anchor": anchor, x: left, y: top }).textContent = each.words; // where it is off the panel
    const ends = node.matches(":focus") && numbers.some(n => n.now <= n.low || n.now >= n.high);
    set(node, { style: `color: var(--${each.color})`, "data-end": ends,
      transform: `translate(${each.spot.map(v => v.toFixed(1)).join(" ")})`,
      "aria-label": each.name ?? ways ?? `${name}, handle`,
      "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": short(now),
      "aria-valuetext": numbers.map(n => (up ? `${first(n.name)} ${short(n.now)}` : short(n.now))).join(", ") });
  }

  down(event, [x, y]) {
    const far = ({ spot }) => Math.hypot(spot[0] - x, spot[1] - y);
    const [each] = this.list.toSorted((a, b) => far(a) - far(b));
    if (!each || event.button || far(each) > HIT) return;
    event.preventDefault(); // selects no text
    set(this.node(each.id), { "data-keys": null }).focus({ preventScroll: true, focusVisible: false });
    set(this.picture.svg, { "data-held": each.shape }).setPointerCapture(event.pointerId);
    this.hold.held = { ...each, off: [each.own[0] - x, each.own[1] - y], from: y, rises: false, below: this.below() };
  }

  below() { return this.picture.svg.getBoundingClientRect().top - this.root.getBoundingClientRect().top; }

  // Words above that get longer push the picture down, but not from under a hand that holds a part of it.
  anchor() {
    const { style } = this.picture.svg, { held } = this.hold;
    style.translate = "none";
    if (held) style.translate = `0 ${(held.below - this.below()) / this.zoom}px`;
  }

  // The hand is at [x, y], and that alone says what it puts: by the axis as it was when the drag began, on beyond its
  // end, or a value would run away under a hand that rests while its axis grows.
  drag([x, y]) {
    const { held } = this.hold, each = this.list.find(({ id }) => id === held.id);
    if (!each) return;
    held.limits ??= this.picture.limits[each.panel];
    held.rises ||= Math.abs(y - held.from) > 4; // a hand that goes across doesn't change the height
    const of = by => this.picture.point(each.panel, x + held.off[0] + by, y + held.off[1] + by, held.limits);
    const [here, next] = [of(0), of(1)];
    let moves = each.across && this.hold.put(each.across.path, rounded(each.across, here[0], next[0]));
    if (each.up && held.rises) {
      const up = rounded(each.up, here[1], next[1]);
      moves = this.hold.put(each.up.path, up) || moves;
      const { now } = this.hold.number(each.up.path); // which stops at its end
      if (Math.abs(now - up) < each.up.step) held.reach = here[1];
    }
    if (moves) this.moved((each.across ?? each.up).path[0]);
  }

  key(event, id) {
    const steps = STEPS[event.key], { across, up } = this.list.find(each => each.id === id);
    if (!steps) return;
    event.preventDefault();
    set(this.node(id), { "data-keys": true });
    const { path } = /ArrowUp|ArrowDown/.test(event.key) ? up ?? across : across ?? up;
    const { now, log, step } = this.hold.number(path); // now, and not as last drawn: keys may come faster
    const by = steps * step * (event.shiftKey ? 10 : 1);
    if (this.hold.put(path, log ? now * 10 ** by : now + by)) this.moved(path[0]);
  }
}
