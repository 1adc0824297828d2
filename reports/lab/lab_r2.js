// The share of variance explained, of four models.

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
