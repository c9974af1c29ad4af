// A picture of stacked panels: axes, marks and legend, in CSS pixels, so that letters keep their size at any width.
const LEFT = 50, RIGHT = 14, ABOVE = 22, FAR = 9999, EDGE = 5; // so that a dot at an end is whole
const clip = (v, low, high) => Math.min(Math.max(v, low), high);

const raised = n => [...String(n)].map(c => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");

// [value, label] of each tick between two limits, about `count` of them.
export function ticks([low, high], count, log) {
  if (log) {
    const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const step = Math.max(1, Math.ceil((last - first) / count)), found = [];
    for (let n = Math.floor(last / step) * step; n >= first; n -= step) found.push([10 ** n, n < 0 || n > 3 ? `10${raised(n)}` : `${10 ** n}`]);
    return found;
  }
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw)), found = [];
  const step = [1, 2, 2.5, 5, 10].find(s => s * power >= raw * 0.999) * power, first = Math.ceil(low / step - 1e-9);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) + (step / power === 2.5 && power <= 1 ? 1 : 0);
  const words = v => (digits > 5 ? (v ? v.toExponential(0) : "0") : v.toFixed(digits)).replace("-", "−");
  for (let i = first; i * step <= high + 1e-9 * step; i++) found.push([i * step, words(i * step + 0)]);
  return found;
}

export class Picture {
  // panels: name → { height, x, y, xlog, ylog, xlabel, ylabel, ticks }, from the top down
  constructor(parent, panels, height) {
    [this.panels, this.most, this.drawn, this.names] = [panels, height, "", ""];
    this.legend = make("div", parent, { class: "gmm-legend", "aria-hidden": "true" });
    this.svg = make("-svg", make("div", parent, { class: "gmm-figure" }), {});
    this.axes = make("-g", this.svg, { class: "gmm-axes", "aria-hidden": "true" });
    this.image = make("-g", this.svg);
    this.limits = {};
  }

