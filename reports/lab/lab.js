// The formulas of the suite in the page's own words, recomputed as controls move. Pure: no document, no clock.
// MSE is the mean, its gradient (2/m) Xᵀ(Xθ − y); rows of a cost surface follow θ₁, columns θ₀.
// Matrices are lists of columns.

const RCOND = 1e-12;
const SWEEPS = 40;
const HIGHEST_DEGREE = 20;
const TRAINING_FRACTION = 0.7;
const RESOLUTION = 21;
const REACH = 5;

// mulberry32 (Tommy Ettinger, public domain): 32 bits of state, numbers in [0, 1).
function mulberry32(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// x in [0, 2), normal deviations by Box and Muller, u in [0, 1): four numbers a sample, so that more samples
// keep the first.
function drawn(count, seed, stored) {
  const next = mulberry32(seed);
  const found = { x: [], deviation: [], u: [] };
  for (let i = 0; i < count; i++) {
    const [a, b, c, d] = [next(), next(), next(), next()];
    found.x.push(2 * a);
    found.deviation.push(Math.sqrt(-2 * Math.log(1 - b)) * Math.cos(2 * Math.PI * c));
    found.u.push(d);
  }
  if (seed === 0 && stored)
    for (const name of Object.keys(found))
      stored[name].slice(0, count).forEach((value, i) => {
        found[name][i] = value;
      });
  return found;
}

const TRUTH = { line: (x) => 1 + 2 * x, wave: (x) => 1 + 2 * Math.sin(Math.PI * x) };

const sum = (values) => values.reduce((a, b) => a + b, 0);
const average = (values) => sum(values) / values.length;
const dot = (a, b) => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
};
const between = (low, high, count) => Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));

function predict(X, theta) {
  return X[0].map((_, i) => {
    let total = 0;
    for (let j = 0; j < X.length; j++) total += X[j][i] * theta[j];
    return total;
  });
}

const residuals = (X, y, theta) => predict(X, theta).map((value, i) => y[i] - value);
const mse = (X, y, theta) => {
  const r = residuals(X, y, theta);
  return dot(r, r) / y.length;
};

function gradient(X, y, theta) {
  const r = residuals(X, y, theta);
  return X.map((column) => (-2 / y.length) * dot(column, r));
}

// θ before the first step and after each, (steps + 1) of them.
function descent(gradientAt, start, rate, steps) {
  const path = [start];
  for (let k = 0; k < steps; k++) {
    const slope = gradientAt(path[k]);
    path.push(path[k].map((value, j) => value - rate * slope[j]));
  }
  return path;
}

// 1 − SSres/SStot; NaN where y is constant.
function r2(y, predicted) {
  const mean = average(y);
  const total = sum(y.map((value) => (value - mean) ** 2));
  return total === 0 ? NaN : 1 - sum(y.map((value, i) => (value - predicted[i]) ** 2)) / total;
}

const costSurface = (X, y, theta0s, theta1s) =>
  theta1s.map((theta1) => theta0s.map((theta0) => mse(X, y, [theta0, theta1])));

// P₁ … P_degree at t, by their recurrence; columns.
function legendre(t, degree) {
  const P = [t.map(() => 1), t];
  for (let j = 1; j < degree; j++)
    P.push(t.map((value, i) => ((2 * j + 1) * value * P[j][i] - j * P[j - 1][i]) / (j + 1)));
  return P.slice(1, degree + 1);
}

// Householder's QR of columns with y as the last one: the triangle, and Qᵀy beside it. The first d columns are
// those of d columns.
function triangle(columns, y) {
  const R = [...columns, y].map((column) => Float64Array.from(column));
  const m = y.length;
  for (let k = 0; k < Math.min(m, columns.length); k++) {
    const v = R[k].slice(k);
    const norm = Math.sqrt(dot(v, v));
    if (!norm) continue;
    v[0] += v[0] < 0 ? -norm : norm;
    const scale = 2 / dot(v, v);
    for (let j = k; j < R.length; j++) {
      const tail = R[j].subarray(k);
      const factor = scale * dot(v, tail);
      for (let i = 0; i < v.length; i++) tail[i] -= factor * v[i];
    }
  }
  return R;
}

// Singular values by rotating columns until they are orthogonal (Hestenes 1958): A·V, and V.
function orthogonal(columns) {
  const A = columns.map((column) => Float64Array.from(column));
  const V = A.map((_, i) => Float64Array.from(A, (__, j) => +(i === j)));
  for (let sweep = 0, turned = true; turned && sweep < SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < A.length; p++) for (let q = p + 1; q < A.length; q++) turned = rotate(A, V, p, q) || turned;
  }
  return { A, V };
}

function rotate(A, V, p, q) {
  const [a, b, c] = [dot(A[p], A[p]), dot(A[q], A[q]), dot(A[p], A[q])];
  if (Math.abs(c) <= 2 ** -52 * Math.sqrt(a * b)) return false;
  const zeta = (b - a) / (2 * c);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cos = 1 / Math.sqrt(1 + t * t);
  const sin = cos * t;
  for (const M of [A, V]) {
    for (let i = 0; i < M[p].length; i++)
      [M[p][i], M[q][i]] = [cos * M[p][i] - sin * M[q][i], sin * M[p][i] + cos * M[q][i]];
  }
  return true;
}

