// The pictures of the lab, one for each section of the course. Each says what it depends on, and returns what is in it.

const words = (...parts) => parts.map((part) => (typeof part === 'number' ? digits(part) : part)).join('');
const column = (text, of, nowrap) => ({ text, number: true, nowrap, value: of, show: (row) => digits(of(row)) });
const first = (text, of) => ({ text, value: of, show: (row) => String(of(row)) });
const hue = (names, look) => (i) => look(names[i % names.length]).colour;
const rows = (...columns) => columns[0].map((_, i) => columns.map((values) => values[i]));
const STEPS_TOLD = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 100, 144, 233, 377, 500, 610, 1000];
const CURVE = 161;
const LEVELS = 11;
const LEAST_SHARE = 1e-20;

const spread = (scene, x) => between(Math.min(scene[0], ...x), Math.max(scene[1], ...x), CURVE);
const told = (s) => [...new Set([...STEPS_TOLD.filter((k) => k < s.steps), s.steps])];

// Samples of a section, or those of its worked example.
const dataOrExample = (section, s, stored) => s.example?.data ?? sampled(section, s, stored);
const lineAt = (theta, xs) => xs.map((x) => theta[0] + theta[1] * x);

function hypothesis({ s, stored, lab, look, width }) {
  const found = descended(s, dataOrExample('hypothesis', s, stored));
  const { x, y, X, path, loss } = found;
  const theta = path[path.length - 1];
  const own = predict(X, theta);
  const kept = kernels(one(lab, 'line'), s, () => own);
  const ends = spread(s.example ? [0, 5] : SCENES.hypothesis.x, x);
  const onLine = s.example ? [0, ...lineAt(theta, ends)] : own;
  const box = { x: extent(ends, { room: 0 }), y: extent([...y, ...onLine], { room: 0.1 }) };
  const data = picture({
    ...box,
    width,
    xTitle: 'x',
    yTitle: 'y',
    label: `Samples, the line a descent begins with and the one after ${plural(s.steps, 'step')}`,
  });
  data.add(
    s.example
      ? dots(data, x, own, 'knot', 4)
      : [dots(data, x, y, 'sample'), curve(data, ends, lineAt(path[0], ends), 'before')],
    curve(data, ends, lineAt(theta, ends), kept.hands.length ? 'own' : 'alone'),
    woven(data, handsAlong(kept, x, look)),
  );
  return {
    found,
    panels: s.example
      ? [data]
      : [
          data,
          lossPicture({ loss, steps: s.steps, width, least: mse(X, y, found.best) }),
          truePicture({ box, y, own, kept, look, width }),
        ],
    caption: s.example
      ? words('h(x) = ', theta[0], ' + ', theta[1], 'x at x = 4 is ', own[0], '.')
      : words(
          'h(x) = θ₀ + θ₁x predicts y. Dashed: the line before the first step. After the last, θ = (',
          theta[0],
          ', ',
          theta[1],
          ') and the loss is ',
          loss[loss.length - 1],
          '; dashed beside it: the least loss of any line. On the right a perfect prediction lies on the diagonal.',
        ),
    kernels: kernelsNote(kept, 'predict', s.example),
    printed: s.log ? printedLoss(loss, s.steps) : null,
    table: table(
      'Samples and predictions',
      [
        first('sample', (row) => row[0]),
        column('x', (row) => row[1]),
        column('y', (row) => row[2]),
        column('h(x)', (row) => row[3]),
      ],
      rows(
        y.map((_, i) => i + 1),
        x,
        y,
        own,
      ),
    ),
    values: { theta0: theta[0], theta1: theta[1], loss: loss[loss.length - 1] },
  };
}

// The outputs of each implementation along x, in order of x.
function handsAlong(kept, x, look) {
  const order = x.map((_, i) => i).sort((a, b) => x[a] - x[b]);
  return kept.hands.map(({ name, values }) => ({
    xs: order.map((i) => x[i]),
    ys: order.map((i) => values[0][i]),
    colour: look(name).colour,
  }));
}

