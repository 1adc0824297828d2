// Training and validation error by degree, for both ways to keep samples back.

const SPLITS = { last: 'the last 30 % kept back', interleaved: '30 % in between kept back' };

function diagnostics({ s, stored, lab, look, width }) {
  if (s.example) return splitExample(s, width);
  const made = { last: underfitting(s, stored, false), interleaved: underfitting(s, stored, true) };
  const both = Object.keys(SPLITS).map((name) => {
    const { train, unseen } = made[name];
    const tasks = along(lab, name, 'degree');
    const mine = (task) => [train[task.settings.degree - 1], unseen[task.settings.degree - 1]];
    return { name, kept: kernels(tasks, s, mine, ['degree']), tasks };
  });
  const range = extent(
    Object.values(made).flatMap(({ train, unseen }) => [...train, ...unseen]),
    { log: true, floor: 1e-6, cap: 1e4 },
  );
  const least = (values) => made.last.degrees[values.indexOf(Math.min(...values.filter(Number.isFinite)))];
  return {
    found: made,
    panels: [
      ...both.map(({ name }) => splitPicture(made[name], s.degree, name, width)),
      ...both.map((each) => errorsPicture({ ...each, made: made[each.name], s, range, look, width })),
    ],
    caption: words(
      'Samples of a sine with noise: grey ones are trained on (blue line), orange ones kept back (validation). ' +
        'Left, as in the course, the last 30 % in x are kept back: the polynomial must go on where it has seen ' +
        'nothing, and a high degree shoots off. Right, the same number are kept back in between: there validation ' +
        'error tells noise that was learned. If the degree is too low, all errors are large: underfitting. ' +
        'Least validation error: degree ',
      String(least(made.last.unseen)),
      ' on the left, ',
      String(least(made.interleaved.unseen)),
      ' on the right.',
    ),
    kernels: kernelsNote(both[0].kept, 'split_mse'),
    table: table(
      'Error by degree',
      [
        first('degree', (row) => row[0]),
        column('training, last kept back', (row) => row[1]),
        column('validation, last', (row) => row[2]),
        column('training, in between', (row) => row[3]),
        column('validation, in between', (row) => row[4]),
      ],
      rows(made.last.degrees, made.last.train, made.last.unseen, made.interleaved.train, made.interleaved.unseen),
    ),
  };
}

function splitPicture(made, degree, name, width) {
  const { x, y, training, validation } = made;
  const pick = (values, places) => places.map((i) => values[i]);
  const at = between(x[0], x[x.length - 1], CURVE);
  const data = picture({
    width,
    x: extent(x, { room: 0.03 }),
    y: extent(y, { room: 0.2 }),
    xTitle: 'x',
    yTitle: `y, ${SPLITS[name]}`,
    label: `A polynomial of degree ${degree} fitted to the training samples; ${SPLITS[name]}`,
  });
  data.add(
    curve(data, at, made.at(at, degree), 'alone'),
    dots(data, pick(x, training), pick(y, training), 'sample'),
    dots(data, pick(x, validation), pick(y, validation), 'sample validation', 3.2),
  );
  return data;
}

function errorsPicture({ name, made, kept, tasks, s, range, look, width }) {
  const { degrees, train, unseen } = made;
  const errors = picture({
    width,
    x: [0.5, HIGHEST_DEGREE + 0.5],
    y: range,
    yLog: true,
    xTitle: 'degree',
    yTitle: `MSE, ${SPLITS[name]}`,
    label: `Training and validation error by the degree of the polynomial; ${SPLITS[name]}`,
  });
  const asked = kept.hands.length ? tasks.tasks.map((task) => task.settings.degree) : [];
  errors.add(mark(errors, s.degree, 'before'));
  for (const [i, values] of [train, unseen].entries()) {
    errors.add(
      curve(errors, degrees, values, `${asked.length ? 'own' : 'alone'} ${i ? 'second' : ''}`),
      woven(
        errors,
        kept.hands.map(({ name: who, values: pairs }) => ({
          xs: asked,
          ys: pairs.map((pair) => pair[i]),
          colour: look(who).colour,
        })),
      ),
      dots(errors, degrees, values, `knot ${i ? 'second' : ''}`, 2.4),
    );
  }
  return errors;
}

// Four samples with their predictions, the squared error of each as a square.
function splitExample({ example }, width) {
  const { y, predicted, rows: cut } = example.data;
  const x = y.map((_, i) => i + 1);
  const data = picture({
    width,
    x: [0.5, 6],
    y: [1, 9],
    xTitle: 'sample',
    yTitle: 'y',
    label: 'Two training and two validation samples, each predicted 1 too low',
  });
  data.add(
    y.map((value, i) => square(data, x[i], value, predicted[i])),
    dots(data, x, predicted, 'knot', 4),
    dots(data, x.slice(0, cut), y.slice(0, cut), 'sample', 4),
    dots(data, x.slice(cut), y.slice(cut), 'sample validation', 4),
  );
  return {
    found: null,
    panels: [data],
    caption: 'Grey: training. Orange: validation. Blue: what was predicted. Each square has the area 1.',
    kernels: null,
    table: table(
      'Training and validation samples',
      [first('sample', (row) => row[0]), column('y', (row) => row[1]), column('predicted', (row) => row[2])],
      rows(x, y, predicted),
    ),
  };
}
