// The controls of each section: where they stand at first, which is where the course's own simulation stands, and
// their ranges. A learning rate of a simulation that takes half the gradient is halved here.

const every = (low, high, step) =>
  between(low, high, Math.round((high - low) / step) + 1).map((value) => Number(value.toFixed(6)));
const powers = (low, high) => every(10 * low, 10 * high, 1).map((k) => Number((10 ** (k / 10)).toPrecision(3)));
const stepsTo = (most) =>
  [...every(0, 20, 1), ...every(25, 100, 5), ...every(110, 300, 10), ...every(350, 1000, 50)].filter((k) => k <= most);

const FEW_SAMPLES = [...every(1, 20, 1), ...every(25, 100, 5), ...every(110, 500, 10)];
const MANY_SAMPLES = every(20, 500, 10);

const LABELS = {
  samples: 'Samples m',
  noise: 'Noise',
  draw: 'Draw',
  data: 'Data',
  outlier: 'Outlier',
  rate: 'Learning rate α',
  steps: 'Steps',
  theta0: 'Start θ₀',
  theta1: 'Start θ₁',
  log: 'Print the loss',
  degree: 'Polynomial degree',
  l2: 'L2 penalty α',
  basis: 'Penalty on',
  collinearity: 'Collinearity',
  scale: 'Scale of feature 2',
  m: 'Samples m',
  n: 'Features n',
  model: 'Model',
  turn: 'Turn',
};

const drawOf = [0, every(0, 40, 1), (value) => (value ? `no. ${value}` : 'the run’s')];
const dataOf = (line, wave) => ['line', ['line', 'wave'], (value) => ({ line, wave })[value]];

// name: [at first, values, how a value reads]; a control with the values false and true is a tick.
const CONTROLS_OF = {
  hypothesis: {
    samples: [50, FEW_SAMPLES],
    noise: [1, every(0, 10, 0.1)],
    draw: drawOf,
    data: dataOf('y = 3x', 'y = 20 sin πx⁄10'),
    rate: [0.01, powers(-4, 0)],
    steps: [100, stepsTo(1000)],
    theta0: [0, every(-10, 10, 0.1)],
    theta1: [0, every(-10, 10, 0.1)],
    log: [false, [false, true]],
  },
  fitting: {
    samples: [30, FEW_SAMPLES],
    noise: [1, every(0, 5, 0.1)],
    draw: drawOf,
    data: dataOf('y = 3x', 'y = 3 sin πx'),
    degree: [1, every(1, 10, 1)],
    l2: [0.1, [0, ...powers(-4, 1)]],
    basis: [
      'powers',
      ['powers', 'legendre'],
      (value) => ({ powers: 'powers of x', legendre: 'Legendre polynomials' })[value],
    ],
  },
  assumptions: {
    samples: [100, FEW_SAMPLES],
    noise: [1, every(0, 5, 0.1)],
    draw: drawOf,
    collinearity: [0, every(0, 1, 0.05)],
    l2: [0.01, [0, ...powers(-4, 2)]],
  },
  'squared-error': {
    samples: [50, FEW_SAMPLES],
    noise: [1, every(0, 5, 0.1)],
    draw: drawOf,
    data: dataOf('y = 3 + 2x', 'y = 10 + 10 sin πx⁄5'),
    outlier: [0, every(0, 100, 5)],
    rate: [0.005, every(0.0005, 0.05, 0.0005)],
    steps: [50, stepsTo(1000)],
    theta0: [0, every(-10, 10, 0.1)],
    theta1: [0, every(-10, 10, 0.1)],
  },
  single: {
    theta0: [5, every(-10, 10, 0.1)],
    rate: [0.1, every(0.001, 1.1, 0.001)],
    steps: [50, stepsTo(500)],
  },
  several: {
    theta0: [4, every(-5, 5, 0.1)],
    theta1: [4, every(-5, 5, 0.1)],
    rate: [0.1, every(0.001, 1.1, 0.001)],
    steps: [50, stepsTo(500)],
    scale: [1, every(0.25, 4, 0.25)],
  },
  vectorization: { m: [1000, every(100, 10_000, 100)], n: [50, every(5, 500, 5)] },
  r2: {
    samples: [100, MANY_SAMPLES],
    noise: [0.2, every(0, 2, 0.05)],
    draw: drawOf,
    data: dataOf('y = 1 + 2x', 'y = sin x'),
    model: ['linear', MODELS, (value) => ({ linear: '1 + 2x', constant: 'mean of y', sine: 'sin x' })[value] ?? value],
  },
  diagnostics: {
    degree: [1, every(1, HIGHEST_DEGREE, 1)],
    samples: [50, MANY_SAMPLES],
    noise: [0.1, every(0, 1, 0.05)],
    draw: drawOf,
  },
  surface: {
    theta0: [0, every(-10, 10, 0.1)],
    theta1: [0, every(-1, 5, 0.1)],
    rate: [0.05, every(0.0005, 0.5, 0.0005)],
    steps: [50, stepsTo(300)],
    turn: [45, every(-180, 180, 5), (value) => `${value}°`],
  },
};
const THEIR_DATA = ['samples', 'noise', 'draw', 'data', 'outlier', 'model'];

// A choice of words as one of the values, a number as the nearest of them.
function nearest([first, values], asked) {
  if (asked === undefined) return first;
  if (typeof values[0] !== 'number') return values.find((value) => String(value) === asked) ?? first;
  const number = Number(asked);
  if (!Number.isFinite(number)) return first;
  return values.reduce((a, b) => (Math.abs(b - number) < Math.abs(a - number) ? b : a));
}

// Where the controls of a section stand, by the address's words.
function settings(section, words) {
  const at = (name) => words[`lab-${section}-${name}`];
  const controls = Object.entries(CONTROLS_OF[section]).map(([name, about]) => [name, nearest(about, at(name))]);
  const example = section in EXAMPLES && at('example') === '1';
  return { ...Object.fromEntries(controls), example: example ? EXAMPLES[section] : null, size: at('size') };
}

// What the settings are without the address: the course's, with what a preset changes.
const settled = (section, set = {}) => ({
  ...Object.fromEntries(Object.entries(CONTROLS_OF[section]).map(([name, [first]]) => [name, first])),
  ...set,
});

// Whether the controls stand exactly as a preset puts them.
const standsAt = (section, s, set) =>
  !s.example && Object.entries(settled(section, set)).every(([name, value]) => name === 'turn' || s[name] === value);
