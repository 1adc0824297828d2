// A polynomial through samples, and what it leaves.

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