function lossPicture({ loss, steps, width, least, name = 'MSE' }) {
  const falls = picture({
    width,
    x: [0, Math.max(1, steps)],
    y: extent([...loss, least], { log: true, floor: loss[0] * LEAST_SHARE }),
    yLog: true,
    xTitle: 'step',
    yTitle: name,
    label: `The loss after each of ${plural(steps, 'step')}`,
  });
  falls.add(
    least > 0 ? rule(falls, least, 'before') : '',
    curve(
      falls,
      loss.map((_, k) => k),
      loss,
      'alone',
    ),
  );
  return falls;
}

function truePicture({ box, y, own, kept, look, width }) {
  const both = picture({
    x: box.y,
    y: box.y,
    width,
    xTitle: 'y',
    yTitle: 'h(x)',
    label: 'Predictions against true values',
  });
  const names = kept.hands.map(({ name }) => name);
  const shownBy = (i) => (names.length ? kept.hands[i % names.length].values[0][i] : own[i]);
  both.add(
    curve(both, box.y, box.y, 'before'),
    dots(
      both,
      y,
      y.map((_, i) => shownBy(i)),
      'sample solid',
      3,
      names.length ? hue(names, look) : undefined,
    ),
  );
  return both;
}

// The loss before every fifth of the steps, as the course's simulation prints it.
function printedLoss(loss, steps) {
  const stride = Math.max(1, Math.floor(steps / 5));
  const at = loss.map((_, k) => k).filter((k) => k < Math.max(1, steps) && k % stride === 0);
  return element(
    'ol',
    { class: 'printed', 'aria-label': 'The loss at every fifth of the steps' },
    at.map((k) => element('li', { 'data-step': k, 'data-value': loss[k] }, `step ${k}: loss ${digits(loss[k])}`)),
  );
}

function lineFitting({ s, stored, width }) {
  const found = dataOrExample('fitting', s, stored);
  const { x, y } = found;
  const model = polynomial(s.example ? settled('fitting', { l2: 0 }) : s, found);
  const ends = spread(s.example ? [0, 4] : SCENES.fitting.x, x);
  const at = s.example ? lineAt(s.example.theta, ends) : model.at(ends);
  const predicted = s.example ? lineAt(s.example.theta, x) : model.predicted;
  const rest = y.map((value, i) => value - predicted[i]);
  const data = picture({
    width,
    x: extent(ends, { room: 0 }),
    y: extent([...y, ...predicted], { room: 0.1 }),
    xTitle: 'x',
    yTitle: 'y',
    label: `A polynomial of degree ${s.degree}, ${plural(x.length, 'sample')} and their residuals`,
  });
  data.add(
    y.map((value, i) =>
      svg('line', {
        class: 'residual',
        x1: data.sx(x[i]),
        x2: data.sx(x[i]),
        y1: data.sy(value),
        y2: data.sy(predicted[i]),
      }),
    ),
    s.example ? curve(data, ends, model.at(ends), 'before') : '',
    curve(data, ends, at, 'alone'),
    dots(data, x, y, 'sample', s.example ? 4 : 2.6),
  );
  const under = picture({
    width,
    x: extent(ends, { room: 0 }),
    y: extent([...rest, 0], { room: 0.1 }),
    xTitle: 'x',
    yTitle: 'y − h(x)',
    label: 'Residuals against x',
  });
  under.add(rule(under, 0, 'before'), dots(under, x, rest, 'sample solid'));
  const error = average(rest.map((value) => value ** 2));
  return {
    found,
    panels: [data, under],
    caption: s.example
      ? words('The line 1.5 + 2x, and what it misses: MSE = ', error, '.')
      : words(
          'The closest curve of degree ',
          String(s.degree),
          ' with an L2 penalty α = ',
          String(s.l2),
          s.basis === 'powers'
            ? ' on the coefficients of the powers of x, as in the course: R² = '
            : ' on the coefficients of Legendre polynomials, which treats all degrees alike: R² = ',
          model.r2,
          ', MSE = ',
          error,
          '. A penalty flattens the curve; a pattern in the residuals on the right shows what it misses. ' +
            'It is a closed form: a learning rate would have no effect.',
        ),
    kernels: null,
    table: table(
      'The fitted curve',
      [column('x', (row) => row[0]), column('h(x)', (row) => row[1])],
      rows(ends, at).filter((_, i) => i % 10 === 0),
    ),
    values: { r2: model.r2, mse: error },
  };
}

