// The cost surface: lines of equal cost, a shaded surface that turns, and the scale of their colours.

const FINER = 6;
const TALL = 290;
const BEND = 2.5;
const LIGHT = [-0.45, -0.35, 0.82];

function costSurfacePicture({ s, lab, look, width, room }) {
  const { example } = s;
  const range = example?.range ?? SCENES.surface;
  const [xs, ys] = [range.theta0, range.theta1].map(([low, high]) => between(low, high, RESOLUTION));
  const found = example ? { ...example.rows, path: [] } : descended(s, THREE_POINTS);
  const { X, y, path } = found;
  const best = example ? [2, -3] : found.best;
  const made = surface(X, y, xs, ys);
  const most = Math.max(...made.heights.flat());
  const level = (height) => (Math.max(0, height) / most) ** (1 / BEND);
  const ofSurface = kernels(one(lab, 'points'), s, () => made.heights.flat());
  const points = example ? example.theta1s.flatMap((b) => example.theta0s.map((a) => [a, b])) : [];
  return {
    found,
    panels: [
      turningSurface({ made, path, points, cost: (theta) => mse(X, y, theta), most, level, turn: s.turn, width }),
      costPlane({ made, path, points, example, best, most, level, hands: ofSurface.hands, look, width }),
      colourScale(most, room),
    ],
    caption: example
      ? 'The four points of the grid on the surface. Rows of the grid follow θ₁, columns θ₀.'
      : words(
          'The cost of the line θ₀ + θ₁x at (1, 1), (2, 2), (3, 3). The descent is fast along the steep direction ' +
            'and slow along the flat valley; the ring marks the minimum, (',
          Math.abs(best[0]) < 1e-12 ? 0 : best[0],
          ', ',
          best[1],
          '), and the last θ is (',
          path[path.length - 1][0],
          ', ',
          path[path.length - 1][1],
          '). Turn the surface with the control or by dragging it. The course’s simulation halves the cost and ' +
            'the gradient, so its α = 0.1 is 0.05 here.',
          ofSurface.hands.length ? ' Each thin line of equal cost is another implementation’s.' : '',
          inRange(path, xs, ys) ? '' : ' The path leaves the picture.',
        ),
    kernels: kernelsNote(ofSurface, 'cost_surface', example),
    table: table(
      'The cost surface: rows θ₁, columns θ₀',
      [
        { text: 'θ₁', number: true, value: (row) => row.theta1, show: (row) => digits(row.theta1) },
        ...xs.map((theta0, j) => column(`θ₀ ${digits(theta0)}`, (row) => row.heights[j])),
      ],
      ys.map((theta1, i) => ({ theta1, heights: made.heights[i] })),
    ),
    values: path.length ? { best0: best[0], best1: best[1], ...thetas(path[path.length - 1]) } : {},
  };
}

const inRange = (path, xs, ys) =>
  path.every(
    ([theta0, theta1]) =>
      theta0 >= xs[0] && theta0 <= xs[xs.length - 1] && theta1 >= ys[0] && theta1 <= ys[ys.length - 1],
  );

function levelled(made, level) {
  made.style.setProperty('--level', `${(100 * Math.min(1, level)).toFixed(1)}%`);
  return made;
}

function costPlane({ made, path, points, example, best, most, level, hands, look, width }) {
  const { theta0s: xs, theta1s: ys } = made;
  const fine = refined(made.heights, FINER);
  const plane = picture({
    width,
    height: TALL,
    x: [xs[0], xs[xs.length - 1]],
    y: [ys[0], ys[ys.length - 1]],
    xTitle: 'θ₀',
    yTitle: 'θ₁',
    label: 'Lines of equal cost, and the path of descent across them',
  });
  for (let k = 1; k <= LEVELS; k++) {
    const height = most * (k / (LEVELS + 1)) ** BEND;
    plane.add(levelled(contour(plane, xs, ys, fine, height, 'ring coloured'), level(height)));
    const hand = hands[k % Math.max(1, hands.length)];
    if (!hand) continue;
    const theirs = refined(folded(hand.values[0], xs.length), FINER);
    plane.add(contour(plane, xs, ys, theirs, height, 'ring hand', look(hand.name).colour));
  }
  if (path.length) plane.add(path2d(plane, path, { hands: [] }, [], look));
  plane.add(dots(plane, [best[0]], [best[1]], 'goal', 6));
  for (const [a, b] of points)
    plane.add(
      dots(plane, [a], [b], 'knot', 4),
      svg(
        'text',
        { class: 'name chosen', x: plane.sx(a) - 8, y: plane.sy(b) - 7, 'text-anchor': 'end' },
        plain(example.cost(a, b)),
      ),
    );
  return plane;
}

function turningSurface({ made, path, points, cost, most, level, turn, width }) {
  const { theta0s: xs, theta1s: ys, heights } = made;
  const { tiles, place, floor } = relief({ width, height: TALL, xs, ys, heights, most, level, turn });
  const walk = inRange(path, xs, ys) ? path.map((theta) => place(theta[0], theta[1], cost(theta))) : [];
  const dot3d = ([cx, cy], kind, r) => svg('circle', { class: kind, cx, cy, r });
  const root = svg(
    'svg',
    {
      class: 'turns',
      viewBox: `0 0 ${width} ${TALL}`,
      width,
      height: TALL,
      role: 'img',
      'aria-label': `The cost as a surface, turned by ${turn}°, with the path of descent on it`,
    },
    floor,
    tiles,
    walk.length ? svg('path', { class: 'walk', d: through(walk) }) : [],
    walk.slice(0, 60).map((at) => dot3d(at, 'knot', 2.4)),
    walk.length ? dot3d(walk[0], 'start', 5) : [],
    points.map((theta) => dot3d(place(...theta, cost(theta)), 'knot', 4)),
    svg('text', { class: 'axis', x: 2, y: 12 }, 'MSE'),
  );
  return { root };
}

