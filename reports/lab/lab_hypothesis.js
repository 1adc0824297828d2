// A line learned from samples: the line, its loss by step, predictions against true values.

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