// Least squares with an L2 penalty on all but the intercept; the shortest solution where many are best.
// Returns, for each number of columns asked for, [intercept, slopes …].
function fits(columns, y, l2, counts) {
  const means = columns.map(average);
  const mean = average(y);
  const R = triangle(
    columns.map((column, j) => column.map((value) => value - means[j])),
    y.map((value) => value - mean),
  );
  return counts.map((count) => {
    const rows = Math.min(count, y.length);
    const slopes = shortest(
      R.slice(0, count).map((column) => column.slice(0, rows)),
      R[R.length - 1].slice(0, rows),
      l2,
    );
    return [mean - dot(means.slice(0, count), slopes), ...slopes];
  });
}

function shortest(columns, y, l2) {
  const { A, V } = orthogonal(columns);
  const squares = A.map((column) => dot(column, column));
  const least = RCOND ** 2 * Math.max(...squares);
  const weights = A.map((column, k) => (squares[k] > least ? dot(column, y) / (squares[k] + l2) : 0));
  return columns.map((_, j) => sum(V.map((v, k) => v[j] * weights[k])));
}

const fit = (columns, y, l2) => fits(columns, y, l2, [columns.length])[0];

// 70 % of the rows, rounded half to even as Python does, and one left at least.
function trainingRows(m) {
  const whole = TRAINING_FRACTION * m;
  const floor = Math.floor(whole);
  const rounded = whole - floor === 0.5 ? floor + (floor % 2) : Math.round(whole);
  return Math.min(Math.max(1, rounded), m - 1);
}

// All that the pictures show, from the controls; `stored` are the run's own draws.
function computed(s, stored) {
  const draws = drawn(s.samples, s.draw, stored);
  const ones = draws.x.map(() => 1);
  const truth = TRUTH[s.data];
  const y = draws.x.map((x, i) => truth(x) + s.noise * draws.deviation[i]);
  const X = [ones, draws.x];
  const start = [s.theta0, s.theta1];
  const path = descent((theta) => gradient(X, y, theta), start, s.rate, s.steps);
  const bowl = descent((theta) => theta.map((value) => 2 * value), start, s.rate, s.steps);
  return {
    draws,
    X,
    y,
    path,
    bowl,
    best: fit([draws.x], y, 0),
    loss: path.map((theta) => mse(X, y, theta)),
    bowlLoss: bowl.map((theta) => dot(theta, theta)),
  };
}

function polynomial(s, { draws, y }) {
  const theta = fit(
    legendre(
      draws.x.map((x) => x - 1),
      s.degree,
    ),
    y,
    s.l2,
  );
  const at = (x) =>
    predict(
      [
        x.map(() => 1),
        ...legendre(
          x.map((value) => value - 1),
          s.degree,
        ),
      ],
      theta,
    );
  const predicted = at(draws.x);
  return { theta, at, predicted, r2: r2(y, predicted) };
}

function collinear(s, { draws }) {
  const x1 = draws.x.map((x) => x / 2);
  const x2 = x1.map((value, i) => s.collinearity * value + (1 - s.collinearity) * draws.u[i]);
  const y = x1.map((value, i) => 3 * value + 2 * x2[i] + s.noise * draws.deviation[i]);
  const theta = fit([x1, x2], y, s.l2);
  const left = residuals([x1.map(() => 1), x1, x2], y, theta);
  const mean = average(left);
  return { x1, x2, y, theta, left, mean, variance: sum(left.map((value) => (value - mean) ** 2)) / (left.length - 1) };
}

function explained(s, { draws, y }) {
  const models = {
    linear: () => draws.x.map(TRUTH.line),
    constant: () => {
      const mean = average(y);
      return y.map(() => mean);
    },
    random: () => [...draws.deviation].reverse().map((value) => 10 * value),
    sine: () => draws.x.map(TRUTH.wave),
  };
  const predicted = models[s.model]();
  return { predicted, r2: r2(y, predicted) };
}

// Training and validation error of every degree, always of the wave; null where there is but one sample.
function underfitting(s, { draws }) {
  if (s.samples < 2) return null;
  const rows = trainingRows(s.samples);
  const y = draws.x.map((x, i) => TRUTH.wave(x) + s.noise * draws.deviation[i]);
  const P = legendre(
    draws.x.map((x) => x - 1),
    HIGHEST_DEGREE,
  );
  const degrees = between(1, HIGHEST_DEGREE, HIGHEST_DEGREE);
  const thetas = fits(
    P.map((column) => column.slice(0, rows)),
    y.slice(0, rows),
    0,
    degrees,
  );
  const part = (theta, from, to) =>
    mse(
      [y.map(() => 1), ...P.slice(0, theta.length - 1)].map((column) => column.slice(from, to)),
      y.slice(from, to),
      theta,
    );
  return {
    rows,
    y,
    degrees,
    thetas,
    train: thetas.map((theta) => part(theta, 0, rows)),
    validation: thetas.map((theta) => part(theta, rows)),
  };
}

// The mean squared error about the best line, as far as the descent's start.
function surface({ X, y, best, path }) {
  const reach = Math.max(REACH, ...path[0].map((value, j) => 1.1 * Math.abs(value - best[j])));
  const theta0s = between(best[0] - reach, best[0] + reach, RESOLUTION);
  const theta1s = between(best[1] - reach, best[1] + reach, RESOLUTION);
  return { theta0s, theta1s, heights: costSurface(X, y, theta0s, theta1s) };
}
