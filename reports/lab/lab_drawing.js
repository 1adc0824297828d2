// What several pictures of the lab draw, and the columns of their tables.

const words = (...parts) => parts.map((part) => (typeof part === 'number' ? digits(part) : part)).join('');
const column = (text, of, nowrap) => ({ text, number: true, nowrap, value: of, show: (row) => digits(of(row)) });
const first = (text, of) => ({ text, value: of, show: (row) => String(of(row)) });
const hue = (names, look) => (i) => look(names[i % names.length]).colour;
const rows = (...columns) => columns[0].map((_, i) => columns.map((values) => values[i]));

const STEPS_TOLD = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 100, 144, 233, 377, 500, 610, 1000];
const CURVE = 161;
const LEVELS = 11;
const LEAST_SHARE = 1e-20;

const spread = (scene, x) => between(Math.min(scene[0], ...x), Math.max(scene[1], ...x), CURVE);
const told = (s) => [...new Set([...STEPS_TOLD.filter((k) => k < s.steps), s.steps])];

// Samples of a section, or those of its worked example.
const dataOrExample = (section, s, stored) => s.example?.data ?? sampled(section, s, stored);
const lineAt = (theta, xs) => xs.map((x) => theta[0] + theta[1] * x);

// The outputs of each implementation along x, in order of x.
function handsAlong(kept, x, look) {
  const order = x.map((_, i) => i).sort((a, b) => x[a] - x[b]);
  return kept.hands.map(({ name, values }) => ({
    xs: order.map((i) => x[i]),
    ys: order.map((i) => values[0][i]),
    colour: look(name).colour,
  }));
}

function lossPicture({ loss, steps, width, least, name = 'MSE' }) {
  const falls = picture({
    width,
    x: [0, Math.max(1, steps)],
    y: extent([...loss, least], { log: true, floor: loss[0] * LEAST_SHARE }),
    yLog: true,
    xTitle: 'step',
    yTitle: name,
    label: `The loss after each of ${plural(steps, 'step')}`,
  });
  falls.add(
    least > 0 ? rule(falls, least, 'before') : '',
    curve(
      falls,
      loss.map((_, k) => k),
      loss,
      'alone',
    ),
  );
  return falls;
}

const thetas = (theta = []) => Object.fromEntries(theta.map((value, j) => [`theta${j}`, value]));

function square(plot, x, y, predicted) {
  const [top, bottom] = [plot.sy(Math.max(y, predicted)), plot.sy(Math.min(y, predicted))];
  const side = bottom - top;
  return Number.isFinite(side)
    ? svg('rect', { class: 'square', x: plot.sx(x), y: top, width: side, height: side })
    : null;
}

// A path in the plane of θ₀ and θ₁: this page's, and those of the implementations on top.
function path2d(plot, path, kept, visited, look) {
  const xy = (thetas) => [thetas.map(([theta0]) => theta0), thetas.map(([, theta1]) => theta1)];
  const hands = kept.hands.map(({ name, values }) => {
    const [xs, ys] = xy([path[0], ...values]);
    return { xs, ys, colour: look(name).colour };
  });
  const [xs, ys] = xy(path);
  const knots = visited.length
    ? hands.flatMap((hand, i) =>
        dots(
          plot,
          hand.xs.filter((_, k) => k % hands.length === i),
          hand.ys.filter((_, k) => k % hands.length === i),
          'knot',
          3,
          () => hand.colour,
        ),
      )
    : dots(plot, xs, ys, 'knot', 2.6);
  return [
    curve(plot, xs, ys, hands.length ? 'own' : 'alone thin'),
    ...woven(plot, hands),
    ...knots,
    ...dots(plot, xs.slice(0, 1), ys.slice(0, 1), 'start', 5),
  ];
}
