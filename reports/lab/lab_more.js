// The other pictures of the lab: times, the share of variance explained, underfitting.

const LOOPS = ['python', 'numpy_rows'];
const SHOWN_TIMES = 12;

// Loops over rows against whole arrays: two times from the run's fits, and behind them all that were measured.
function vectorization({ s, run, look, width }) {
  if (s.example) return matrixProduct(s, width);
  const view = predictView(run);
  const pair = view ? fittedPair(run, view, s) : [];
  const known = pair.filter((bar) => Number.isFinite(bar.ns));
  const most = Math.max(...known.map((bar) => bar.ns));
  const [rowsTime, wholeTime] = pair;
  const both = known.length === 2;
  return {
    found: null,
    panels: [
      {
        wide: true,
        root: known.length
          ? element(
              'ol',
              { class: 'times', 'aria-label': `Times of one call of predict, m = ${whole(s.m)}, n = ${whole(s.n)}` },
              pair.map((bar) => timeBar(bar, look, (ns) => ns / most)),
            )
          : element('p', { class: 'note' }, 'The run has no fit of the time of predict: it timed too few sizes.'),
      },
      ...(view ? [ladder(run, view, s, look)] : []),
    ],
    caption: both
      ? words(
          `Xθ for m = ${whole(s.m)} and n = ${whole(s.n)}: `,
          rowsTime.name,
          ' calls np.dot once for each row, ',
          wholeTime.name,
          ` once for the whole array, which is ${pair.some((bar) => bar.fitted) ? 'about ' : ''}`,
          ratioText(rowsTime.ns / wholeTime.ns),
          ' as fast. ',
          'Hatched: from the run’s fitted model, not measured at this size; beside it, the fit’s median misfit.',
        )
      : 'Xθ row by row and as one operation on whole arrays.',
    kernels: null,
    table: table(
      'Time of one call of predict',
      [
        first('implementation', (row) => row.name),
        { ...column('ns', (row) => row.ns), show: (row) => timeText(row.ns) },
        first('from', (row) => row.from),
      ],
      pair,
    ),
  };
}

// Row by row and whole array at one size: measured there, or as the fits say.
function fittedPair(run, view, s) {
  const fitted = new Map(run.fitsOf(view).map((row) => [row.implementation, row]));
  const timed = new Map(
    run
      .casesOf(view)
      .filter((row) => row.sizes === `m=${s.m} n=${s.n}` && isKnown(row.time_ns) && !row.disturbed)
      .map((row) => [row.implementation, row.time_ns]),
  );
  const has = (name) => fitted.has(name);
  const others = run.implementations.filter((name) => has(name) && !LOOPS.includes(name));
  const names = [[...LOOPS].reverse().find(has), has('numpy') ? 'numpy' : others[0]].filter(Boolean);
  const moved = (view.dtype === 'float32' ? 4 : 8) * (s.m * s.n + 2 * s.m + s.n);
  return names.map((name, i) => {
    const fit = fitted.get(name);
    const ns = timed.get(name) ?? fittedTime(fit, moved, s.m) ?? NaN;
    const from = timed.has(name) ? 'measured' : Number.isFinite(ns) ? `fitted, ± ${percent(fit.misfit)}` : 'not known';
    return { name, ns, from, fitted: !timed.has(name), loop: i === 0 && LOOPS.includes(name) };
  });
}

function timeBar({ name, ns, from, fitted, loop }, look, share) {
  const fill = element('span', { class: `bar ${loop ? 'loop' : ''} ${fitted ? 'fitted' : ''}` });
  fill.style.setProperty('width', Number.isFinite(ns) ? `${(100 * share(ns)).toFixed(2)}%` : '0');
  fill.style.setProperty('--own', look(name).colour);
  return element(
    'li',
    {},
    element('span', {}, breakable(name)),
    element('span', { class: 'bar-track' }, fill),
    element('span', { class: 'number' }, timeText(ns), from ? element('small', {}, from) : ''),
  );
}

