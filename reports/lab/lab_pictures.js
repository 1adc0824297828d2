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

const spread = (draws) => between(Math.min(0, ...draws.x), Math.max(2, ...draws.x), CURVE);
const told = (s) => [...new Set([...STEPS_TOLD.filter((k) => k < s.steps), s.steps])];

function hypothesis({ s, found, lab, look, width }) {
  const { draws, X, y, path } = found;
  const theta = path[path.length - 1];
  const own = predict(X, theta);
  const kept = kernels(one(lab, 'line'), s, () => own);
  const names = kept.hands.map(({ name }) => name);
  const x = spread(draws);
  const box = { x: extent(x, { room: 0 }), y: extent([...y, ...own], { room: 0.1 }), xTitle: 'x', yTitle: 'y' };
  const data = picture({
    ...box,
    width,
    label: `Samples, the line a descent begins with and the one after ${plural(s.steps, 'step')}`,
  });
  data.add(
    dots(data, draws.x, y, 'sample'),
    curve(
      data,
      x,
      x.map((at) => s.theta0 + s.theta1 * at),
      'before',
    ),
  );
  data.add(
    curve(
      data,
      x,
      x.map((at) => theta[0] + theta[1] * at),
      kept.hands.length ? 'own' : 'alone',
    ),
  );
  const order = draws.x.map((_, i) => i).sort((a, b) => draws.x[a] - draws.x[b]);
  data.add(
    woven(
      data,
      kept.hands.map(({ name, values }) => ({
        xs: order.map((i) => draws.x[i]),
        ys: order.map((i) => values[0][i]),
        colour: look(name).colour,
      })),
    ),
  );
  const both = picture({
    ...box,
    x: box.y,
    width,
    xTitle: 'y',
    yTitle: 'h(x)',
    label: 'Predictions against true values',
  });
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
  return {
    panels: [data, both],
    caption: words(
      'h(x) = θ₀ + θ₁x predicts y. Grey: the line before the first step. After the last, θ = (',
      theta[0],
      ', ',
      theta[1],
      '). On the right, a perfect prediction lies on the diagonal.',
    ),
    kernels: kernelsNote(kept, 'predict'),
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
        draws.x,
        y,
        own,
      ),
    ),
  };
}

function lineFitting({ s, found, width }) {
  const { draws, y } = found;
  const model = polynomial(s, found);
  const x = spread(draws);
  const at = model.at(x);
  const left = y.map((value, i) => value - model.predicted[i]);
  const data = picture({
    width,
    x: extent(x, { room: 0 }),
    y: extent([...y, ...model.predicted], { room: 0.1 }),
    xTitle: 'x',
    yTitle: 'y',
    label: `A polynomial of degree ${s.degree} through ${plural(s.samples, 'sample')}, and each residual`,
  });
  data.add(
    y.map((value, i) =>
      svg('line', {
        class: 'residual',
        x1: data.sx(draws.x[i]),
        x2: data.sx(draws.x[i]),
        y1: data.sy(value),
        y2: data.sy(model.predicted[i]),
      }),
    ),
  );
  data.add(curve(data, x, at, 'alone'), dots(data, draws.x, y, 'sample'));
  const rest = picture({
    width,
    x: extent(x, { room: 0 }),
    y: extent([...left, 0], { room: 0.1 }),
    xTitle: 'x',
    yTitle: 'y − h(x)',
    label: 'Residuals against x',
  });
  rest.add(rule(rest, 0, 'before'), dots(rest, draws.x, left, 'sample solid'));
  return {
    panels: [data, rest],
    caption: words(
      'The closest curve of degree ',
      String(s.degree),
      ' with an L2 penalty α = ',
      s.l2,
      ' on its slopes: R² = ',
      model.r2,
      '. A penalty flattens the curve; a pattern in the residuals on the right shows what it misses. ' +
        'It is a closed form: the learning rate has no effect.',
    ),
    kernels: null,
    table: table(
      'The fitted curve',
      [column('x', (row) => row[0]), column('h(x)', (row) => row[1])],
      rows(x, at).filter((_, i) => i % 10 === 0),
    ),
    values: { r2: model.r2 },
  };
}

