// A picture of stacked panels: axes, marks and legend, in CSS pixels, so that letters keep their size at any width.
const clip = (v, low, high) => Math.min(Math.max(v, low), high);
const LOWEST = 396, NARROW = 372, HIGHEST = 640, BARS = 200, FRAME = 284; // pixels
const LEFT = 54, RIGHT = 18, ABOVE = 22, BELOW = 20, FAR = 9999;
const EDGE = 5; // so that a dot at an end is whole
const fitting = (words, room) => clip(room / words.length, 11, 12); // a size of letters
const toShare = (v, [low, high], log) => (log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low));
const fromShare = (t, [low, high], log) => (log ? low * (high / low) ** t : low + t * (high - low));
const raised = n => String(n).replace(/./g, c => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));

// [value, label] of each tick between two limits, about `count` of them; on a log scale at whole powers of ten.
function ticks([low, high], count, log) {
  const power = n => [10 ** n, n < 0 || n > 3 ? `10${raised(n)}` : `${10 ** n}`];
  if (log) return ticks([low, high].map(Math.log10), count).filter(([n]) => Number.isInteger(n)).map(([n]) => power(n));
  const raw = (high - low) / count, unit = 10 ** Math.floor(Math.log10(raw));
  const fits = s => Math.floor(high / (s * unit) + 1e-9) > Math.ceil(low / (s * unit) - 1e-9); // or no size is told
  const steps = [10, 5, unit === 1 ? 5 : 2.5, 2, 1, 0.5].filter(fits); // 2.5 starts are none
  const step = (steps.findLast(s => s * unit >= raw * 0.999) ?? steps[0]) * unit, tiny = step < 1e-5;
  const digits = (String(+step.toPrecision(2)).split(".")[1] ?? "").length;
  const words = v => (tiny && v ? v.toExponential(0) : v.toFixed(tiny ? 0 : digits)).replace("-", "−");
  const first = Math.ceil(low / step - 1e-9), n = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: n }, (_, i) => (first + i) * step + 0).map(v => [v, words(v)]);
}

class Picture {
  // panels: name → { height, x, y, xlog, ylog, xlabel, ylabel, ticks }, from the top down. What stands below one axis
  // shares its line with what stands above the next.
  constructor(parent, panels) {
    Object.assign(this, { panels, limits: {}, shrinks: {} });
    this.legend = make("div", parent, { class: "gmm-legend", "aria-hidden": "true" });
    const figure = make("div", parent, { class: "gmm-figure" });
    figure.innerHTML = `<svg role="group" aria-label="picture">
      <g class="gmm-axes" aria-hidden="true"></g><g role="img" aria-label="picture"></g><g></g></svg>`;
    this.svg = figure.firstChild;
    [this.axes, this.image, this.handles] = this.svg.children;
  }

  // Pixels of a point of a panel, and the point of some pixels
  at(name, x, y) {
    const b = this.boxes[name], { xlog, ylog } = this.panels[name], limits = this.limits[name];
    return [b.x + b.w * toShare(x, limits.x, xlog), b.y + b.h * (1 - toShare(y, limits.y, ylog))];
  }
  point(name, left, top, limits = this.limits[name]) {
    const b = this.boxes[name], { xlog, ylog } = this.panels[name];
    return [fromShare((left - b.x) / b.w, limits.x, xlog), fromShare(1 - (top - b.y) / b.h, limits.y, ylog)];
  }

  // view.marks: a list of { name, kind, panel, x, y, color, … }; now(mark): whether it is seen. Returns whether an axis
  // is still gliding.
  draw(view, held, now) {
    const marks = view.marks.filter(now), moving = this.glide(view, marks, held);
    this.own = view.limits;
    this.arrange(this.svg.parentNode.clientWidth);
    fill(this.legend, legend(view, now));
    fill(this.axes, Object.keys(this.panels).map(name => this.axis(name)).join(""));
    fill(this.image, marks.map(mark => this.markup(mark)).join(""));
    return moving;
  }

