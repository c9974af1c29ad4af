// Handles on the picture: what each holds, where it stands, and how mouse, pen, finger and arrow keys move it.
const HIT = 22, REACH = 30; // pixels: the radius of what can be hit, and how far off the nearest handle is taken
const NAMES = { w: ["weight", "w"], m: ["mean", "μ"], s: ["std", "σ"] };
const subscript = k => String(k + 1).replace(/\d/g, c => "₀₁₂₃₄₅₆₇₈₉"[c]);

// The weights with the k-th at `value`; the others share what is left in their old proportion.
export function share(w, k, value) {
  const rest = w.reduce((sum, v, i) => sum + (i === k ? 0 : v), 0);
  return w.length < 2 ? [1] : w.map((v, i) => (i === k ? value : (1 - value) * (rest > 0 ? v / rest : 1 / (w.length - 1))));
}

// What the hand can hold. values: name → number, array or mixture; controls: name → its limits and steps.
export class Hold {
  constructor(values, controls) {
    [this.values, this.controls] = [values, controls];
  }
  get = path => path.reduce((v, key) => v[key], this.values);
  // { low, high, step, name, label } of a number: ["step"], ["theta", 3] or ["truth", "m", 0]
  range([key, ...rest]) {
    const c = this.controls[key];
    if (c.kind === "mixture") {
      const [which, k] = rest, [low, high] = { w: [0, 1], m: c.means, s: c.stds }[which], [name, letter] = NAMES[which];
      return { low, high, step: which === "w" ? 0.01 : 0.05, name: `${name} of bell ${k + 1}`, label: letter + subscript(k) };
    }
    return rest.length ? c.numbers[rest[0]] : c;
  }
  put([key, ...rest], value) {
    const old = this.values[key];
    if (typeof value !== "number" || !this.controls[key] || this.controls[key].options) return void (this.values[key] = value);
    const { low, high, whole } = this.range([key, ...rest]);
    if (!Number.isFinite(value)) return;
    value = clip(whole ? Math.round(value) : +value.toPrecision(6), low, high);
    if (!rest.length) this.values[key] = value;
    else if (rest[0] === "w") this.values[key] = { ...old, w: share(old.w, rest[1], value) };
    else if (rest.length === 2) this.values[key] = { ...old, [rest[0]]: old[rest[0]].with(rest[1], value) };
    else this.values[key] = old.with(rest[0], value);
  }
}

// The bells that a handle moves: a mixture, or logits, means and log-stds that stand in arrays.
function bellsOf(h, hold) {
  if ((h.plain = typeof h.of === "string")) {
    const path = (which, k) => [h.of, which, k];
    return { mixture: hold.values[h.of], path, put: (which, k, v) => hold.put(path(which, k), v) };
  }
  const K = h.K, at = which => Array.from({ length: K }, (_, k) => hold.get(path(which, k)));
  const path = (which, k) => [h.of[which][0], h.of[which][1] + k];
  const logits = at("w"), put = (which, k, v) => {
    const others = Math.log(logits.reduce((sum, l, i) => sum + (i === k ? 0 : Math.exp(l)), 0)), w = clip(v, 1e-9, 1 - 1e-9);
    hold.put(path(which, k), which === "w" ? Math.log(w / (1 - w)) + others : which === "s" ? Math.log(Math.max(v, 1e-9)) : v);
  };
  const mixture = { w: softmax(logits), m: h.means ?? at("m"), s: at("s").map(Math.exp) };
  return { mixture, path, put, fixed: !!h.means };
}

// The number of the entry that is nearest to a value
const nearest = (all, value) => all.reduce((best, each, i) => (Math.abs(each - value) < Math.abs(all[best] - value) ? i : best), 0);

// Each handle of a view as { id, panel, at: [x, y], shape, color, name, now, low, high, says, drag(x, y), step(across, up) }
const KINDS = {
  bells(h, hold, picture) {
    const { mixture, path, put, fixed } = bellsOf(h, hold), unit = (which, k) => hold.range(path(which, k));
    const high = picture.limits[h.panel].x[1], said = v => String(+v.toFixed(v < 0.1 ? 3 : 2));
    return mixture.w.flatMap((w, k) => {
      const m = mixture.m[k], s = mixture.s[k], top = bell(m, w, m, s), side = m + s > high ? -1 : 1;
      const common = { panel: h.panel, color: `bell${(k % 6) + 1}` }, key = `${h.plain ? h.of : "free"}-${k}`;
      return [{
        ...common, id: `${key}-top`, shape: "top", at: [m, top],
        ...(fixed ? { low: 0, high: 1, now: w } : { ...unit("m", k), now: m }),
        name: `bell ${k + 1}: ${fixed ? "weight" : "mean and weight"}`,
        says: `${fixed ? "" : `mean ${said(m)}, `}weight ${said(w)}`,
        drag(x, y) {
          if (!fixed) put("m", k, x);
          if (y !== null) put("w", k, Math.max(y, 0) * s * ROOT);
        },
        step: (across, up) => (across && !fixed ? put("m", k, m + across * unit("m", k).step) :
          put("w", k, w + 0.01 * (up || across))),
      }, {
        ...common, id: `${key}-flank`, shape: "flank", at: [m + side * s, top * Math.exp(-0.5)], now: s,
        ...(h.plain ? unit("s", k) : { low: 0.01, high: 99 }), name: `bell ${k + 1}: std`, says: `std ${said(s)}`,
        drag: x => put("s", k, Math.max(side * (x - m), 1e-9)),
        step: (across, up) => put("s", k, s + (across || up) * 0.05),
      }];
    });
  },
  // A number across and, with a second path, one up; or one on a curve: where it is v[i], the handle is at x[i], y[i].
  point(h, hold, picture) {
    const [one, two] = h.paths.map(path => ({ path, ...hold.range(path), now: hold.get(path) })), all = two ? [one, two] : [one];
    const place = v => (picture.panels[h.panel].xlog ? Math.log(v) : v), i = h.v && nearest(h.v, one.now);
    const y = two ? two.now : h.v ? h.y[i] : whole(h.y, picture.limits[h.panel].y);
    const move = ({ path, now, log, step }, n) => hold.put(path, log ? now * 10 ** (n * step) : now + n * step);
    return [{ ...one, ...h, id: h.paths.join("-"), shape: "dot", at: [h.v && !h.smooth ? h.x[i] : one.now, y],
      says: all.map(each => `${two ? `${each.name} ` : ""}${+each.now.toPrecision(4)}`).join(", "),
      drag(across, up) {
        hold.put(one.path, h.v && !h.smooth ? h.v[nearest(h.x.map(place), place(across))] : across);
        if (two && up !== null) hold.put(two.path, up);
      },
      step: (across, up) => (two && !across ? move(two, up) : move(one, across || up)) }];
  },
};

