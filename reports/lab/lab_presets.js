// What if …: settings of a section that show what the course's tables of experiments ask, and what to look at.

const WHAT_IF = {
  hypothesis: [
    ['θ₁ stays 0', { steps: 0 }, 'Before the first step θ₁ = 0: every prediction is the same, whatever x is.'],
    [
      'More noise',
      { noise: 6 },
      'The line hardly moves, but the loss levels off far above 0: noise cannot be learned.',
    ],
    [
      'The learning rate is too large',
      { rate: 0.0398, steps: 40 },
      'Past its limit every step overshoots by more than the one before: the loss grows, and the line leaves the data.',
    ],
    [
      'The learning rate is too small',
      { rate: 0.0001 },
      'After 100 steps the slope is still far from 3: the loss falls slowly.',
    ],
  ],
  fitting: [
    [
      'Polynomial terms',
      { degree: 10, l2: 0 },
      'R² rises although the truth is a line: the curve bends to the noise, most of all at the ends.',
    ],
    [
      'A penalty on them',
      { degree: 10, l2: 1 },
      'The same ten powers with a penalty: the curve is nearly a line again.',
    ],
    [
      'More data',
      { degree: 10, l2: 0, samples: 500 },
      'Ten powers and 500 samples: noise averages out, and the curve is nearly a line.',
    ],
    ['More noise', { noise: 4 }, 'R² falls: less of what y does follows x.'],
  ],
  assumptions: [
    [
      'Collinear features',
      { collinearity: 0.95, l2: 0, draw: 1 },
      'x₂ nearly equals x₁: the two slopes are far from 3 and 2, yet the residuals look as before. Try other draws.',
    ],
    [
      'A penalty on them',
      { collinearity: 0.95, l2: 1, draw: 1 },
      'The slopes come back near each other; their sum is what the data determine.',
    ],
    [
      'More noise',
      { noise: 4 },
      'The variance of the residuals is about sixteen times as large; they still scatter evenly about 0.',
    ],
  ],
  'squared-error': [
    [
      'An outlier',
      { outlier: 100 },
      'One square covers all others: one sample in fifty decides the loss, and lifts the line.',
    ],
    [
      'The learning rate is too large',
      { rate: 0.032, steps: 40 },
      'The loss grows at every step. The caption tells the largest learning rate that converges.',
    ],
    ['More noise', { noise: 5 }, 'The least loss of any line, dashed, is far above 0: noise cannot be fitted away.'],
  ],
  single: [
    [
      'Twice the learning rate',
      { rate: 0.2 },
      'Fewer steps, and no oscillation, which the course expects: that begins above α = 0.5.',
    ],
    ['A learning rate that oscillates', { rate: 0.9 }, 'θ jumps from side to side, each time 0.8 as far.'],
    ['The learning rate is too large', { rate: 1.02 }, 'Above α = 1 every jump is longer than the last.'],
    ['A tenth of the learning rate', { rate: 0.01 }, 'Smooth, but after 50 steps θ has lost only about two thirds.'],
    ['A better start', { theta0: 1 }, 'The first cost is 1 instead of 25; it falls by the same factor each step.'],
  ],
  several: [
    [
      'A feature on another scale',
      { scale: 3 },
      'The circles become ellipses. The path zigzags across the steep direction and creeps along the flat one. ' +
        'Scaling the feature back gives the course’s circles and a straight path.',
    ],
    [
      'A learning rate for the steep feature',
      { scale: 4, rate: 0.03 },
      'A rate small enough for the steep direction is slow in the other: θ₀ is what is left to learn.',
    ],
    [
      'The learning rate is too large',
      { scale: 3.25, steps: 30 },
      'Past the limit for the steep direction θ₁ grows, though θ₀ still shrinks.',
    ],
  ],
  vectorization: [
    [
      'Few samples, few features',
      { m: 100, n: 5 },
      'So little work that the call itself takes most of the time of the whole array.',
    ],
    ['Many samples', { m: 10_000, n: 5 }, 'Ten thousand calls for ten thousand rows: here the loop loses most.'],
    ['Many features', { m: 1000, n: 500 }, 'Each row is work enough for a call: the loop loses less.'],
  ],
  r2: [
    ['More noise', { noise: 2 }, 'The model is the truth, yet R² falls: noise is variance that no model explains.'],
    ['No noise', { noise: 0 }, 'The truth without noise: R² = 1.'],
    ['A line through a sine', { data: 'wave' }, 'The wrong model is worse than the mean of y: R² is far below 0.'],
    [
      'Guess the mean',
      { model: 'constant' },
      'R² = 0 by definition. (The course guesses the mean of x instead, and gets less.)',
    ],
    ['Chance', { model: 'random' }, 'Predictions that know nothing: R² is below 0.'],
  ],
  diagnostics: [
    [
      'A higher degree',
      { degree: 5 },
      'Five powers follow the sine: both errors on the right are near the noise’s variance, 0.01.',
    ],
    [
      'Too high a degree',
      { degree: 18, noise: 0.5 },
      'Training error keeps falling, validation error does not: on the right the curve follows the noise, ' +
        'on the left it leaves the picture where it was not trained.',
    ],
    [
      'More data',
      { degree: 18, noise: 0.5, samples: 500 },
      'With ten times the samples the same degree hardly overfits on the right.',
    ],
    [
      'More noise',
      { noise: 1 },
      'Both errors rise by about the noise’s variance, 1, and underfitting is harder to tell.',
    ],
  ],
  surface: [
    [
      'A far start',
      { theta0: -8, theta1: 1 },
      'Down the steep side in a few steps, then slowly along the flat valley.',
    ],
    [
      'More steps',
      { theta0: -8, theta1: 1, steps: 300 },
      'The valley is flat: 300 steps are needed to come near (0, 1).',
    ],
    [
      'The learning rate is too large',
      { rate: 0.185, steps: 40 },
      'Across the valley every step overshoots: the path zigzags out.',
    ],
  ],
};
