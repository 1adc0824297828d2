// Times of the run at any size: row by row and as one operation on whole arrays.

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
