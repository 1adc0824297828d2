// Descents in one variable and in two.

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
