// The other pictures of the lab: times, the share of variance explained, underfitting, the cost surface.

const LOOPS = ['python', 'numpy_rows'];
const SHOWN_TIMES = 12;
const FINER = 6;

// The run's own times of predict at one size: loops over rows against whole arrays.
function vectorization({ s, run, look }) {
  const view = predictView(run);
  const cases = view ? run.casesOf(view).filter((row) => row.sizes === sizeOf(s, view) && row.time_ns !== null) : [];
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
  const share = (ns) => `${((100 * Math.log(ns / low)) / Math.log(high / low)).toFixed(2)}%`;
  const bar = (row) => {
    const fill = element('span', { class: `bar ${LOOPS.includes(row.implementation) ? 'loop' : ''}` });
    fill.style.setProperty('width', share(row.time_ns));
    fill.style.setProperty('--own', look(row.implementation).colour);
    return element(
      'li',
      {},
      element('span', {}, breakable(row.implementation)),
      element('span', { class: 'bar-track' }, fill),
      element('span', { class: 'number' }, timeText(row.time_ns)),
    );
  };
  const [slowest, fastest] = [
    loops[0],
    rest[rest.length - 1] && rest.reduce((a, b) => (a.time_ns < b.time_ns ? a : b)),
  ];
  const gain =
    slowest && fastest
      ? words(
          ' At this size ',
          fastest.implementation,
          ' takes ',
          timeText(fastest.time_ns),
          ', and ',
          slowest.implementation,
          ' with its loops ',
          timeText(slowest.time_ns),
          ': ',
          ratioText(slowest.time_ns / fastest.time_ns),
          '.',
        )
      : '';
  return {
    panels: [
      {
        root: bars.length
          ? element('ol', { class: 'times', 'aria-label': 'Times of one call of predict' }, bars.map(bar))
          : element('p', { class: 'note' }, 'The run did not time predict.'),
      },
    ],
    caption:
      'Xθ row by row (outlined) and as one operation on whole arrays, measured by this run, ' +
      `on a logarithmic scale.${gain}`,
    kernels: null,
    table: table(
      'Time of one call of predict',
      [
        first('implementation', (row) => row.implementation),
        { ...column('ns', (row) => row.time_ns), show: (row) => timeText(row.time_ns) },
      ],
      bars,
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

function r2Score({ s, found, lab, look, width }) {
  const { draws, y } = found;
  const model = explained(s, found);
  const mean = average(y);
  const name = `r2-${s.data}-${s.model}`;
  const kept = kernels(one(lab, name), s, () => [model.r2]);
  const order = draws.x.map((_, i) => i).sort((a, b) => draws.x[a] - draws.x[b]);
  const data = picture({
    width,
    x: extent(draws.x, { room: 0.05 }),
    y: extent([...y, ...(s.model === 'random' ? [] : model.predicted)], { room: 0.15 }),
    xTitle: 'x',
    yTitle: 'y',
    label: `Samples and the predictions of the ${s.model} model`,
  });
  data.add(
    rule(data, mean, 'before'),
    curve(
      data,
      order.map((i) => draws.x[i]),
      order.map((i) => model.predicted[i]),
      s.model === 'random' ? 'alone thin' : 'alone',
    ),
    dots(data, draws.x, y, 'sample'),
  );
  const all = ['linear', 'constant', 'random', 'sine'].map((each) => ({
    each,
    r2: explained({ ...s, model: each }, found).r2,
  }));
  const scores = picture({
    width,
    left: 70,
    x: [-1.1, 1.1],
    y: [-0.5, 3.5],
    xTitle: 'R²',
    yTitle: '',
    bare: true,
    label: `R² of the four models: ${all.map(({ each, r2: value }) => `${each} ${digits(value)}`).join(', ')}`,
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
  all.forEach(({ each, r2: value }, i) => scores.over(...score(scores, each, value, 3 - i, each === s.model)));
  const [only] = kept.hands;
  if (only)
    scores.over(
      ...dots(
        scores,
        kept.hands.map(({ values }) => values[0][0]),
        kept.hands.map(
          (_, k) => 3 - all.findIndex(({ each }) => each === s.model) + ((k + 0.5) / kept.hands.length - 0.5) * 0.62,
        ),
        'knot',
        2.6,
        hue(
          kept.hands.map(({ name: who }) => who),
          look,
        ),
      ),
    );
  return {
    panels: [data, scores],
    caption: words(
      'R² = 1 − SSres/SStot is ',
      model.r2,
      ' for the ',
      s.model,
      ' model. 1 is perfect; always guessing the mean (dashed) scores 0; below 0 is worse than the mean. ' +
        'It is undefined if y is constant.',
    ),
    kernels: kernelsNote(kept, 'r2'),
    table: table('R² of the four models', [first('model', (row) => row.each), column('R²', (row) => row.r2)], all),
  };
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

function diagnostics({ s, found, lab, look, width }) {
  const made = underfitting(s, found);
  if (!made)
    return {
      panels: [
        { root: element('p', { class: 'note' }, 'One sample cannot be split: training and validation need one each.') },
      ],
      caption: '',
      kernels: null,
      table: element('p', {}, 'No numbers.'),
    };
  const { rows: cut, y, degrees, thetas, train, validation } = made;
  const x = found.draws.x;
  const tasks = along(lab, 'degree', 'degree');
  const kept = kernels(tasks, s, (task) => [train[task.settings.degree - 1], validation[task.settings.degree - 1]], [
    'degree',
  ]);
  const asked = kept.hands.length ? tasks.tasks.map((task) => task.settings.degree) : [];
  const best = degrees[validation.indexOf(Math.min(...validation.filter(Number.isFinite)))];
  const errors = picture({
    width,
    x: [0.5, HIGHEST_DEGREE + 0.5],
    y: extent([...train, ...validation], { log: true, floor: 1e-9, cap: 1e6 }),
    yLog: true,
    xTitle: 'degree',
    yTitle: 'MSE',
    label: 'Training and validation error by the degree of the polynomial',
  });
  errors.add(mark(errors, s.degree, 'before'));
  for (const [i, values] of [train, validation].entries()) {
    errors.add(curve(errors, degrees, values, `${asked.length ? 'own' : 'alone'} ${i ? 'second' : ''}`));
    errors.add(
      woven(
        errors,
        kept.hands.map(({ name, values: pairs }) => ({
          xs: asked,
          ys: pairs.map((pair) => pair[i]),
          colour: look(name).colour,
        })),
      ),
    );
    errors.add(dots(errors, degrees, values, `knot ${i ? 'second' : ''}`, 2.4));
  }
  const theta = thetas[s.degree - 1];
  const at = between(Math.min(...x), Math.max(...x), CURVE);
  const curveAt = predict(
    [
      at.map(() => 1),
      ...legendre(
        at.map((value) => value - 1),
        s.degree,
      ),
    ],
    theta,
  );
  const data = picture({
    width,
    x: extent(x, { room: 0.03 }),
    y: extent(y, { room: 0.2 }),
    xTitle: 'x',
    yTitle: 'y',
    label:
      `A polynomial of degree ${s.degree} fitted to the training samples, ` +
      'and the validation samples it has not seen',
  });
  data.add(
    curve(data, at, curveAt, 'alone'),
    dots(data, x.slice(0, cut), y.slice(0, cut), 'sample'),
    dots(data, x.slice(cut), y.slice(cut), 'sample validation', 3.2),
  );
  return {
    panels: [errors, data],
    caption: words(
      'Samples of a wave: ',
      String(cut),
      ' for training (grey, blue line) and ',
      String(s.samples - cut),
      ' for validation (orange). If the degree is too low, both errors are large: underfitting. If it is too high, ' +
        'the fit learns the noise and the errors diverge: overfitting. Least validation error here: degree ',
      String(best),
      '.',
    ),
    kernels: kernelsNote(kept, 'split_mse'),
    table: table(
      'Error by degree',
      [first('degree', (row) => row[0]), column('training', (row) => row[1]), column('validation', (row) => row[2])],
      rows(degrees, train, validation),
    ),
  };
}

function costSurfacePicture({ s, found, lab, look, width }) {
  const { X, y, best, path } = found;
  const made = surface(found);
  const [xs, ys] = [made.theta0s, made.theta1s];
  const ofSurface = kernels(one(lab, 'surface'), s, () => made.heights.flat());
  const ofPath = kernels(along(lab, 'path', 'steps', s.steps), s, (task) => path[task.settings.steps], ['steps']);
  const visited = ofPath.hands.length ? ofPath.tasks.map((task) => task.settings.steps) : [];
  const fine = refined(made.heights, FINER);
  const [least, most] = [mse(X, y, best), Math.max(...made.heights.flat())];
  const plane = picture({
    width,
    height: 290,
    x: [xs[0], xs[xs.length - 1]],
    y: [ys[0], ys[ys.length - 1]],
    xTitle: 'θ₀',
    yTitle: 'θ₁',
    label: 'Lines of equal cost, and the path of descent across them',
  });
  for (let k = 1; k <= LEVELS; k++) {
    const height = least + (most - least) * (k / (LEVELS + 1)) ** 2.5;
    plane.add(contour(plane, xs, ys, fine, height, 'ring'));
    const hand = ofSurface.hands[k % Math.max(1, ofSurface.hands.length)];
    if (hand)
      plane.add(
        contour(
          plane,
          xs,
          ys,
          refined(folded(hand.values[0], xs.length), FINER),
          height,
          'ring hand',
          look(hand.name).colour,
        ),
      );
  }
  plane.add(path2d(plane, path, ofPath, visited, look), dots(plane, [best[0]], [best[1]], 'goal', 4));
  const { tiles, place } = relief(width, 290, xs, ys, made.heights, most);
  const walk = path.map((theta) => place(theta[0], theta[1], mse(X, y, theta)));
  const inside = path.every(
    (theta) => theta[0] >= xs[0] && theta[0] <= xs[xs.length - 1] && theta[1] >= ys[0] && theta[1] <= ys[ys.length - 1],
  );
  const relieved = svg(
    'svg',
    {
      viewBox: `0 0 ${width} 290`,
      width,
      height: 290,
      role: 'img',
      'aria-label': 'The cost as a surface, with the path of descent on it',
    },
    tiles,
    inside
      ? [
          svg('path', { class: 'alone', d: through(walk) }),
          walk.slice(0, 40).map(([cx, cy]) => svg('circle', { class: 'knot', cx, cy, r: 2.4 })),
          svg('circle', { class: 'start', cx: walk[0][0], cy: walk[0][1], r: 5 }),
        ]
      : [],
    svg('text', { class: 'axis', x: width * 0.2, y: 264 }, 'θ₀ ↘'),
    svg('text', { class: 'axis', x: width * 0.76, y: 264 }, '↗ θ₁'),
    svg('text', { class: 'axis', x: 2, y: 12 }, 'MSE'),
  );
  const kept = ofSurface.hands.length ? ofSurface : ofPath;
  return {
    panels: [{ root: relieved }, plane],
    caption: words(
      'Rows follow θ₁, columns θ₀. The descent is fast along the steep direction and slow along the flat valley; ' +
        'the ring marks the minimum, (',
      best[0],
      ', ',
      best[1],
      ').',
      ofSurface.hands.length ? ' Each line of equal cost is another implementation’s surface.' : '',
      inside ? '' : ' The path leaves the picture.',
    ),
    kernels: kernelsNote(kept, ofSurface.hands.length ? 'cost_surface' : 'gradient_descent'),
    table: table(
      'The cost surface: rows θ₁, columns θ₀',
      [
        { text: 'θ₁', number: true, value: (row) => row.theta1, show: (row) => digits(row.theta1) },
        ...xs.map((theta0, j) => column(`θ₀ ${digits(theta0)}`, (row) => row.heights[j])),
      ],
      ys.map((theta1, i) => ({ theta1, heights: made.heights[i] })),
    ),
    values: { best0: best[0], best1: best[1] },
  };
}

const folded = (values, width) =>
  Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));
