// The samples of each section and what is computed of them. Pure: no document, no clock.

const HIGHEST_DEGREE = 20;
const KEPT_BACK = 0.3;
const RESOLUTION = 21;

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

// Places in [0, 1), normal deviations by Box and Muller, u in [0, 1): four numbers a sample, so that more samples
// keep the first.
function drawn(count, seed, stored) {
  const next = mulberry32(seed);
  const found = { place: [], deviation: [], u: [] };
  for (let i = 0; i < count; i++) {
    const [a, b, c, d] = [next(), next(), next(), next()];
    found.place.push(a);
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

// Where the samples of a section lie, and what y is without noise.
const SCENES = {
  hypothesis: { x: [-10, 10], line: (x) => 3 * x, wave: (x) => 20 * Math.sin((Math.PI * x) / 10) },
  fitting: { x: [-1, 1], line: (x) => 3 * x, wave: (x) => 3 * Math.sin(Math.PI * x) },
  'squared-error': { x: [0, 10], line: (x) => 3 + 2 * x, wave: (x) => 10 + 10 * Math.sin((Math.PI * x) / 5) },
  r2: { x: [0, 10], line: (x) => 1 + 2 * x, wave: Math.sin },
  diagnostics: { x: [-3, 3], wave: Math.sin },
  surface: { theta0: [-10, 10], theta1: [-1, 5] },
};
const THREE_POINTS = { x: [1, 2, 3], y: [1, 2, 3] };

// 30 % of the rows are kept back for validation, rounded half to even as Python does.
function rowsKept(m) {
  const whole = KEPT_BACK * m;
  const floor = Math.floor(whole);
  return whole - floor === 0.5 ? floor + (floor % 2) : Math.round(whole);
}

// Samples about a line or a wave, or those of a worked example; an outlier is added to the first.
function sampled(section, s, stored) {
  const scene = SCENES[section];
  const draws = drawn(s.samples, s.draw, stored);
  const x = draws.place.map((place) => scene.x[0] + (scene.x[1] - scene.x[0]) * place);
  const y = x.map((at, i) => scene[s.data](at) + s.noise * draws.deviation[i]);
  if (s.outlier) y[0] += s.outlier;
  return { x, y };
}

// θ and its loss along a descent over samples with a column of ones; the best θ there is.
function descended(s, { x, y }) {
  const X = [x.map(() => 1), x];
  const path = descent((theta) => gradient(X, y, theta), [s.theta0, s.theta1], s.rate, s.steps);
  return { x, y, X, path, best: fit([x], y, 0), loss: path.map((theta) => mse(X, y, theta)) };
}

// A descent in J = ‖Xθ − y‖²/m for a few given rows.
function quadratic(s, X, y, start) {
  const path = descent((theta) => gradient(X, y, theta), start, s.rate, s.steps);
  return { X, y, path, loss: path.map((theta) => mse(X, y, theta)) };
}

// J = (θ − goal)².
const parabola = (s, goal = 0) => quadratic(s, [[1]], [goal], [s.theta0]);
// J = θ₀² + (scale · θ₁)², or that of a worked example's rows.
const bowl = (s, rows) => {
  const { X, y } = rows ?? {
    X: [
      [Math.SQRT2, 0],
      [0, Math.SQRT2 * s.scale],
    ],
    y: [0, 0],
  };
  return quadratic(s, X, y, [s.theta0, s.theta1]);
};

// A polynomial with an L2 penalty on the coefficients of powers, or of Legendre polynomials.
function polynomial(s, { x, y }) {
  const powersOf = (at) => Array.from({ length: s.degree }, (_, k) => at.map((value) => value ** (k + 1)));
  const columns = (at) => (s.basis === 'legendre' ? legendre(at, s.degree) : powersOf(at));
  const theta = fit(columns(x), y, s.l2);
  const at = (xs) => predict([xs.map(() => 1), ...columns(xs)], theta);
  const predicted = at(x);
  return { theta, at, predicted, r2: r2(y, predicted) };
}

function collinear(s, stored) {
  const draws = drawn(s.samples, s.draw, stored);
  const x1 = draws.place;
  const x2 = x1.map((value, i) => s.collinearity * value + (1 - s.collinearity) * draws.u[i]);
  const y = x1.map((value, i) => 3 * value + 2 * x2[i] + s.noise * draws.deviation[i]);
  const theta = fit([x1, x2], y, s.l2);
  return { x1, x2, y, theta, ...left([x1.map(() => 1), x1, x2], y, theta) };
}

// Residuals, their mean and their variance.
function left(X, y, theta) {
  const each = residuals(X, y, theta);
  const mean = average(each);
  return { left: each, mean, variance: sum(each.map((value) => (value - mean) ** 2)) / (each.length - 1) };
}

const MODELS = ['linear', 'constant', 'random', 'sine'];

function explained(s, stored) {
  const { x: range, line, wave } = SCENES.r2;
  const { deviation } = drawn(s.samples, s.draw, stored);
  const x = between(...range, s.samples);
  const y = x.map((at, i) => SCENES.r2[s.data](at) + s.noise * deviation[i]);
  const mean = average(y);
  const predictions = {
    linear: x.map(line),
    constant: x.map(() => mean),
    random: [...deviation].reverse().map((value) => 10 * value),
    sine: x.map(wave),
  };
  return { x, y, predictions, scores: MODELS.map((model) => r2(y, predictions[model])) };
}

// Which rows are trained on and which are kept back: the last in x, or as many evenly spread among the others.
function split(m, interleaved) {
  const kept = rowsKept(m);
  const at = (k) => (interleaved ? Math.floor(((2 * k + 1) * m) / (2 * kept)) : m - kept + k);
  const validation = Array.from({ length: kept }, (_, k) => at(k));
  const training = Array.from({ length: m }, (_, i) => i).filter((i) => !validation.includes(i));
  return { training, validation };
}

// Training and validation error of every degree. The polynomials are Legendre's over the range of the training
// samples, which keeps their numbers small there.
function underfitting(s, stored, interleaved) {
  const { deviation } = drawn(s.samples, s.draw, stored);
  const [low, high] = SCENES.diagnostics.x;
  const x = between(low, high, s.samples);
  const y = x.map((at, i) => Math.sin(at) + s.noise * deviation[i]);
  const end = interleaved ? high : high - KEPT_BACK * (high - low);
  const columns = (xs, degree) =>
    legendre(
      xs.map((at) => (2 * at - low - end) / (end - low)),
      degree,
    );
  const rows = split(s.samples, interleaved);
  const pick = (values, places) => places.map((i) => values[i]);
  const degrees = between(1, HIGHEST_DEGREE, HIGHEST_DEGREE);
  const thetas = fits(columns(pick(x, rows.training), HIGHEST_DEGREE), pick(y, rows.training), 0, degrees);
  const at = (xs, degree) => predict([xs.map(() => 1), ...columns(xs, degree)], thetas[degree - 1]);
  const error = (places) =>
    degrees.map((degree) => {
      const predicted = at(pick(x, places), degree);
      return average(places.map((i, k) => (y[i] - predicted[k]) ** 2));
    });
  return { ...rows, x, y, degrees, thetas, at, train: error(rows.training), unseen: error(rows.validation) };
}

// The mean squared error over a grid.
function surface(X, y, theta0s, theta1s) {
  return { theta0s, theta1s, heights: costSurface(X, y, theta0s, theta1s) };
}