// The run's own times of predict at one measured size, on a logarithmic scale.
function ladder(run, view, s, look) {
  const at = sizeOf(s, view);
  const cases = run.casesOf(view).filter((row) => row.sizes === at && row.time_ns !== null);
  const loops = cases.filter((row) => LOOPS.includes(row.implementation));
  const rest = cases
    .filter((row) => !LOOPS.includes(row.implementation))
    .sort((a, b) => a.time_ns - b.time_ns)
    .slice(0, SHOWN_TIMES);
  const bars = [...loops.sort((a, b) => b.time_ns - a.time_ns), ...rest.reverse()];
  const [low, high] = extent(
    bars.map((row) => row.time_ns),
    { log: true, room: 0.12 },
  );
  const options = sizesOf(view).map((value, i) =>
    element('option', { value, selected: value === at }, sizeText(view.size_names, view.sizes[i])),
  );
  const select = element(
    'select',
    {
      id: 'lab-control-vectorization-size',
      onchange: (event) => setControl('vectorization', 'size', event.target.value),
    },
    options,
  );
  const share = (ns) => Math.log(ns / low) / Math.log(high / low);
  const list = bars.map((row) =>
    timeBar({ name: row.implementation, ns: row.time_ns, loop: LOOPS.includes(row.implementation) }, look, share),
  );
  const root = element(
    'details',
    { class: 'ladder', open: s.size !== undefined },
    element('summary', {}, 'All implementations at a measured size'),
    element('label', {}, element('span', {}, 'Size m × n'), select),
    element('ol', { class: 'times', 'aria-label': `Measured times of one call of predict, ${at}` }, list),
    element('p', { class: 'faint' }, 'Measured by this run, on a logarithmic scale; loops over rows are outlined.'),
  );
  return { wide: true, root };
}

// Xθ of a worked example: for each row the products, laid end to end.
function matrixProduct({ example }, width) {
  const sums = example.rows.map((row) => dot(row, example.theta));
  const made = picture({
    width,
    height: 170,
    x: [0, 10],
    y: [-0.6, 2.6],
    xTitle: 'ŷ',
    yTitle: '',
    bare: true,
    label: `Products of each row with θ, laid end to end: ${sums.map(plain).join(', ')}`,
  });
  example.rows.forEach((row, i) => {
    const y = made.sy(example.rows.length - 1 - i);
    const ends = row.reduce((all, value, j) => [...all, all[all.length - 1] + value * example.theta[j]], [0]);
    row.forEach((value, j) => {
      const [from, to] = [made.sx(ends[j]), made.sx(ends[j + 1])];
      made.add(
        svg('rect', { class: `product ${j ? 'second' : ''}`, x: from, y: y - 16, width: to - from, height: 32 }),
        svg(
          'text',
          { class: 'name chosen', x: (from + to) / 2, y: y + 4, 'text-anchor': 'middle' },
          plain(value * example.theta[j]),
        ),
      );
    });
    made.add(svg('text', { class: 'name chosen', x: made.sx(sums[i]) + 8, y: y + 4 }, `= ${plain(sums[i])}`));
  });
  return {
    found: null,
    panels: [made],
    caption: 'Each row of X times θ: two products (blue: the first column, orange: the second) and their sum.',
    kernels: null,
    table: table(
      'Xθ',
      [first('row', (row) => row[0]), column('ŷ', (row) => row[1])],
      sums.map((value, i) => [i + 1, value]),
    ),
  };
}

const predictView = (run) =>
  run.views
    .filter((view) => view.operation === 'predict')
    .sort((a, b) => (b.dtype === 'float64') - (a.dtype === 'float64'))[0];
const sizesOf = (view) => view.sizes.map((size) => sizeKey(view.size_names, size));
const sizeOf = (s, view) =>
  sizesOf(view).includes(s.size)
    ? s.size
    : (sizesOf(view).find((key) => key.startsWith('m=1000 ')) ?? sizesOf(view)[0]);

