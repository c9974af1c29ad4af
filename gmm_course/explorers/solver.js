// Levenberg–Marquardt for a sum of bells on a grid, by QR. A mixture is { w, m, s }: weights, means, stds, arrays of K.
// theta = [logits | means | log stds]; the residuals are relative to the curve, so that their squares sum to the loss.
const ROOT = Math.sqrt(2 * Math.PI), MET = 1e-8, ZERO = 1e-26;

export const bell = (x, w, m, s) => (w / (s * ROOT)) * Math.exp(-0.5 * ((x - m) / s) ** 2);
export const total = (mixture, x) => mixture.w.reduce((sum, w, k) => sum + bell(x, w, mixture.m[k], mixture.s[k]), 0);

function softmax(logits) {
  const top = Math.max(...logits), e = logits.map(v => Math.exp(v - top)), sum = e.reduce((a, b) => a + b);
  return e.map(v => v / sum);
}

function unpack(theta) {
  const t = [...theta], K = t.length / 3;
  return { w: softmax(t.slice(0, K)), m: t.slice(K, 2 * K), s: t.slice(2 * K).map(Math.exp) };
}

function pack({ w, m, s }) {
  const logits = w.map(v => Math.log(Math.max(v, 1e-12))), mean = logits.reduce((a, b) => a + b) / w.length;
  return Float64Array.from([...logits.map(v => v - mean), ...m, ...s.map(Math.log)]);
}