  // The limits a step nearer to what is wanted. Under a hand that moves something up an axis rests, or what the hand
  // holds would leave it; what is raised beyond its end takes it along. While the marks are ahead of the answers an
  // axis only grows; under a hand that moves something across it grows from where the drag began, and back; once
  // moved, it shrinks by half, and more, or not.
  glide({ limits, moved, current, still }, marks, held) {
    const jumps = calm(), ahead = current || !moved ? [] : marks;
    let moving = false;
    for (const [name, { x, y }] of Object.entries(limits)) {
      const old = this.limits[name]?.y ?? y, live = ahead.filter(mark => mark.panel === name && mark.live);
      const begun = held?.panel === name && held.limits?.y;
      if (begun && held.up) {
        this.limits[name] = { x, y: [begun[0], Math.max(begun[1], held.reach ?? 0)] };
        continue;
      }
      const needs = [...y, ...live.flatMap(mark => mark.y.map(v => 1.04 * v))], top = Math.max(...needs);
      const may = !moved || this.shrinks[name] || 2 * top <= old[1], keeps = held || !(current || still) || !may;
      const seen = [...needs, ...(begun || (keeps ? old : []))];
      const next = [Math.min(...seen), Math.max(...seen)].map((to, i) => {
        if (jumps || Math.abs(to - old[i]) < 0.01 * (old[1] - old[0])) return to;
        moving = true;
        return old[i] + 0.3 * (to - old[i]);
      });
      this.limits[name] = { x, y: next };
      this.shrinks[name] = !keeps && next[1] > top; // once begun, as far as it goes
    }
    return moving;
  }

  // Where each panel stands: this.boxes[name] = { x, y, w, h }
  arrange(width) {
    const list = Object.entries(this.panels), shares = sum(list.map(([, p]) => p.height));
    const pads = list.map(([, p], i) => ABOVE + (p.ticks?.x?.length === 0 ? 6 : BELOW) + (list[i + 1] ? 0 : 16));
    const zoom = this.svg.currentCSSZoom ?? 1, tall = screen.availHeight / zoom;
    const least = Math.min(width < 620 ? NARROW : LOWEST, 0.62 * tall);
    const room = clip(tall - BARS / zoom - FRAME, least, HIGHEST); // on a phone held across the picture is whole
    const height = clip(0.72 * width, Math.min(210, 0.5 * width) + 60 * list.length, room), free = height - sum(pads);
    let y = 0;
    [this.width, this.boxes] = [width, {}];
    list.forEach(([name, p], i) => {
      const h = (free * p.height) / shares;
      this.boxes[name] = { x: LEFT, y: y + ABOVE, w: width - LEFT - RIGHT, h };
      y += pads[i] + h;
    });
    set(this.svg, { width, height, viewBox: `0 0 ${width} ${height}` });
  }

  // A mark as SVG, in a window on its panel beyond which nothing but words is seen
  markup(mark) {
    const { x, y, w, h } = this.boxes[mark.panel], [left, width] = [x - EDGE, w + 2 * EDGE];
    return `<svg x="${left}" y="${y}" width="${width}" height="${h}" viewBox="${left} ${y} ${width} ${h}"
      overflow="${mark.kind === "text" ? "visible" : "hidden"}" class="gmm-mark" data-name="${mark.name}">
      <g opacity="${mark.opacity}">${this.shape(mark)}</g></svg>`;
  }

