// The course's worked examples, one for each section: the data, where the controls go, and where the course errs.

const HALVED =
  'The course’s NumPy version goes on to halve this, to 0.125, while its PyTorch and TensorFlow versions do not. ' +
  'Half the mean has its minimum at the same θ but half the gradient, so the same learning rate takes steps half as ' +
  'long. Here the mean squared error is the mean, in every implementation.';
const HALF_GRADIENT =
  'The course’s simulation takes half the gradient, (1/m) Xᵀ(Xθ − y), so its learning rates are twice those here for ' +
  'the same steps: ';

const EXAMPLES = {
  hypothesis: {
    asks: 'predict',
    title: 'h(4) = 14',
    given: 'θ₀ = 2, θ₁ = 3, x = 4',
    set: { theta0: 2, theta1: 3, steps: 0 },
    fixed: ['rate', 'steps', 'log'],
    data: { x: [4], y: [14] },
    steps: ({ s }) => [
      ['Multiply', `${plain(s.theta1)} · 4`, s.theta1 * 4],
      ['h(4)', `${plain(s.theta0)} + ${signed(s.theta1 * 4)}`, s.theta0 + s.theta1 * 4],
    ],
    look: 'The point at x = 4 lies on the line. Move θ₁: it moves four times as far.',
  },
  fitting: {
    asks: 'mse',
    title: 'MSE 0.25',
    given: 'θ = (1.5, 2), x = (1, 2, 3), y = (3, 5, 7)',
    set: {},
    fixed: ['degree', 'l2', 'basis'],
    data: { x: [1, 2, 3], y: [3, 5, 7] },
    theta: [1.5, 2],
    steps: ({ example }) => errorSteps(example.theta, example.data),
    look: 'All three points are missed by 0.5. The dashed line, 1 + 2x, misses none.',
    errs: HALVED,
  },
  assumptions: {
    asks: 'residuals',
    title: 'Residuals of zero',
    given: 'θ = (2, 3), x = (1, 2, 3), y = (5, 8, 11)',
    set: {},
    fixed: ['collinearity', 'l2'],
    data: { x: [1, 2, 3], y: [5, 8, 11] },
    theta: [2, 3],
    steps: ({ example }) => residualSteps(example.theta, example.data),
    look: 'The line passes through every sample, so all residuals are 0, and so are their mean and variance.',
  },
  'squared-error': {
    asks: 'mse',
    title: 'MSE 0',
    given: 'θ = (1, 2), x = (2, 3, 4), y = (5, 7, 9)',
    set: { theta0: 1, theta1: 2, steps: 0 },
    fixed: ['rate', 'steps'],
    data: { x: [2, 3, 4], y: [5, 7, 9] },
    steps: ({ s, example }) => errorSteps([s.theta0, s.theta1], example.data),
    look: 'There is no square to be seen. Move θ₀ or θ₁, and three appear.',
    errs: `${HALF_GRADIENT}0.01 there is 0.005 here.`,
  },
  single: {
    asks: 'gradient_descent',
    title: 'θ = 0.6, 1.08, 1.464',
    given: 'J(θ) = (θ − 3)², θ = 0, α = 0.1, three steps',
    set: { theta0: 0, rate: 0.1, steps: 3 },
    goal: 3,
    steps: ({ s, found, example }) => parabolaSteps(found.path, example.goal, s.rate),
    look: 'Each step goes a fifth of the way that is left: 3 · (1 − 0.8ᵏ) after k steps.',
  },
  several: {
    asks: 'gradient_descent',
    title: '(0, 0) to (0.8, 1.6)',
    given: 'J = (θ₀ + 2θ₁ − 4)², θ = (0, 0), α = 0.1, three steps',
    set: { theta0: 0, theta1: 0, rate: 0.1, steps: 3 },
    fixed: ['scale'],
    rows: { X: [[1], [2]], y: [4] },
    steps: ({ s, found, example }) => valleySteps(found.path, example.rows, s.rate),
    look: 'The minimum is a whole line, θ₀ + 2θ₁ = 4. The first step reaches it, and the descent stays there.',
    errs:
      'The course computes the second gradient as 1.6 and 3.2 and goes on, to (0.64, 1.28) and (0.896, 1.792). But ' +
      '2 · (0.8 + 2 · 1.6 − 4) = 2 · 0 = 0: at (0.8, 1.6) the gradient is 0, and the descent has arrived.',
  },
  vectorization: {
    asks: 'predict',
    title: 'Xθ = (2.5, 5.5, 8.5)',
    given: 'X = [[1, 2], [3, 4], [5, 6]], θ = (0.5, 1)',
    set: {},
    fixed: ['m', 'n'],
    rows: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    theta: [0.5, 1],
    steps: ({ example }) => productSteps(example),
    look: 'Six products and three sums. A loop takes them row by row; Xθ is all of them in one call.',
  },
  r2: {
    asks: 'r2',
    title: 'R² = 0.75',
    given: 'y = (3, 5, 7), predicted (2, 5, 8)',
    set: {},
    data: { y: [3, 5, 7], predicted: [2, 5, 8] },
    steps: ({ example }) => r2Steps(example.data),
    look: 'The predictions leave 2 of the 8 that always guessing the mean, 5, leaves.',
  },
  diagnostics: {
    asks: 'split_mse',
    title: 'Both errors 1',
    given: 'Training y = (3, 5), predicted (2, 4); validation y = (6, 8), predicted (5, 7)',
    set: {},
    fixed: ['degree'],
    data: { y: [3, 5, 6, 8], predicted: [2, 4, 5, 7], rows: 2 },
    steps: ({ example }) => splitSteps(example.data),
    look: 'Both errors are equal and large: every prediction is 1 too low. That is underfitting, not overfitting.',
  },
  surface: {
    asks: 'cost_surface',
    title: 'The cost at four points',
    given: 'J = (θ₀ − 2)² + (θ₁ + 3)², θ₀ ∈ {1, 2}, θ₁ ∈ {−4, −3}',
    set: {},
    fixed: ['theta0', 'theta1', 'rate', 'steps'],
    rows: {
      X: [
        [1, 1],
        [1, -1],
      ],
      y: [-1, 5],
    },
    theta0s: [1, 2],
    theta1s: [-4, -3],
    range: { theta0: [-1, 5], theta1: [-6, 0] },
    cost: (a, b) => (a - 2) ** 2 + (b + 3) ** 2,
    steps: ({ example }) => gridSteps(example),
    look: 'The four costs are 2, 1, 1 and 0; the last is at the minimum, (2, −3).',
    errs:
      'The course’s PyTorch version makes this grid with indexing "ij": its rows follow θ₀, those of its NumPy and ' +
      'TensorFlow versions θ₁. This grid is symmetric and does not show it; any other would come out transposed. ' +
      `Here rows follow θ₁ in every implementation. ${HALF_GRADIENT}0.1 there is 0.05 here.`,
  },
};