function assumptions({ s, stored, lab, look, width }) {
  const { example } = s;
  const made = example
    ? { ...example.data, ...left([example.data.x.map(() => 1), example.data.x], example.data.y, example.theta) }
    : collinear(s, stored);
  const kept = kernels(one(lab, 'features'), s, () => made.left);
  const names = kept.hands.map(({ name }) => name);
  const at = (i) => (names.length ? kept.hands[i % names.length].values[0][i] : made.left[i]);
  const index = made.left.map((_, i) => i + 1);
  const rest = picture({
    width,
    x: [0, index.length + 1],
    y: extent([...made.left, 0], { room: 0.1 }),
    xTitle: 'sample',
    yTitle: 'residual',
    label: 'Residuals, sample by sample',
  });
  rest.add(
    rule(rest, 0, 'before'),
    dots(
      rest,
      index,
      index.map((_, i) => at(i)),
      'sample solid',
      example ? 4 : 3,
      names.length ? hue(names, look) : undefined,
    ),
  );
  return {
    found: made,
    panels: [rest, example ? linePicture(example, width) : featuresPicture(made, s.collinearity, width)],
    caption: example
      ? 'The line 2 + 3x passes through all three samples.'
      : words(
          'Residuals should scatter evenly about 0: their mean is ',
          Math.abs(made.mean) < 1e-12 ? '0' : digits(made.mean),
          ', their variance ',
          made.variance,
          '. The closer x₂ follows x₁, the less the data determine the two slopes: here θ₁ = ',
          made.theta[1],
          ' and θ₂ = ',
          made.theta[2],
          '; the true slopes are 3 and 2. An L2 penalty stabilises them.',
        ),
    kernels: kernelsNote(kept, 'residuals', example),
    table: table(
      'Residuals and features',
      [
        first('sample', (row) => row[0]),
        column('x₁', (row) => row[1]),
        column('x₂', (row) => row[2]),
        column('residual', (row) => row[3]),
      ],
      rows(index, made.x1 ?? made.x, made.x2 ?? made.x, made.left),
    ),
    values: { mean: made.mean, variance: made.variance, ...thetas(made.theta) },
  };
}

const thetas = (theta = []) => Object.fromEntries(theta.map((value, j) => [`theta${j}`, value]));

function featuresPicture({ x1, x2 }, collinearity, width) {
  const features = picture({
    width,
    x: [-0.04, 1.04],
    y: [-0.04, 1.04],
    xTitle: 'x₁',
    yTitle: 'x₂',
    label: `The two features against each other, collinearity ${collinearity}`,
  });
  features.add(dots(features, x1, x2, 'sample'));
  return features;
}

function linePicture({ theta, data }, width) {
  const ends = between(0, 4, 2);
  const made = picture({
    width,
    x: [0, 4],
    y: extent(lineAt(theta, ends), { room: 0.05 }),
    xTitle: 'x',
    yTitle: 'y',
    label: 'The line and its samples',
  });
  made.add(curve(made, ends, lineAt(theta, ends), 'alone'), dots(made, data.x, data.y, 'sample', 4));
  return made;
}

