// Each step of a worked example in numbers: what is calculated, how, and the result.

const plain = (value) => String(Number(value.toPrecision(6))).replace('-', '−');
const signed = (value) => (value < 0 ? `(${plain(value)})` : plain(value));
const subscript = (i) => String(i).replace(/\d/g, (figure) => '₀₁₂₃₄₅₆₇₈₉'[figure]);
const MOST_STEPS = 6;

const weighted = (theta, x) => `${plain(theta[0])} + ${plain(theta[1])} · ${signed(x)}`;

// Predictions, errors, their squares and the mean of these, a row each.
function errorSteps(theta, { x, y }) {
  const predicted = x.map((at) => theta[0] + theta[1] * at);
  const errors = predicted.map((value, i) => value - y[i]);
  const squares = errors.map((value) => value ** 2);
  const total = sum(squares);
  return [
    ...x.map((at, i) => [`h(${plain(at)})`, weighted(theta, at), predicted[i]]),
    ...errors.map((value, i) => [`Error ${i + 1}`, `${plain(predicted[i])} − ${signed(y[i])}`, value]),
    ...squares.map((value, i) => [`Squared error ${i + 1}`, `${signed(errors[i])}²`, value]),
    ['Sum', squares.map(plain).join(' + '), total],
    ['MSE', `${plain(total)} / ${x.length}`, total / x.length],
  ];
}

function residualSteps(theta, { x, y }) {
  const predicted = x.map((at) => theta[0] + theta[1] * at);
  const found = left([x.map(() => 1), x], y, theta);
  const deviations = found.left.map((value) => (value - found.mean) ** 2);
  return [
    ...x.map((at, i) => [`h(${plain(at)})`, weighted(theta, at), predicted[i]]),
    ...found.left.map((value, i) => [`Residual ${i + 1}`, `${plain(y[i])} − ${signed(predicted[i])}`, value]),
    ['Mean', `(${found.left.map(plain).join(' + ')}) / ${x.length}`, found.mean],
    ['Variance', `(${deviations.map(plain).join(' + ')}) / ${x.length - 1}`, found.variance],
  ];
}

function parabolaSteps(path, goal, rate) {
  return path.slice(0, Math.min(MOST_STEPS, path.length - 1)).flatMap(([theta], k) => {
    const slope = 2 * (theta - goal);
    return [
      ['Gradient', `2 · (${plain(theta)} − ${plain(goal)})`, slope],
      [`θ after step ${k + 1}`, `${plain(theta)} − ${plain(rate)} · ${signed(slope)}`, path[k + 1][0]],
    ];
  });
}

function valleySteps(path, { X, y }, rate) {
  const [a, b, goal] = [X[0][0], X[1][0], y[0]];
  const inside = ([p, q]) => `${plain(p)} + ${plain(b)} · ${signed(q)} − ${plain(goal)}`;
  return path.slice(0, Math.min(MOST_STEPS, path.length - 1)).flatMap((theta, k) => {
    const rest = a * theta[0] + b * theta[1] - goal;
    const slopes = [2 * a * rest, 2 * b * rest];
    const factors = [2 * a, 2 * b].map(plain);
    return [0, 1]
      .map((j) => [`g${subscript(j)}`, `${factors[j]} · (${inside(theta)})`, slopes[j]])
      .concat(
        [0, 1].map((j) => [
          `θ${subscript(j)} after step ${k + 1}`,
          `${plain(theta[j])} − ${plain(rate)} · ${signed(slopes[j])}`,
          path[k + 1][j],
        ]),
      );
  });
}

function productSteps({ rows, theta }) {
  return rows.flatMap((row, i) => {
    const products = row.map((value, j) => value * theta[j]);
    return [
      ...products.map((value, j) => [`Row ${i + 1}, column ${j + 1}`, `${plain(row[j])} · ${plain(theta[j])}`, value]),
      [`ŷ${subscript(i + 1)}`, products.map(plain).join(' + '), sum(products)],
    ];
  });
}

function r2Steps({ y, predicted }) {
  const mean = average(y);
  const [misses, totals] = [y.map((value, i) => (value - predicted[i]) ** 2), y.map((value) => (value - mean) ** 2)];
  return [
    ['Mean of y', `(${y.map(plain).join(' + ')}) / ${y.length}`, mean],
    ...misses.map((value, i) => [`Squared residual ${i + 1}`, `(${plain(y[i])} − ${plain(predicted[i])})²`, value]),
    ['SSres', misses.map(plain).join(' + '), sum(misses)],
    ...totals.map((value, i) => [`Squared deviation ${i + 1}`, `(${plain(y[i])} − ${plain(mean)})²`, value]),
    ['SStot', totals.map(plain).join(' + '), sum(totals)],
    ['R²', `1 − ${plain(sum(misses))} / ${plain(sum(totals))}`, r2(y, predicted)],
  ];
}

function splitSteps({ y, predicted, rows }) {
  const squares = y.map((value, i) => (value - predicted[i]) ** 2);
  const part = (name, from, to) => {
    const own = squares.slice(from, to);
    return [
      ...own.map((value, i) => [
        `${name}, squared error ${i + 1}`,
        `(${plain(y[from + i])} − ${plain(predicted[from + i])})²`,
        value,
      ]),
      [`${name} sum`, own.map(plain).join(' + '), sum(own)],
      [`${name} MSE`, `${plain(sum(own))} / ${own.length}`, average(own)],
    ];
  };
  return [...part('Training', 0, rows), ...part('Validation', rows, y.length)];
}

function gridSteps({ theta0s, theta1s, cost }) {
  return theta1s.flatMap((b) =>
    theta0s.map((a) => [
      `J(${plain(a)}, ${plain(b)})`,
      `(${plain(a)} − 2)² + (${plain(b)} + 3)² = ${plain((a - 2) ** 2)} + ${plain((b + 3) ** 2)}`,
      cost(a, b),
    ]),
  );
}
