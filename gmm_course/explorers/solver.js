// Levenberg–Marquardt for a sum of bells on a grid. A mixture is { w, m, s }: weights, means, stds, arrays of K.
// theta = [logits | means | log stds]; the residuals are relative to the curve, so that their squares sum to the loss.
const ROOT = Math.sqrt(2 * Math.PI), MET = 1e-8, ZERO = 1e-26;

const sum = all => all.reduce((a, b) => a + b, 0);
const dot = (a, b) => a.reduce((all, v, i) => all + v * b[i], 0);

const bell = (x, w, m, s) => (w / (s * ROOT)) * Math.exp(-0.5 * ((x - m) / s) ** 2);
const total = ({ w, m, s }, x) => sum(w.map((v, k) => bell(x, v, m[k], s[k])));

function softmax(logits) {
  const top = Math.max(...logits), e = logits.map(v => Math.exp(v - top)), all = sum(e);
  return e.map(v => v / all);
}

function unpack(theta) {
  const K = theta.length / 3;
  return { w: softmax(theta.slice(0, K)), m: theta.slice(K, 2 * K), s: theta.slice(2 * K).map(Math.exp) };
}

function pack({ w, m, s }) {
  const logits = w.map(v => Math.log(Math.max(v, 1e-12))), mean = sum(logits) / w.length;
  return [...logits.map(v => v - mean), ...m, ...s.map(Math.log)];
}

// At theta the loss, minus half its gradient, and half its Hessian as far as the residuals are straight.
function linearise(theta, x, y, unit) {
  const { w, m, s } = unpack(theta), K = w.length, z = m.map((mean, k) => x.map(v => (v - mean) / s[k]));
  const bells = w.map((v, k) => x.map(at => unit * bell(at, v, m[k], s[k])));
  const f = x.map((_, i) => bells.reduce((all, b) => all + b[i], 0)), r = f.map((v, i) => unit * y[i] - v);
  const by = slope => bells.map((b, k) => b.map((v, i) => slope(v, i, k)));
  const logits = by((b, i, k) => b - w[k] * f[i]), means = by((b, i, k) => (b * z[k][i]) / s[k]);
  const J = [...logits, ...means, ...by((b, i, k) => b * (z[k][i] ** 2 - 1))], A = [];
  const held = 1 / K ** 2; // of the mean of the logits: adding a number to all of them changes no weight
  J.forEach((a, i) => A.push(J.map((b, j) => (j < i ? A[j][i] : dot(a, b) + (j < K ? held : 0)))));
  return { theta, loss: dot(r, r), slope: J.map(column => dot(column, r)), A };
}

// The d of A d = b, A being symmetric and positive: Gauss–Jordan, which needs no pivoting then
function solve(A, b) {
  const rows = A.map((row, i) => [...row, b[i]]);
  rows.forEach((pivot, i) => rows.forEach((row, j) => {
    const share = j === i ? 0 : row[i] / pivot[i];
    pivot.forEach((v, k) => (row[k] -= share * v));
  }));
  return rows.map((row, i) => row.at(-1) / row[i]);
}

function descend(start, x, y, most = 150) {
  const unit = 1 / Math.hypot(...y);
  let at = linearise(pack(start), x, y, unit), D = at.slope.map(() => 1e-12);
  let [damping, growth, n, ended] = [1e-4, 2, 1, false];
  for (; !ended && n < most && at.loss > ZERO; n++) {
    const { theta, loss, slope, A } = at;
    D = D.map((v, j) => Math.max(v, A[j][j]));
    const d = solve(A.map((row, i) => row.with(i, row[i] + damping * D[i])), slope);
    const next = linearise(theta.map((v, j) => v + d[j]), x, y, unit);
    const gain = (loss - next.loss) / sum(d.map((v, j) => v * (slope[j] + damping * D[j] * v))); // of what was hoped
    if (gain > 0) {
      ended = loss - next.loss < 1e-15 * loss;
      damping = Math.max(damping * Math.max(0.1, 1 - (2 * gain - 1) ** 3), 1e-15);
      [at, growth] = [next, 2];
    } else {
      ended = d.every((v, j) => v * v * D[j] < 1e-28);
      [damping, growth] = [damping * growth, 2 * growth];
    }
  }
  return { ...unpack(at.theta), loss: at.loss, n };
}

// K bells, one in each K-th part of the area, about as wide as the parts. `jitter` moves them about: a random number
// from 0 to 1, or always 0.5.
function spread(x, y, K, jitter) {
  let area = 0;
  const reached = y.map(v => (area += Math.max(v, 0))), at = share => x[reached.findIndex(v => v >= share * area)];
  const wide = (at(0.84) - at(0.16) || x[1] - x[0]) / (2 * K);
  const m = Array.from({ length: K }, (_, k) => at((k + jitter()) / K));
  return { w: m.map(() => 1), m, s: m.map(() => wide * 16 ** (jitter() - 0.5)) };
}

// The fit that follows a hand: from the last answer and, where that doesn't meet the curve, from some other starts.
export function fitBells(x, y, K, last, others = 6) {
  const follows = last && last.w.length === K, random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  let best = follows ? descend(last, x, y) : null, seed = 1;
  for (let i = 0; !best || (i < (follows ? others : 2 * others) && best.loss > MET); i++) {
    const other = descend(spread(x, y, K, i ? random : () => 0.5), x, y);
    if (!best || other.loss < best.loss) best = other;
  }
  return follows ? best : descend(best, x, y, 300);
}

// The bells of a fit, each with the place of the true one that it is nearest to; those left over take the next places.
function matched(fit, truth) {
  const far = (i, k) => Math.min(Math.abs(fit.m[i] - truth.m[k]), 1e6) + Math.abs(fit.w[i] - truth.w[k]) +
    Math.min(Math.abs(Math.log(fit.s[i] / truth.s[k])), 1e6);
  const pairs = fit.w.flatMap((_, i) => truth.w.map((_, k) => [i, k, far(i, k)])).sort((a, b) => a[2] - b[2]);
  const places = [];
  for (const [i, k] of pairs) if (!places.includes(k)) places[i] ??= k;
  let next = truth.w.length;
  return { ...fit, places: fit.w.map((_, i) => places[i] ?? next++) };
}