function squaredError({ s, stored, lab, look, width }) {
  const found = descended(s, dataOrExample('squared-error', s, stored));
  const { x, y, X, path, loss, best } = found;
  const theta = path[path.length - 1];
  const own = predict(X, theta);
  const ofMse = kernels(along(lab, 'error', 'steps', s.steps), s, (task) => [loss[task.settings.steps]], ['steps']);
  const ofPath = kernels(along(lab, 'learned', 'steps', s.steps), s, (task) => path[task.settings.steps], ['steps']);
  const kept = ofMse.hands.length ? ofMse : ofPath;
  const visited = kept.hands.length ? kept.tasks.map((task) => task.settings.steps) : [];
  const least = Math.max(0, mse(X, y, best));
  const data = picture({
    width,
    x: extent(x, { room: 0.1 }),
    y: extent([...y, ...own], { room: 0.1 }),
    xTitle: 'x',
    yTitle: 'y',
    label: 'The squared error of each sample as a square',
  });
  data.add(
    y.map((value, i) => square(data, x[i], value, own[i])),
    curve(data, data.x, lineAt(theta, data.x), 'alone'),
    dots(data, x, y, 'sample', s.example ? 4 : 2.6),
  );
  const steps = loss.map((_, k) => k);
  const falls = picture({
    width,
    x: [0, Math.max(1, s.steps)],
    y: extent([...loss, least], { log: true, floor: loss[0] * LEAST_SHARE }),
    yLog: true,
    xTitle: 'step',
    yTitle: 'MSE',
    label: 'The mean squared error after each step',
  });
  falls.add(least > 0 ? rule(falls, least, 'before') : '', curve(falls, steps, loss, visited.length ? 'own' : 'alone'));
  const lossOf = (value) => (value.length === 1 ? value[0] : mse(X, y, value));
  falls.add(...wovenLoss(falls, kept, visited, loss[0], lossOf, look));
  return {
    found,
    panels: s.example ? [data] : [data, falls],
    caption: s.example
      ? words('The mean of the three squares is ', loss[0], '.')
      : words(
          'MSE is the mean of these squares, not half of it: ',
          loss[0],
          ' before the first step, ',
          loss[loss.length - 1],
          ' after the last. Dashed: the least that any line reaches, ',
          least,
          '. Above the largest learning rate that converges, ',
          2 / largestCurvature(X),
          ', it grows instead. The course’s simulation takes half the gradient, so its α = 0.01 is 0.005 here.',
        ),
    kernels: kernelsNote(kept, ofMse.hands.length ? 'mse' : 'gradient_descent', s.example),
    table: table(
      'Loss by step',
      [
        first('step', (row) => row[0]),
        column('MSE', (row) => row[1]),
        column('θ₀', (row) => row[2]),
        column('θ₁', (row) => row[3]),
      ],
      told(s).map((k) => [k, loss[k], ...path[k]]),
    ),
    values: { least },
  };
}

// The losses of the implementations after the steps that were looked at: dashes, and a knot each.
function wovenLoss(plot, kept, visited, start, lossOf, look) {
  const hands = kept.hands.map(({ name, values }) => ({
    xs: [0, ...visited],
    ys: [start, ...values.map(lossOf)],
    colour: look(name).colour,
  }));
  const turns = Math.max(1, Math.min(hands.length, visited.length));
  const knots = hands.map((hand, i) => {
    const own = (_, k) => k && k % hands.length === i % turns;
    return dots(plot, hand.xs.filter(own), hand.ys.filter(own), 'knot', 3, () => hand.colour);
  });
  return [...knots, woven(plot, hands)];
}

function square(plot, x, y, predicted) {
  const [top, bottom] = [plot.sy(Math.max(y, predicted)), plot.sy(Math.min(y, predicted))];
  const side = bottom - top;
  return Number.isFinite(side)
    ? svg('rect', { class: 'square', x: plot.sx(x), y: top, width: side, height: side })
    : null;
}

// The larger eigenvalue of 2XᵀX/m for two columns: a descent converges below 2 over it.
function largestCurvature(X) {
  const [a, b, c] = [
    [0, 0],
    [0, 1],
    [1, 1],
  ].map(([i, j]) => (2 / X[0].length) * dot(X[i], X[j]));
  return (a + c) / 2 + Math.hypot((a - c) / 2, b);
}