  shape(mark) {
    const { kind, panel, x, y, fill, color, words } = mark, box = this.boxes[panel];
    const place = i => this.at(panel, x[i], y[i]).map(v => +clip(v, -FAR, FAR).toFixed(1));
    const within = ([left, top]) => [clip(left, box.x, box.x + box.w), top];
    const to = kind === "arrow" ? i => within(place(i)) : place;
    if (kind === "text") { // at its point; without one in place of hidden marks, on a cover, or on a plate above others
      const long = !x.length && 7.4 * words.length > (fill ? 0.9 : 0.5) * box.w;
      const told = long ? words.split(": ").at(-1) : words;
      const wide = 7.4 * told.length + 18;
      const aside = fill ? [box.w / 2, box.h / 2 + 10] : [Math.max(0.3 * box.w, wide / 2 + 4), 26];
      const [across, up] = x.length ? to(0) : [box.x + aside[0], box.y + aside[1]];
      const inside = clip(across, box.x + Math.min(wide, box.w) / 2, box.x + box.w - Math.min(wide, box.w) / 2);
      const [left, top, w, h] = fill ? [box.x, box.y, box.w, box.h] : [across - wide / 2, up - 24, wide, 28];
      const plate = `<rect x="${left}" y="${top}" width="${w}" height="${h}" rx="${fill ? 0 : 6}" fill="var(--button)"/>`;
      const looks = `fill: var(--${color}); stroke-width: ${x.length ? 4 : 0}px`, size = fitting(told, 1.6 * box.w);
      return `${x.length ? "" : plate}
        <text x="${inside}" y="${up - 6}" style="font-size: ${size}px; ${looks}">${told}</text>`;
    }
    const least = mark.of && mark.of[1] !== null ? 2e-3 * Math.max(...y) : -Infinity; // a bell's tails are no axis
    const high = i => y[i] >= least, seen = i => Number.isFinite(y[i]) && (high(i) || high(i - 1) || high(i + 1));
    const points = x.map((v, i) => (Number.isFinite(v) && seen(i) ? to(i).join(" ") : null));
    const stroke = (p, i) => p && (kind === "dots" ? `M${p}h0` : `${points[i - 1] ? "L" : "M"}${p}`);
    const edge = points.map(stroke).join("") + (kind === "arrow" ? head(to(0), to(1), place(1)) : "");
    const floor = clip(this.at(panel, x[0], Math.max(0, this.limits[panel].y[0]))[1], -FAR, FAR);
    const area = kind === "region" ? edge : fill && edge ? `${edge}V${floor}H${to(0)[0]}Z` : "";
    return painted(mark, edge, area, Math.min(1, this.width / 500));
  }

  // The axes of a panel, its grid and their words
  axis(name) {
    const { x, y, w, h } = this.boxes[name], { x: X, y: Y } = this.limits[name], bottom = y + h;
    const { xlog, ylog, xlabel, ylabel, ticks: own } = { ...this.panels[name], ...this.own[name] };
    const rule = (x1, y1, x2, y2, hue = "rule") =>
      `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="var(--${hue})"/>`;
    const words = (left, top, anchor, text, size = 12) =>
      `<text x="${left}" y="${top}" text-anchor="${anchor}" style="font-size: ${size}px">${text}</text>`;
    let last = Infinity; // numbers keep apart, the last of a list before the others
    const up = (own?.y ?? ticks(Y, clip(Math.round(h / 36), 2, 6), ylog)).toReversed().map(([v, text]) => {
      const at = this.at(name, X[0], v)[1];
      if (Math.abs(at - last) < 13) return "";
      last = at;
      return rule(x, at, x + w, at, v || Y[0] >= 0 ? "grid" : "rule") + words(x - 7, at + 4, "end", text);
    });
    const letters = clip(w / (3 * own?.x?.length || 1), 11, 12);
    const across = (own?.x ?? ticks(X, clip(Math.round(w / 60), 3, 8), xlog)).map(([v, text]) => {
      const at = this.at(name, v, Y[0])[0];
      return rule(at, bottom, at, bottom + 4) + words(at, bottom + 16, "middle", text, letters);
    });
    const labels = words(x, y - 9, "start", ylabel, fitting(ylabel, 1.9 * w)) +
      words(x + w, bottom + BELOW + ABOVE - 9, "end", xlabel, fitting(xlabel, 1.9 * w));
    const floor = own?.x?.length === 0 ? "" : rule(x, bottom, x + w, bottom); // none beneath what has its axis at zero
    return [...up, ...across, floor, labels].join("");
  }
}