// The residuals at theta into r and their Jacobian into J, column by column. Returns the loss.
function linearise(theta, x, y, unit, r, J) {
  const { w, m, s } = unpack(theta), K = w.length, N = x.length, rows = N + 1, b = new Float64Array(K);
  let loss = 0;
  for (let i = 0; i < N; i++) {
    let f = 0;
    for (let k = 0; k < K; k++) f += b[k] = unit * bell(x[i], w[k], m[k], s[k]);
    r[i] = f - unit * y[i];
    loss += r[i] * r[i];
    for (let k = 0; k < K; k++) {
      const z = (x[i] - m[k]) / s[k];
      J[k * rows + i] = b[k] - w[k] * f;
      J[(K + k) * rows + i] = (b[k] * z) / s[k];
      J[(2 * K + k) * rows + i] = b[k] * (z * z - 1);
    }
  }
  // One row more pins the mean of the logits: adding a number to all of them changes no weight.
  r[N] = 0;
  for (let k = 0; k < 3 * K; k++) J[k * rows + N] = k < K ? 1 / K : 0;
  for (let k = 0; k < K; k++) r[N] += theta[k] / K;
  return loss;
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

// The d that makes |A d − b|² least, by the QR of A, b being the last column of A (rows × P + 1, column by column):
// modified Gram–Schmidt, in place, as stable as Householder's so. Returns also by how much that lowers |b|².
function leastSquares(A, rows, P) {
  const d = new Float64Array(P), columns = Array.from({ length: P + 1 }, (_, k) => A.subarray(k * rows, (k + 1) * rows));
  const R = columns.map(() => new Float64Array(P));
  for (let j = 0; j < P; j++) {
    const q = columns[j], norm = (R[j][j] = Math.sqrt(dot(q, q)));
    for (let i = 0; i < rows; i++) q[i] /= norm;
    for (let k = j + 1; k <= P; k++) {
      const a = columns[k], along = (R[k][j] = dot(q, a));
      for (let i = 0; i < rows; i++) a[i] -= along * q[i];
    }
  }
  for (let i = P - 1; i >= 0; i--) {
    d[i] = R[P][i];
    for (let k = i + 1; k < P; k++) d[i] -= R[k][i] * d[k];
    d[i] /= R[i][i];
  }
  return { d, lowered: dot(R[P], R[P]) };
}

// The step d that makes |J d + r|² + damping · |D d|² least, and by how much it then lowers the loss if r is linear.
function damped(J, r, rows, P, D, damping) {
  const all = rows + P, A = new Float64Array(all * (P + 1));
  for (let j = 0; j < P; j++) {
    A.set(J.subarray(j * rows, (j + 1) * rows), j * all);
    A[j * all + rows + j] = Math.sqrt(damping) * D[j];
  }
  A.set(r.map(v => -v), P * all);
  const { d, lowered } = leastSquares(A, all, P);
  return { d, hoped: d.reduce((sum, v, j) => sum + damping * (D[j] * v) ** 2, lowered) };
}

export function descend(start, x, y, most = 150) {
  const P = 3 * start.w.length, rows = x.length + 1, unit = 1 / Math.hypot(...y), D = new Float64Array(P);
  let theta = pack(start), r = new Float64Array(rows), J = new Float64Array(rows * P), r2 = r.slice(), J2 = J.slice();
  let loss = linearise(theta, x, y, unit, r, J), damping = 1e-4, growth = 2, n = 1, ended = false;
  for (; !ended && n < most && loss > ZERO; n++) {
    if (growth === 2) for (let j = 0; j < P; j++) D[j] = Math.max(D[j], Math.hypot(...J.subarray(j * rows, (j + 1) * rows)), 1e-6);
    const { d, hoped } = damped(J, r, rows, P, D, damping), next = theta.map((v, j) => v + d[j]);
    const lower = linearise(next, x, y, unit, r2, J2), gain = (loss - lower) / hoped;
    if (gain > 0) {
      ended = loss - lower < 1e-15 * loss;
      [theta, r, r2, J, J2, loss] = [next, r2, r, J2, J, lower];
      damping = Math.max(damping * Math.max(0.1, 1 - (2 * gain - 1) ** 3), 1e-15);
      growth = 2;
    } else {
      ended = Math.max(...d.map((v, j) => Math.abs(v * D[j]))) < 1e-14;
      damping *= growth;
      growth *= 2;
    }
  }
  return { ...unpack(theta), loss, n };
}

// K bells read off the curve one by one: at its highest point, as wide as it is there at half its height, then off what
// is left. `jitter` moves them about: a random number from 0 to 1, or always 0.5.
function peaks(x, y, K, jitter) {
  const left = [...y], start = { w: [], m: [], s: [] }, least = (x.at(-1) - x[0]) / (2 * x.length);
  for (let k = 0; k < K; k++) {
    const shaken = left.map(v => v * (0.4 + 1.2 * jitter())), top = shaken.indexOf(Math.max(...shaken));
    const low = i => i < 0 || i >= x.length || left[i] <= left[top] / 2;
    let n = 1;
    while (!low(top - n) && !low(top + n)) n++;
    const wide = (x[Math.min(top + n, x.length - 1)] - x[Math.max(top - n, 0)]) / 2.36; // 2.36 stds at half the height
    const m = x[top], s = Math.max(wide * 4 ** (jitter() - 0.5), least), w = Math.max(left[top] * s * ROOT, 1e-6);
    [start.w[k], start.m[k], start.s[k]] = [w, m, s];
    x.forEach((v, i) => (left[i] -= bell(v, w, m, s)));
  }
  return start;
}

// The fit that follows a hand: from the last answer and, where that doesn't meet the curve, from some other starts.
export function fitBells(x, y, K, last, others = 6) {
  const follows = last && last.w.length === K, random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  let best = follows ? descend(last, x, y) : null, seed = 1;
  for (let i = 0; !best || (i < (follows ? others : 2 * others) && best.loss > MET); i++) {
    const other = descend(peaks(x, y, K, i ? random : () => 0.5), x, y);
    if (!best || other.loss < best.loss) best = other;
  }
  return follows ? best : descend(best, x, y, 300);
}

// The bells of a fit, each with the place of the true one that it is nearest to; those left over take the next places.
export function matched(fit, truth) {
  const pairs = fit.w.flatMap((w, i) => truth.w.map((v, k) => [i, k, Math.min(Math.abs(fit.m[i] - truth.m[k]), 1e6) +
    Math.min(Math.abs(Math.log(fit.s[i] / truth.s[k])), 1e6) + Math.abs(w - v)])).sort((a, b) => a[2] - b[2]);
  const places = Array(fit.w.length).fill(-1);
  for (const [i, k] of pairs) if (places[i] < 0 && !places.includes(k)) places[i] = k;
  let next = truth.w.length;
  return { ...fit, places: places.map(k => (k < 0 ? next++ : k)) };
}