function assumptions({ s, found, lab, look, width }) {
  const made = collinear(s, found);
  const kept = kernels(one(lab, 'collinear'), s, () => made.left);
  const names = kept.hands.map(({ name }) => name);
  const left = (i) => (names.length ? kept.hands[i % names.length].values[0][i] : made.left[i]);
  const index = made.left.map((_, i) => i + 1);
  const rest = picture({
    width,
    x: [0, s.samples + 1],
    y: extent([...made.left, 0], { room: 0.1 }),
    xTitle: 'sample',
    yTitle: 'residual',
    label: 'Residuals of a linear model of two features, sample by sample',
  });
  rest.add(
    rule(rest, 0, 'before'),
    dots(
      rest,
      index,
      index.map((_, i) => left(i)),
      'sample solid',
      3,
      names.length ? hue(names, look) : undefined,
    ),
  );
  const features = picture({
    width,
    x: [-0.04, 1.04],
    y: [-0.04, 1.04],
    xTitle: 'x₁',
    yTitle: 'x₂',
    label: `The two features against each other, collinearity ${s.collinearity}`,
  });
  features.add(dots(features, made.x1, made.x2, 'sample'));
  return {
    panels: [rest, features],
    caption: words(
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
    kernels: kernelsNote(kept, 'residuals'),
    table: table(
      'Residuals and features',
      [
        first('sample', (row) => row[0]),
        column('x₁', (row) => row[1]),
        column('x₂', (row) => row[2]),
        column('residual', (row) => row[3]),
      ],
      rows(index, made.x1, made.x2, made.left),
    ),
    values: {
      mean: made.mean,
      variance: made.variance,
      theta0: made.theta[0],
      theta1: made.theta[1],
      theta2: made.theta[2],
    },
  };
}

function squaredError({ s, found, lab, look, width }) {
  const { draws, X, y, path, loss, best } = found;
  const theta = path[path.length - 1];
  const own = predict(X, theta);
  const tasks = along(lab, 'loss', 'steps', s.steps);
  const ofMse = kernels(tasks, s, (task) => [loss[task.settings.steps]], ['steps']);
  const ofPath = kernels(along(lab, 'path', 'steps', s.steps), s, (task) => path[task.settings.steps], ['steps']);
  const kept = ofMse.hands.length ? ofMse : ofPath;
  const visited = kept.hands.length ? kept.tasks.map((task) => task.settings.steps) : [];
  const least = mse(X, y, best);
  const data = picture({
    width,
    x: extent(draws.x, { room: 0.1 }),
    y: extent([...y, ...own], { room: 0.1 }),
    xTitle: 'x',
    yTitle: 'y',
    label: 'The squared error of each sample as a square',
  });
  data.add(
    y.map((value, i) => square(data, draws.x[i], value, own[i])),
    curve(
      data,
      data.x,
      data.x.map((at) => theta[0] + theta[1] * at),
      'alone',
    ),
    dots(data, draws.x, y, 'sample'),
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
  const hands = kept.hands.map(({ name, values }) => ({
    xs: [0, ...visited],
    ys: [loss[0], ...values.map(lossOf)],
    colour: look(name).colour,
  }));
  falls.add(
    ...hands.map((hand, i) =>
      dots(
        falls,
        hand.xs.filter((_, k) => k && k % hands.length === i % Math.max(1, Math.min(hands.length, visited.length))),
        hand.ys.filter((_, k) => k && k % hands.length === i % Math.max(1, Math.min(hands.length, visited.length))),
        'knot',
        3,
        () => hand.colour,
      ),
    ),
    woven(falls, hands),
  );
  return {
    panels: [data, falls],
    caption: words(
      'MSE is the mean of these squares, not half of it: ',
      loss[0],
      ' before the first step, ',
      loss[loss.length - 1],
      ' after the last. Dashed: the least that any line reaches, ',
      least,
      '. Above the largest learning rate that converges, ',
      2 / largestCurvature(X),
      ', it grows instead.',
    ),
    kernels: kernelsNote(kept, ofMse.hands.length ? 'mse' : 'gradient_descent'),
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

function oneVariable({ s, found, lab, look, width }) {
  const theta = found.bowl.map((each) => each[0]);
  const tasks = along(lab, 'bowl', 'steps', s.steps);
  const kept = kernels(tasks, s, (task) => found.bowl[task.settings.steps], ['steps']);
  const visited = kept.hands.length ? kept.tasks.map((task) => task.settings.steps) : [];
  const reach = Math.max(1, Math.abs(s.theta0)) * 1.15;
  const bowl = between(-reach, reach, CURVE);
  const cost = picture({
    width,
    x: [-reach, reach],
    y: [-0.06 * reach ** 2, reach ** 2],
    xTitle: 'θ',
    yTitle: 'J(θ) = θ²',
    label: 'A descent on the parabola θ squared',
  });
  cost.add(
    curve(
      cost,
      bowl,
      bowl.map((at) => at * at),
      'before solid',
    ),
    curve(
      cost,
      theta,
      theta.map((at) => at * at),
      'alone thin',
    ),
    dots(
      cost,
      theta,
      theta.map((at) => at * at),
      'knot',
      3,
    ),
  );
  const walk = picture({
    width,
    x: [0, Math.max(1, s.steps)],
    y: extent([...theta, 0], { room: 0.08 }),
    xTitle: 'step',
    yTitle: 'θ',
    label: 'θ after each step',
  });
  walk.add(
    rule(walk, 0, 'before'),
    curve(
      walk,
      theta.map((_, k) => k),
      theta,
      kept.hands.length ? 'own' : 'alone',
    ),
  );
  walk.add(
    woven(
      walk,
      kept.hands.map(({ name, values }) => ({
        xs: [0, ...visited],
        ys: [s.theta0, ...values.map(([value]) => value)],
        colour: look(name).colour,
      })),
    ),
  );
  return {
    panels: [cost, walk],
    caption: words(
      'Each step multiplies θ by 1 − 2α = ',
      1 - 2 * s.rate,
      ': ',
      s.rate === 0.5
        ? 'one step suffices.'
        : s.rate < 0.5
          ? 'it approaches the minimum from one side.'
          : s.rate < 1
            ? 'it overshoots and oscillates towards the minimum.'
            : s.rate === 1
              ? 'it oscillates for ever.'
              : 'it diverges.',
    ),
    kernels: kernelsNote(kept, 'gradient_descent'),
    table: table(
      'θ by step',
      [first('step', (row) => row[0]), column('θ', (row) => row[1]), column('J(θ)', (row) => row[2])],
      told(s).map((k) => [k, theta[k], theta[k] ** 2]),
    ),
  };
}

function severalVariables({ s, found, lab, look, width }) {
  const { bowl, bowlLoss } = found;
  const tasks = along(lab, 'bowl', 'steps', s.steps);
  const kept = kernels(tasks, s, (task) => bowl[task.settings.steps], ['steps']);
  const visited = kept.hands.length ? kept.tasks.map((task) => task.settings.steps) : [];
  const reach = Math.max(5, 1.1 * Math.abs(s.theta0), 1.1 * Math.abs(s.theta1));
  const plane = picture({
    width,
    height: 260,
    x: [-reach, reach],
    y: [-reach, reach],
    xTitle: 'θ₀',
    yTitle: 'θ₁',
    label: 'The path of a descent across the circles of equal cost',
  });
  for (let k = 1; k <= 8; k++)
    plane.add(
      svg('ellipse', {
        class: 'ring',
        cx: plane.sx(0),
        cy: plane.sy(0),
        rx: plane.sx((reach * k) / 6) - plane.sx(0),
        ry: plane.sy(0) - plane.sy((reach * k) / 6),
      }),
    );
  plane.add(path2d(plane, bowl, kept, visited, look));
  const falls = picture({
    width,
    height: 260,
    x: [0, Math.max(1, s.steps)],
    y: extent(bowlLoss, { log: true, floor: bowlLoss[0] * LEAST_SHARE }),
    yLog: true,
    xTitle: 'step',
    yTitle: 'J(θ)',
    label: 'The cost after each step',
  });
  falls.add(
    curve(
      falls,
      bowlLoss.map((_, k) => k),
      bowlLoss,
      kept.hands.length ? 'own' : 'alone',
    ),
  );
  falls.add(
    woven(
      falls,
      kept.hands.map(({ name, values }) => ({
        xs: [0, ...visited],
        ys: [bowlLoss[0], ...values.map((theta) => dot(theta, theta))],
        colour: look(name).colour,
      })),
    ),
  );
  return {
    panels: [plane, falls],
    caption: words(
      'J = θ₀² + θ₁² is equally steep on all sides, so the path is straight ' +
        'and the cost falls by the same factor each step, ',
      (1 - 2 * s.rate) ** 2,
      '. On (θ₀ + 2θ₁ − 4)² with α = 0.1 one step leads from (0, 0) to (0.8, 1.6), ' +
        'where the gradient is 0 and the descent stops.',
    ),
    kernels: kernelsNote(kept, 'gradient_descent'),
    table: table(
      'The path',
      [
        first('step', (row) => row[0]),
        column('θ₀', (row) => row[1]),
        column('θ₁', (row) => row[2]),
        column('J(θ)', (row) => row[3]),
      ],
      told(s).map((k) => [k, ...bowl[k], bowlLoss[k]]),
    ),
  };
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
