// Levenberg–Marquardt for a sum of bells on a grid, by QR. A mixture is { w, m, s }: weights, means, stds, arrays of K.
// theta = [logits | means | log stds]; the residuals are relative to the curve, so that their squares sum to the loss.
const ROOT = Math.sqrt(2 * Math.PI), MET = 1e-8, ZERO = 1e-26;

const sum = all => all.reduce((a, b) => a + b, 0);
const dot = (a, b) => a.reduce((all, v, i) => all + v * b[i], 0);

export const bell = (x, w, m, s) => (w / (s * ROOT)) * Math.exp(-0.5 * ((x - m) / s) ** 2);
export const total = ({ w, m, s }, x) => sum(w.map((v, k) => bell(x, v, m[k], s[k])));

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

// { theta, r, J, loss }: the residuals at theta, the columns of their Jacobian, and the loss.
function linearise(theta, x, y, unit) {
  const { w, m, s } = unpack(theta), K = w.length, z = m.map((mean, k) => x.map(v => (v - mean) / s[k]));
  const bells = w.map((v, k) => x.map(at => unit * bell(at, v, m[k], s[k])));
  const f = x.map((_, i) => bells.reduce((all, b) => all + b[i], 0)), r = f.map((v, i) => v - unit * y[i]);
  const by = slope => bells.map((b, k) => b.map((v, i) => slope(v, i, k)));
  const loss = dot(r, r), logits = by((b, i, k) => b - w[k] * f[i]), means = by((b, i, k) => (b * z[k][i]) / s[k]);
  const J = [...logits, ...means, ...by((b, i, k) => b * (z[k][i] ** 2 - 1))];
  // One row more pins the mean of the logits: adding a number to all of them changes no weight.
  J.forEach((column, j) => column.push(j < K ? 1 / K : 0));
  r.push(sum(theta.slice(0, K)) / K);
  return { theta, r, J, loss };
}

// The d that makes |A d − b|² least, A being given by its P columns, and by how much that lowers |b|². The QR of A is
// made by modified Gram–Schmidt with b as one column more, as stable as Householder's so.
function leastSquares(columns, b) {
  const all = [...columns, b], P = columns.length, R = all.map(() => []), d = Array(P);
  columns.forEach((q, j) => {
    const norm = (R[j][j] = Math.sqrt(dot(q, q)));
    for (let i = 0; i < q.length; i++) q[i] /= norm;
    for (let k = j + 1; k <= P; k++) {
      const along = (R[k][j] = dot(q, all[k]));
      for (let i = 0; i < q.length; i++) all[k][i] -= along * q[i];
    }
  });
  for (let i = P - 1; i >= 0; i--) {
    d[i] = R[P][i];
    for (let k = i + 1; k < P; k++) d[i] -= R[k][i] * d[k];
    d[i] /= R[i][i];
  }
  return { d, lowered: dot(R[P], R[P]) };
}

// The step d that makes |J d + r|² + damping · |D d|² least, and by how much it then lowers the loss if r is linear.
function damped({ J, r }, D, damping) {
  const rows = J.map((column, j) => [...column, ...D.map((v, i) => (i === j ? Math.sqrt(damping) * v : 0))]);
  const { d, lowered } = leastSquares(rows, [...r.map(v => -v), ...D.map(() => 0)]);
  return { d, hoped: lowered + damping * sum(d.map((v, j) => (D[j] * v) ** 2)) };
}

export function descend(start, x, y, most = 150) {
  const unit = 1 / Math.hypot(...y);
  let at = linearise(pack(start), x, y, unit), D = at.J.map(() => 1e-6);
  let [damping, growth, n, ended] = [1e-4, 2, 1, false];
  for (; !ended && n < most && at.loss > ZERO; n++) {
    if (growth === 2) D = D.map((v, j) => Math.max(v, Math.hypot(...at.J[j])));
    const { d, hoped } = damped(at, D, damping), next = linearise(at.theta.map((v, j) => v + d[j]), x, y, unit);
    const gain = (at.loss - next.loss) / hoped;
    if (gain > 0) {
      ended = at.loss - next.loss < 1e-15 * at.loss;
      damping = Math.max(damping * Math.max(0.1, 1 - (2 * gain - 1) ** 3), 1e-15);
      [at, growth] = [next, 2];
    } else {
      ended = Math.max(...d.map((v, j) => Math.abs(v * D[j]))) < 1e-14;
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
export function matched(fit, truth) {
  const far = (i, k) => Math.min(Math.abs(fit.m[i] - truth.m[k]), 1e6) + Math.abs(fit.w[i] - truth.w[k]) +
    Math.min(Math.abs(Math.log(fit.s[i] / truth.s[k])), 1e6);
  const pairs = fit.w.flatMap((_, i) => truth.w.map((_, k) => [i, k, far(i, k)])).sort((a, b) => a[2] - b[2]);
  const places = Array(fit.w.length).fill(-1);
  for (const [i, k] of pairs) if (places[i] < 0 && !places.includes(k)) places[i] = k;
  let next = truth.w.length;
  return { ...fit, places: places.map(k => (k < 0 ? next++ : k)) };
}