// A mark's edge and the area under it, in its looks
function painted({ kind, color, width, dash, fill, size }, edge, area, scale = 1) {
  const [thick, cap] = kind === "dots" ? [2 * size * scale, "round"] : [width, "butt"];
  const dashes = dash?.map(v => (v * width).toFixed(1)) ?? "none";
  const tone = share => `color-mix(in srgb, var(--${color}) ${Math.min(100 * share, 100)}%, transparent)`;
  const deeper = kind === "region" ? 1 : 1.7; // orange that is thin on black is mud; regions lie on each other
  return `<path d="${area}" style="fill: light-dark(${tone(fill)}, ${tone(deeper * fill)})"/><path d="${edge}" fill="none"
    stroke="var(--${color})" stroke-width="${thick}" stroke-linecap="${cap}" stroke-dasharray="${dashes}"/>`;
}

// The entries of the legend: what has a name, once, what waits for a guess last
function legend({ handles, marks }, now) {
  const late = mark => mark.when === "looked"; // has its room from the first
  const named = [...handles.flatMap(grips), ...marks].filter(mark => mark.label && (now(mark) || late(mark)));
  const groups = Map.groupBy(named.toSorted((a, b) => late(a) - late(b)), mark => mark.label).values();
  const hues = group => [...new Set(group.map(({ color }) => color))].slice(0, 3); // the truth has those of its bells
  const entries = Array.from(groups, group => ({ ...group[0], hues: hues(group) }));
  const isBell = mark => /\bbell \d+$/.test(mark?.label);
  return entries.map((mark, i) => { // bells keep to one line: "2" alone tells nothing
    const [opens, closes] = [-1, 1].map(by => isBell(mark) && !isBell(entries[i + by]));
    return (opens ? "<span>" : "") + key(mark, isBell(mark) && !opens, now(mark)) + (closes ? "</span>" : "");
  }).join("");
}

// What the legend says of a handle that has a name: of bells' tops and flanks, in the colours of the first three
function grips({ kind, name, told, color, hues, when, paths }) {
  const all = kind === "bells" ? paths.s.slice(0, 3).map((_, k) => `bell${k + 1}`) : hues ?? [color];
  const label = (told ?? name) && `drag: ${told ?? name}`;
  const drag = { shape: kind === "bells" ? "top" : "dot", colors: all, when, label };
  return kind === "bells" ? [drag, { ...drag, shape: "flank", label: name && (all[1] ? "widths" : "width") }] : [drag];
}

// An entry of the legend; bells after the first are told by their number alone
function key(mark, follows, seen) {
  const { kind, fill, shape, label, colors = [0] } = mark, area = fill ? "M1 4H17V13H1Z" : "";
  const stroke = (from, to) => (kind === "dots" ? "M9 8h0" : `M${1 + 16 * from} ${fill ? 4 : 8}H${1 + 16 * to}`);
  const edge = (i, n) => mark.key ?? stroke(i / n, (i + 1) / n);
  const drawn = (color, i, { length }) => painted({ ...mark, color }, edge(i, length), area);
  const held = (hue, i) => grip(shape, `fill="var(--${hue})" transform="translate(${9 + 10 * i} 8)"`);
  const art = (shape ? colors.map(held) : mark.hues.map(drawn)).join("");
  const words = follows ? label.split(" ").at(-1) : label;
  return `<span class="gmm-key" ${seen ? "" : "data-unseen"}><svg width="${10 * colors.length + 8}" height="16"
    class="gmm-mark">${art}</svg>${words}</span>`;
}

// The barbs of an arrow, twice where its end is further on; none where it is too short to have a direction
function head([a, b], [c, d], end) {
  const length = Math.hypot(c - a, d - b), u = (7 * (c - a)) / length, v = (7 * (d - b)) / length;
  const barbs = (x, y) => `M${x - u - 0.6 * v} ${y - v + 0.6 * u}L${x} ${y}L${x - u + 0.6 * v} ${y - v - 0.6 * u}`;
  return length < 3 ? "" : barbs(c, d) + (same(end, [c, d]) ? "" : barbs(c - 0.8 * u, d - 0.8 * v));
}