function oneVariable({ s, lab, look, width }) {
  const goal = s.example?.goal ?? 0;
  const found = parabola(s, goal);
  const { loss } = found;
  const theta = found.path.map(([value]) => value);
  const tasks = along(lab, 'parabola', 'steps', s.steps);
  const kept = kernels(tasks, s, (task) => [theta[task.settings.steps], 0], ['steps']);
  const visited = kept.hands.length ? kept.tasks.map((task) => task.settings.steps) : [];
  const reach = Math.max(1, Math.abs(s.theta0 - goal)) * 1.15;
  const bend = between(goal - reach, goal + reach, CURVE);
  const cost = picture({
    width,
    x: [goal - reach, goal + reach],
    y: [-0.06 * reach ** 2, reach ** 2],
    xTitle: 'θ',
    yTitle: goal ? `J(θ) = (θ − ${goal})²` : 'J(θ) = θ²',
    label: 'A descent on a parabola',
  });
  cost.add(
    curve(
      cost,
      bend,
      bend.map((at) => (at - goal) ** 2),
      'before solid',
    ),
    curve(cost, theta, loss, 'alone thin'),
    dots(cost, theta, loss, 'knot', 3),
  );
  const steps = { x: [0, Math.max(1, s.steps)], width, xTitle: 'step' };
  const walk = picture({
    ...steps,
    y: extent([...theta, goal], { room: 0.08 }),
    yTitle: 'θ',
    label: 'θ after each step',
  });
  const count = theta.map((_, k) => k);
  const kind = kept.hands.length ? 'own' : 'alone';
  const hands = (of, start) =>
    kept.hands.map(({ name, values }) => ({
      xs: [0, ...visited],
      ys: [start, ...values.map(of)],
      colour: look(name).colour,
    }));
  walk.add(
    rule(walk, goal, 'before'),
    curve(walk, count, theta, kind),
    woven(
      walk,
      hands(([at]) => at, s.theta0),
    ),
  );
  const falls = picture({
    ...steps,
    y: extent([...loss, 0], { room: 0.08 }),
    yTitle: 'J(θ)',
    label: 'J after each step',
  });
  falls.add(
    rule(falls, 0, 'before'),
    curve(falls, count, loss, kind),
    woven(
      falls,
      hands(([at]) => (at - goal) ** 2, loss[0]),
    ),
    s.steps <= 20 ? dots(falls, count, loss, 'knot', 3) : '',
  );
  if (s.steps <= 20) walk.add(dots(walk, count, theta, 'knot', 3));
  return {
    found,
    panels: [walk, falls, cost],
    caption: words(
      `Each step multiplies ${goal ? `θ − ${goal}` : 'θ'} by 1 − 2α = `,
      1 - 2 * s.rate,
      ' and J by its square: ',
      s.rate === 0.5
        ? 'one step suffices.'
        : s.rate < 0.5
          ? 'θ approaches the minimum from one side.'
          : s.rate < 1
            ? 'θ overshoots and oscillates towards the minimum.'
            : s.rate === 1
              ? 'θ oscillates for ever.'
              : 'θ diverges.',
    ),
    kernels: kernelsNote(kept, 'gradient_descent', s.example),
    table: table(
      'θ by step',
      [first('step', (row) => row[0]), column('θ', (row) => row[1]), column('J(θ)', (row) => row[2])],
      told(s).map((k) => [k, theta[k], loss[k]]),
    ),
  };
}

