// The squared error of each sample as a square, and the mean of them by step.

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

// The larger eigenvalue of 2XᵀX/m for two columns: a descent converges below 2 over it.
function largestCurvature(X) {
  const [a, b, c] = [
    [0, 0],
    [0, 1],
    [1, 1],
  ].map(([i, j]) => (2 / X[0].length) * dot(X[i], X[j]));
  return (a + c) / 2 + Math.hypot((a - c) / 2, b);
}
