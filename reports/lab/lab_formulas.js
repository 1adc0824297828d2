// The formulas of the suite in the page's own words, recomputed as controls move. Pure: no document, no clock.
// MSE is the mean, its gradient (2/m) Xᵀ(Xθ − y); rows of a cost surface follow θ₁, columns θ₀.
// Matrices are lists of columns.

const RCOND = 1e-12;
const SWEEPS = 40;

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