function severalVariables({ s, lab, look, width }) {
  const found = bowl(s, s.example?.rows);
  const { X, y, path, loss } = found;
  const tasks = along(lab, 'bowl', 'steps', s.steps);
  const kept = kernels(tasks, s, (task) => path[task.settings.steps], ['steps']);
  const visited = kept.hands.length ? kept.tasks.map((task) => task.settings.steps) : [];
  const reach = Math.max(5, 1.1 * Math.abs(s.theta0), 1.1 * Math.abs(s.theta1));
  const grid = between(-reach, reach, RESOLUTION);
  const heights = refined(costSurface(X, y, grid, grid), FINER);
  const plane = picture({
    width,
    height: 260,
    x: [-reach, reach],
    y: [-reach, reach],
    xTitle: 'θ₀',
    yTitle: 'θ₁',
    label: 'The path of a descent across lines of equal cost',
  });
  const most = Math.max(...heights.flat());
  for (let k = 1; k <= LEVELS; k++)
    plane.add(contour(plane, grid, grid, heights, most * (k / (LEVELS + 1)) ** 2, 'ring'));
  plane.add(path2d(plane, path, kept, visited, look));
  const falls = picture({
    width,
    height: 260,
    x: [0, Math.max(1, s.steps)],
    y: s.example ? extent([...loss, 0], {}) : extent(loss, { log: true, floor: loss[0] * LEAST_SHARE }),
    yLog: !s.example,
    xTitle: 'step',
    yTitle: 'J(θ)',
    label: 'The cost after each step',
  });
  falls.add(
    curve(
      falls,
      loss.map((_, k) => k),
      loss,
      kept.hands.length ? 'own' : 'alone',
    ),
    woven(
      falls,
      kept.hands.map(({ name, values }) => ({
        xs: [0, ...visited],
        ys: [loss[0], ...values.map((theta) => dot(theta, theta))],
        colour: look(name).colour,
      })),
    ),
  );
  return {
    found,
    panels: [plane, falls],
    caption: severalCaption(s),
    kernels: kernelsNote(kept, 'gradient_descent', s.example),
    table: table(
      'The path',
      [
        first('step', (row) => row[0]),
        column('θ₀', (row) => row[1]),
        column('θ₁', (row) => row[2]),
        column('J(θ)', (row) => row[3]),
      ],
      told(s).map((k) => [k, ...path[k], loss[k]]),
    ),
  };
}

function severalCaption(s) {
  if (s.example) return 'J = (θ₀ + 2θ₁ − 4)² is 0 all along a line. A descent goes to the nearest point of it.';
  if (s.scale === 1)
    return words(
      'J = θ₀² + θ₁² is equally steep on all sides, so the path is straight ' +
        'and the cost falls by the same factor each step, ',
      (1 - 2 * s.rate) ** 2,
      '.',
    );
  return words(
    'J = θ₀² + (',
    String(s.scale),
    'θ₁)². Each step multiplies θ₀ by ',
    1 - 2 * s.rate,
    ' and θ₁ by ',
    1 - 2 * s.rate * s.scale ** 2,
    ': the learning rate must suit the steeper of the two, at most ',
    1 / Math.max(1, s.scale ** 2),
    '.',
  );
}

// A path in the plane of θ₀ and θ₁: this page's, and those of the implementations on top.
function path2d(plot, path, kept, visited, look) {
  const xy = (thetas) => [thetas.map(([theta0]) => theta0), thetas.map(([, theta1]) => theta1)];
  const hands = kept.hands.map(({ name, values }) => {
    const [xs, ys] = xy([path[0], ...values]);
    return { xs, ys, colour: look(name).colour };
  });
  const [xs, ys] = xy(path);
  const knots = visited.length
    ? hands.flatMap((hand, i) =>
        dots(
          plot,
          hand.xs.filter((_, k) => k % hands.length === i),
          hand.ys.filter((_, k) => k % hands.length === i),
          'knot',
          3,
          () => hand.colour,
        ),
      )
    : dots(plot, xs, ys, 'knot', 2.6);
  return [
    curve(plot, xs, ys, hands.length ? 'own' : 'alone thin'),
    ...woven(plot, hands),
    ...knots,
    ...dots(plot, xs.slice(0, 1), ys.slice(0, 1), 'start', 5),
  ];
}
