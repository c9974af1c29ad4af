// What follows from the hand alone, computed in the frame of its move: curves, dots and, where the page can, the fit.
const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six"], LIST = new Intl.ListFormat("en-GB");
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const even = ([low, high, n]) => Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));
const curve = ({ w, m, s }, k, x) => x.map(v => (k === null ? total({ w, m, s }, v) : bell(v, w[k], m[k], s[k])));

// A view with all that Python leaves out of a mark: even x, and the y of a mixture's curve
function received(view) {
  const marks = view.marks.map(mark => {
    const grid = mark.even ? even(mark.x) : mark.x, [mixture, k, mass] = mark.of ?? [];
    const x = mixture ? finer(grid, mixture, k) : grid;
    return { ...mark, grid, x, y: mixture ? curve(mixture, k, x).map(v => mass * v) : mark.y };
  });
  return { ...view, marks };
}

// Where a curve is drawn: on its grid, and more densely where a bell is so narrow that the grid would miss its top
function finer(grid, { m, s }, k) {
  const [low, high] = [grid[0], grid.at(-1)], step = (high - low) / (grid.length - 1);
  const narrow = [...m.keys()].filter(i => (k === null || i === k) && s[i] < 2 * step);
  if (!narrow.length) return grid;
  const more = narrow.flatMap(i => Array.from({ length: 33 }, (_, j) => m[i] + ((j - 16) / 4) * s[i]));
  return [...grid, ...more.filter(v => v > low && v < high)].toSorted((a, b) => a - b);
}

// Whether nothing has moved since the view, of the same preset, but bells whose curves the page computes itself
function follows({ live, values: old }, { values, controls }) {
  return live && values[live.of].w.length === old[live.of].w.length &&
    ["preset", "problem", ...Object.keys(controls)].every(key => key === live.of || same(values[key], old[key]));
}

// What is new in a view: the marks that depend on the hand, the fit, from the last one where there is one, its
// sentence, and whether it has lost the bells that made the curve
function followed({ live: { noise, of, K }, marks }, values, last) {
  const given = marks.find(mark => mark.name === "given"), { x } = given;
  const clean = given.live ? curve(values[of], null, x) : given.y, peak = Math.max(...clean);
  const density = noise ? clean.map((v, i) => v + noise[i] * peak) : clean;
  const fit = K ? matched(fitBells(x, density, K, last, noise ? 0 : 6), values[of]) : null;
  const drawn = (mixture, k, grid, at = finer(grid, mixture, k)) => ({ x: at, y: curve(mixture, k, at) });
  const rules = {
    data: () => ({ y: density }),
    sum: (mixture, grid) => drawn(mixture, null, grid),
    bell: (mixture, grid, k) => drawn(mixture, mixture.places ? mixture.places.indexOf(k) : k, grid),
    left: mixture => ({ y: curve(mixture, null, x).map((v, i) => density[i] - v) }),
  };
  const anew = ({ live: [rule, which, k], grid }) => rules[rule](which === "fit" ? fit : values[which], grid, k);
  const told = K && { sentence: said(fit, x), lost: missed(fit, values[of]) };
  return { fit, ...told, marks: marks.map(mark => (mark.live ? { ...mark, ...anew(mark) } : mark)) };
}

// Whether a fit leaves something over, or has met the curve by other bells than those that made it; a true bell without
// weight has no place to miss
const missed = ({ m, loss, places }, truth) =>
  loss > MET || m.some((v, i) => truth.w[places[i]] > 1e-6 && !(Math.abs(v - truth.m[places[i]]) < 0.05));

// The sentence of a fit that no Python has judged; a bell wider than the grid, or far off it, has fled
function said({ m, s, loss }, x) {
  const length = x.at(-1) - x[0], mid = sum(x) / x.length, share = 100 * loss;
  const [plural, es] = m.length > 1 ? ["s", ""] : ["", "s"];
  const words = v => (Math.abs(v) < 1e5 ? (+v.toFixed(2) + 0).toFixed(2) : v.toExponential(0)).replace("-", "−");
  const listed = means => LIST.format(means.toSorted((a, b) => a - b).map(words));
  const near = m.filter((v, k) => s[k] <= length && Math.abs(v - mid) <= 1.6 * length);
  const fled = loss <= MET && near.length < m.length;
  if (fled) return `Bells at ${listed(near)} meet every point; another has fled far away.`;
  const left = `leave${es} ${share < 10 ? share.toPrecision(2) : share.toFixed(0)} % of the curve's squares over`;
  const what = loss > MET ? left : `explain${es} the curve; nothing is left over`;
  return `${NUMBERS[m.length]} bell${plural} at ${listed(m)} ${what}.`;
}