  // Where a panel stands: this.boxes[name] = { x, y, w, h }. Returns whether that has changed.
  arrange() {
    const width = this.svg.parentNode.clientWidth || 640, list = Object.entries(this.panels);
    const pads = list.map(([, p]) => ABOVE + (p.xlabel ? 34 : 20)), sum = list.reduce((s, [, p]) => s + p.height, 0);
    const height = clip(0.72 * width, 210 + 60 * list.length, this.most), free = height - pads.reduce((a, b) => a + b);
    if (this.width === width) return false;
    [this.width, this.height, this.boxes] = [width, height, {}];
    let y = 0;
    list.forEach(([name, p], i) => {
      this.boxes[name] = { x: LEFT, y: y + ABOVE, w: width - LEFT - RIGHT, h: (free * p.height) / sum };
      y += pads[i] + this.boxes[name].h;
    });
    set(this.svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    return true;
  }

  // Pixels of a point of a panel, and the point of some pixels
  at(name, x, y) {
    const b = this.boxes[name], p = this.panels[name], [X, Y] = [this.limits[name].x, this.limits[name].y];
    return [b.x + b.w * part(x, X, p.xlog), b.y + b.h * (1 - part(y, Y, p.ylog))];
  }
  point(name, left, top) {
    const b = this.boxes[name], p = this.panels[name], [X, Y] = [this.limits[name].x, this.limits[name].y];
    return [whole((left - b.x) / b.w, X, p.xlog), whole(1 - (top - b.y) / b.h, Y, p.ylog)];
  }

  // marks: a list of { name, kind, panel, x, y, color, … }; limits: panel → { x, y }
  draw(marks, limits) {
    this.limits = limits;
    const moved = this.arrange(), frame = JSON.stringify([limits, this.width]);
    if (moved || frame !== this.drawn) this.frame();
    this.drawn = frame;
    const names = marks.map(m => m.name + m.kind + m.panel + m.label).join();
    if (names !== this.names || moved) this.rebuild(marks);
    this.names = names;
    for (const mark of marks) this.put(mark, this.nodes.get(mark.name));
  }

  rebuild(marks) {
    this.nodes = new Map();
    this.image.replaceChildren();
    this.panes = {};
    for (const [name, { x, y, w, h }] of Object.entries(this.boxes))
      this.panes[name] = make("-svg", this.image, { x: x - EDGE, y, width: w + 2 * EDGE, height: h,
        viewBox: `${x - EDGE} ${y} ${w + 2 * EDGE} ${h}`, overflow: "hidden" });
    for (const { name, kind, panel } of marks) {
      const node = make("-g", this.panes[panel], { "data-name": name });
      if (kind === "text") make("-text", node, { "text-anchor": "middle" });
      else if (kind === "line") make("-path", node, { stroke: "none" });
      if (kind !== "text") make("-path", node, { fill: "none" });
      this.nodes.set(name, node);
    }
    this.legend.replaceChildren();
    const labels = new Set();
    for (const mark of marks) if (mark.label && !labels.has(mark.label)) labels.add(mark.label) && this.key(mark);
  }

  key({ kind, label, color, dash, width, fill, size }) {
    const item = make("span", this.legend), art = make("-svg", item, { width: 22, height: 12 });
    const looks = { stroke: `var(--${color})`, fill: "none", "stroke-width": width, "stroke-dasharray": dashes(dash, width) };
    if (kind === "dots") make("-circle", art, { cx: 11, cy: 6, r: size, fill: `var(--${color})` });
    else if (fill) make("-rect", art, { x: 1, y: 2, width: 20, height: 9, fill: `var(--${color})`, "fill-opacity": fill });
    if (kind !== "dots" && width) make("-path", art, { ...looks, d: fill ? "M1 2H21" : "M1 6H21" });
    item.append(label);
  }

  put(mark, node) {
    const { kind, panel, x, y, color, width, dash, fill, size, opacity, words } = mark, ink = `var(--${color})`;
    const to = (a, b) => this.at(panel, a, b).map(v => clip(v, -FAR, FAR)), first = node.firstChild, last = node.lastChild;
    const known = i => Number.isFinite(x[i]) && Number.isFinite(y[i]);
    set(node, { opacity });
    if (kind === "text") {
      const [a, b] = to(x[0], y[0]);
      last.textContent = words;
      return set(last, { x: a.toFixed(1), y: (b - 6).toFixed(1), fill: ink });
    }
    let d = "", pen = false;
    for (let i = 0; i < x.length; i++) {
      if (!known(i)) { pen = false; continue; }
      const [a, b] = to(x[i], y[i]), spot = `${a.toFixed(1)} ${b.toFixed(1)}`;
      d += kind === "dots" ? `M${spot}h0` : (pen ? "L" : "M") + spot;
      pen = true;
    }
    if (kind === "arrow" && known(0) && known(1)) d += head(to(x[0], y[0]), to(x[1], y[1]));
    if (kind === "line" && fill && d) {
      const floor = clip(this.at(panel, x[0], Math.max(0, this.limits[panel].y[0]))[1], -FAR, FAR).toFixed(1);
      const [a] = to(x[0], y[0]), [b] = to(x.at(-1), y.at(-1));
      set(first, { fill: ink, "fill-opacity": fill, d: `M${a.toFixed(1)} ${floor}L${d.slice(1)}L${b.toFixed(1)} ${floor}Z` });
    }
    set(last, { d, stroke: ink, "stroke-width": kind === "dots" ? 2 * size * Math.min(1, this.width / 500) : width, "stroke-linejoin": "round",
      "stroke-linecap": kind === "dots" ? "round" : null, "stroke-dasharray": dashes(dash, width) });
  }

  frame() { // the axes, drawn anew when a limit changes
    this.axes.replaceChildren();
    const rule = (x1, y1, x2, y2, kind = "gmm-rule") => make("-line", this.axes, { x1, y1, x2, y2, class: kind });
    const words = (x, y, anchor, text) => make("-text", this.axes, { x, y, "text-anchor": anchor }, text);
    for (const [name, p] of Object.entries(this.panels)) {
      const { x, y, w, h } = this.boxes[name], { x: X, y: Y } = this.limits[name], bottom = y + h;
      for (const [v, text] of p.ticks?.y ?? ticks(Y, clip(Math.round(h / 36), 2, 6), p.ylog)) {
        const at = this.at(name, X[0], v)[1];
        rule(x, at, x + w, at, "gmm-grid");
        words(x - 7, at + 4, "end", text);
      }
      for (const [v, text] of p.ticks?.x ?? ticks(X, clip(Math.round(w / 80), 3, 8), p.xlog)) {
        const at = this.at(name, v, Y[0])[0];
        rule(at, bottom, at, bottom + 4);
        words(at, bottom + 16, "middle", text);
      }
      rule(x, bottom, x + w, bottom);
      words(x, y - 9, "start", p.ylabel ?? "");
      words(x + w, bottom + 30, "end", p.xlabel ?? "");
    }
  }
}

const part = (v, [low, high], log) => (log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low));
const whole = (t, [low, high], log) => (log ? low * (high / low) ** t : low + t * (high - low));
const dashes = (dash, width) => (dash ? dash.map(v => (v * width).toFixed(1)).join(" ") : null);

function head([a, b], [c, d]) { // the barbs of an arrow; none where it is too short to have a direction
  const length = Math.hypot(c - a, d - b), u = (7 * (c - a)) / length, v = (7 * (d - b)) / length;
  return length < 3 ? "" : `M${c - u - 0.6 * v} ${d - v + 0.6 * u}L${c} ${d}L${c - u + 0.6 * v} ${d - v - 0.6 * u}`;
}