export class Handles {
  // moved(): a value has moved; released(): the hand has let go
  constructor(picture, moved, released) {
    [this.picture, this.moved, this.released, this.nodes, this.held] = [picture, moved, released, new Map(), null];
    this.layer = make("-g", picture.svg, { class: "gmm-handles" });
    const { svg } = picture;
    svg.addEventListener("pointerdown", event => this.down(event));
    svg.addEventListener("pointermove", event => this.held && this.drag(event));
    svg.addEventListener("touchstart", event => this.held && event.preventDefault(), { passive: false }); // or the page scrolls
    for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => this.held && this.let());
  }

  draw(specs, hold) {
    this.list = specs.flatMap(h => KINDS[h.kind](h, hold, this.picture));
    const ids = new Set(this.list.map(each => each.id));
    for (const [id, node] of this.nodes) if (!ids.has(id)) node.remove(), this.nodes.delete(id);
    for (const each of this.list) {
      const { id, panel, shape, color } = each, box = this.picture.boxes[panel], node = this.nodes.get(id) ?? this.build(id, shape);
      const [x, y] = this.picture.at(panel, ...each.at);
      each.spot = [clip(x, box.x, box.x + box.w), clip(y, box.y, box.y + box.h)];
      set(node, { transform: `translate(${each.spot.map(v => v.toFixed(1)).join(" ")})`, style: `color: var(--${color})`,
        "aria-label": each.name, "aria-valuemin": each.low, "aria-valuemax": each.high,
        "aria-valuenow": +each.now.toPrecision(5), "aria-valuetext": each.says });
    }
  }

  build(id, shape) {
    const node = make("-g", this.layer, { class: "gmm-handle", tabindex: 0, role: "slider", "data-id": id });
    make("-circle", node, { r: HIT, class: "gmm-hit" });
    if (shape === "flank") make("-rect", node, { x: -4, y: -8, width: 8, height: 16, rx: 3, class: "gmm-grip" });
    else make("-circle", node, { r: shape === "top" ? 7 : 8, class: "gmm-grip" });
    node.addEventListener("keydown", event => this.key(event, id));
    this.nodes.set(id, node);
    return node;
  }

  place(event) {
    const box = this.picture.svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    const [x, y] = this.place(event), far = each => Math.hypot(each.spot[0] - x, each.spot[1] - y);
    const nearest = event.button ? null : this.list?.reduce((a, b) => (a && far(a) <= far(b) ? a : b), null);
    if (!nearest || far(nearest) > REACH) return;
    event.preventDefault(); // selects no text
    this.nodes.get(nearest.id).focus({ preventScroll: true });
    this.picture.svg.setPointerCapture(event.pointerId);
    this.held = { id: nearest.id, shape: nearest.shape, off: [nearest.spot[0] - x, nearest.spot[1] - y], y, rises: false };
  }

  drag(event) {
    const [x, y] = this.place(event), { id, off, y: from } = this.held, each = this.list.find(e => e.id === id);
    if (!each) return;
    this.held.rises ||= Math.abs(y - from) > 4; // a hand that goes across doesn't change the height
    const [a, b] = this.picture.point(each.panel, x + off[0], y + off[1]);
    each.drag(a, this.held.rises ? b : null);
    this.moved();
  }

  let() {
    this.held = null;
    this.released();
  }

  key(event, id) {
    const { key, shiftKey } = event, big = shiftKey || key.startsWith("Page") ? 10 : 1;
    const across = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0, up = { ArrowDown: -1, ArrowUp: 1, PageDown: -1, PageUp: 1 }[key] ?? 0;
    if (!across && !up) return;
    event.preventDefault();
    this.list.find(each => each.id === id).step(across * big, up * big);
    this.moved();
  }
}