// A surface turned about its middle, seen from above: tiles from the far side to the near one, coloured by height and
// shaded by how they face the light; how to place a point on it; the floor with its axes.
function relief({ width, height, xs, ys, heights, most, level, turn }) {
  const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const half = (values) => (values[values.length - 1] - values[0]) / 2;
  const unit = (value, values) => (value - values[0]) / half(values) - 1;
  const [tall, deep, broad] = [height * 0.46, height * 0.14, Math.min(width * 0.31, height * 0.62)];
  const depth = (u, v) => u * sin + v * cos;
  const project = (u, v, z) => [
    width / 2 + (u * cos - v * sin) * broad,
    height * 0.71 - depth(u, v) * deep - (tall * z) / most,
  ];
  const place = (x, y, z) => project(unit(x, xs), unit(y, ys), z);
  const tiles = [];
  for (let i = 0; i + 1 < ys.length; i++)
    for (let j = 0; j + 1 < xs.length; j++) {
      const corners = [
        [j, i],
        [j + 1, i],
        [j + 1, i + 1],
        [j, i + 1],
      ];
      const shape = `${through(corners.map(([c, r]) => place(xs[c], ys[r], heights[r][c])))}Z`;
      const mean = average(corners.map(([c, r]) => heights[r][c]));
      const made = levelled(svg('path', { class: 'tile-3d', d: shape }), level(mean));
      made.style.setProperty('--shade', `${(100 * shade(heights, i, j, most, cos, sin)).toFixed(1)}%`);
      tiles.push({ made, depth: depth(unit(xs[j], xs), unit(ys[i], ys)) });
    }
  tiles.sort((a, b) => b.depth - a.depth);
  return { tiles: tiles.map(({ made }) => made), place, floor: floorOf(project, depth, xs, ys) };
}

// How dark a tile is, 0 to 1: its slopes in units of the picture, turned with it, against the direction of the light.
function shade(heights, i, j, most, cos, sin) {
  const across = (heights[i][j + 1] + heights[i + 1][j + 1] - heights[i][j] - heights[i + 1][j]) / 2;
  const along = (heights[i + 1][j] + heights[i + 1][j + 1] - heights[i][j] - heights[i][j + 1]) / 2;
  const [a, b] = [across, along].map((slope) => (-slope * (RESOLUTION - 1)) / (2 * most));
  const normal = [a * cos - b * sin, a * sin + b * cos, 1];
  const bright = dot(normal, LIGHT) / (Math.hypot(...normal) * Math.hypot(...LIGHT));
  return within(0, (1 - bright) * 0.55, 0.6);
}

// The outline of the floor, and θ₀ and θ₁ with their ends at the two edges in front.
function floorOf(project, depth, xs, ys) {
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ];
  const outline = svg('path', { class: 'floor', d: `${through(corners.map(([u, v]) => project(u, v, 0)))}Z` });
  const label = (u, v, text, kind) => {
    const [x, y] = project(1.15 * u, 1.15 * v, 0);
    return svg('text', { class: kind, x, y: y + 10, 'text-anchor': 'middle' }, text);
  };
  const [nearV, nearU] = [depth(0, -1) < 0 ? -1 : 1, depth(-1, 0) < 0 ? -1 : 1];
  const ends = (values) =>
    [tickText(values[0]), tickText(values[values.length - 1])].map((text) => text.replace('-', '−'));
  return [
    outline,
    label(0, nearV, 'θ₀', 'axis'),
    label(nearU, 0, 'θ₁', 'axis'),
    ...ends(xs).map((text, i) => label(i ? 0.85 : -0.85, nearV, text, 'tick')),
    ...ends(ys).map((text, i) => label(nearU, i ? 0.85 : -0.85, text, 'tick')),
  ];
}

function colourScale(most, room) {
  const [left, right] = [40, 10];
  const [parts, shown] = [48, [0, 0.25, 0.5, 0.75, 1]];
  const across = Math.min(room, 560);
  const at = (share) => left + share * (across - left - right);
  const bar = Array.from({ length: parts }, (_, k) =>
    levelled(
      svg('rect', { class: 'scale', x: at(k / parts), y: 2, width: at(1 / parts) - left + 0.6, height: 12 }),
      (k + 0.5) / parts,
    ),
  );
  const numbers = shown.map((share) =>
    svg(
      'text',
      { class: 'tick', x: at(share), y: 29, 'text-anchor': share === 1 ? 'end' : 'middle' },
      share ? digits(most * share ** BEND) : '0',
    ),
  );
  const root = svg(
    'svg',
    {
      viewBox: `0 0 ${across} 34`,
      width: across,
      height: 34,
      role: 'img',
      'aria-label': `The scale of the colours, from a cost of 0 to ${digits(most)}`,
    },
    svg('text', { class: 'axis', x: 2, y: 12 }, 'MSE'),
    bar,
    numbers,
  );
  return { wide: true, root };
}

const folded = (values, width) =>
  Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));