function r2Score({ s, stored, lab, look, width }) {
  const { example } = s;
  const found = example
    ? { x: example.data.y.map((_, i) => i + 1), y: example.data.y, predictions: exampleModels(example.data) }
    : explained(s, stored);
  const { x, y, predictions } = found;
  const chosen = example ? 'example' : s.model;
  const all = Object.entries(predictions).map(([each, predicted]) => ({ each, r2: r2(y, predicted) }));
  const own = r2(y, predictions[chosen]);
  const kept = kernels(one(lab, `r2-${s.data}-${s.model}`), s, () => [own]);
  const data = picture({
    width,
    x: extent(x, { room: 0.05 }),
    y: extent([...y, ...(chosen === 'random' ? [] : predictions[chosen])], { room: 0.15 }),
    xTitle: example ? 'sample' : 'x',
    yTitle: 'y',
    label: `Samples and the predictions of the ${chosen} model`,
  });
  data.add(
    rule(data, average(y), 'before'),
    example ? y.map((value, i) => residualLine(data, x[i], value, predictions.example[i])) : '',
    curve(data, x, predictions[chosen], chosen === 'random' ? 'alone thin' : 'alone'),
    example ? dots(data, x, predictions.example, 'knot', 4) : '',
    dots(data, x, y, 'sample', example ? 4 : 2.6),
  );
  return {
    found,
    panels: [data, scoresPicture({ all, chosen, kept, look, width })],
    caption: words(
      'R² = 1 − SSres/SStot is ',
      own,
      example ? ' for these predictions (blue). ' : ` for the ${chosen} model. `,
      '1 is perfect; always guessing the mean of y (dashed) scores 0; below 0 is worse than the mean. ' +
        'It is undefined if y is constant.',
    ),
    kernels: kernelsNote(kept, 'r2', example),
    table: table('R² of the models', [first('model', (row) => row.each), column('R²', (row) => row.r2)], all),
  };
}

const exampleModels = ({ y, predicted }) => ({ example: predicted, constant: y.map(() => average(y)) });
const residualLine = (plot, x, from, to) =>
  svg('line', { class: 'residual', x1: plot.sx(x), x2: plot.sx(x), y1: plot.sy(from), y2: plot.sy(to) });

function scoresPicture({ all, chosen, kept, look, width }) {
  const top = all.length - 1;
  const scores = picture({
    width,
    left: 70,
    x: [-1.1, 1.1],
    y: [-0.5, top + 0.5],
    xTitle: 'R²',
    yTitle: '',
    bare: true,
    label: `R²: ${all.map(({ each, r2: value }) => `${each} ${digits(value)}`).join(', ')}`,
  });
  for (const value of [-1, 0, 1])
    scores.over(
      svg('line', {
        class: value ? 'grid' : 'before solid',
        x1: scores.sx(value),
        x2: scores.sx(value),
        y1: PLOT.top,
        y2: scores.bottom,
      }),
      svg(
        'text',
        { class: 'tick', x: scores.sx(value), y: scores.bottom + 15, 'text-anchor': 'middle' },
        String(value),
      ),
    );
  const at = (i) => top - i;
  all.forEach(({ each, r2: value }, i) => scores.over(...score(scores, each, value, at(i), each === chosen)));
  const place = all.findIndex(({ each }) => each === chosen);
  scores.over(
    ...dots(
      scores,
      kept.hands.map(({ values }) => values[0][0]),
      kept.hands.map((_, k) => at(place) + ((k + 0.5) / kept.hands.length - 0.5) * 0.62),
      'knot',
      2.6,
      hue(
        kept.hands.map(({ name }) => name),
        look,
      ),
    ),
  );
  return scores;
}

function score(plot, name, value, at, chosen) {
  const [zero, end] = [plot.sx(0), plot.sx(within(-1.05, value, 1))];
  const beyond = value < -1.05 ? '◂ ' : '';
  return [
    svg(
      'text',
      { class: `name ${chosen ? 'chosen' : ''}`, x: plot.left - 8, y: plot.sy(at) + 4, 'text-anchor': 'end' },
      name,
    ),
    Number.isFinite(value)
      ? svg('rect', {
          class: `score ${chosen ? 'chosen' : ''} ${value < 0 ? 'below' : ''}`,
          x: Math.min(zero, end),
          y: plot.sy(at) - 9,
          width: Math.max(1.5, Math.abs(end - zero)),
          height: 18,
        })
      : null,
    svg(
      'text',
      {
        class: 'tick',
        x: value < 0 ? zero + 6 : zero - 6,
        y: plot.sy(at) + 4,
        'text-anchor': value < 0 ? 'start' : 'end',
      },
      beyond + (Number.isFinite(value) ? digits(Math.abs(value) < 1e-12 ? 0 : value) : 'undefined'),
    ),
  ].filter(Boolean);
}

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
