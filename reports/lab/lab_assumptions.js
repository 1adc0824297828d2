// Residuals, and two features of which one may follow the other.

function assumptions({ s, stored, lab, look, width }) {
  const { example } = s;
  const made = example
    ? { ...example.data, ...left([example.data.x.map(() => 1), example.data.x], example.data.y, example.theta) }
    : collinear(s, stored);
  const kept = kernels(one(lab, 'features'), s, () => made.left);
  const names = kept.hands.map(({ name }) => name);
  const at = (i) => (names.length ? kept.hands[i % names.length].values[0][i] : made.left[i]);
  const index = made.left.map((_, i) => i + 1);
  const rest = picture({
    width,
    x: [0, index.length + 1],
    y: extent([...made.left, 0], { room: 0.1 }),
    xTitle: 'sample',
    yTitle: 'residual',
    label: 'Residuals, sample by sample',
  });
  rest.add(
    rule(rest, 0, 'before'),
    dots(
      rest,
      index,
      index.map((_, i) => at(i)),
      'sample solid',
      example ? 4 : 3,
      names.length ? hue(names, look) : undefined,
    ),
  );
  return {
    found: made,
    panels: [rest, example ? linePicture(example, width) : featuresPicture(made, s.collinearity, width)],
    caption: example
      ? 'The line 2 + 3x passes through all three samples.'
      : words(
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
    kernels: kernelsNote(kept, 'residuals', example),
    table: table(
      'Residuals and features',
      [
        first('sample', (row) => row[0]),
        column('x₁', (row) => row[1]),
        column('x₂', (row) => row[2]),
        column('residual', (row) => row[3]),
      ],
      rows(index, made.x1 ?? made.x, made.x2 ?? made.x, made.left),
    ),
    values: { mean: made.mean, variance: made.variance, ...thetas(made.theta) },
  };
}

function featuresPicture({ x1, x2 }, collinearity, width) {
  const features = picture({
    width,
    x: [-0.04, 1.04],
    y: [-0.04, 1.04],
    xTitle: 'x₁',
    yTitle: 'x₂',
    label: `The two features against each other, collinearity ${collinearity}`,
  });
  features.add(dots(features, x1, x2, 'sample'));
  return features;
}

function linePicture({ theta, data }, width) {
  const ends = between(0, 4, 2);
  const made = picture({
    width,
    x: [0, 4],
    y: extent(lineAt(theta, ends), { room: 0.05 }),
    xTitle: 'x',
    yTitle: 'y',
    label: 'The line and its samples',
  });
  made.add(curve(made, ends, lineAt(theta, ends), 'alone'), dots(made, data.x, data.y, 'sample', 4));
  return made;
}
