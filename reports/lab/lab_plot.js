// Small pictures in SVG: axes, dots, curves, and curves that several implementations draw together.

const PLOT = { left: 40, right: 10, top: 22, bottom: 34, height: 230, dash: 7, far: 1e4 };
let clips = 0;

function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== undefined) made.setAttribute(name, value);
  made.append(...children.flat().filter(Boolean));
  return made;
}

// Round numbers from low to high, steps of 1, 2 or 5; on a logarithmic axis whole decades, or 1, 2 and 5 of each
// where those are few.
function ticks([low, high], log, most) {
  if (log) {
    const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
    const step = Math.max(1, Math.ceil((to - from) / most));
    const decades = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, k) => 10 ** (from + k * step));
    const shown = (values) => values.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
    return shown(decades).length > 2
      ? shown(decades)
      : shown(decades.flatMap((value) => [value, 2 * value, 5 * value]));
  }
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((value) => value >= rough);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, k) => (first + k) * step);
}

function tickText(value) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e4 || size < 1e-3) return value.toExponential(0).replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}

// Where numbers lie: the least and the most of what is finite, with some room. A logarithmic axis may have a floor
// and a cap.
function extent(values, { log = false, room = 0.06, floor = 0, cap = Infinity } = {}) {
  const known = values.filter((value) => Number.isFinite(value) && Math.abs(value) < 1e200 && (!log || value > 0));
  if (!known.length) return log ? [0.1, 10] : [-1, 1];
  let [low, high] = [Math.min(...known), Math.max(...known)];
  if (log) {
    high = Math.min(high, cap);
    low = Math.min(Math.max(low, floor), high);
    return high / low < 1.5 ? [low / 2, high * 2] : [low / (high / low) ** room, high * (high / low) ** room];
  }
  if (high - low < 1e-9 * Math.max(1, Math.abs(high))) [low, high] = [low - 1, high + 1];
  return [low - room * (high - low), high + room * (high - low)];
}

// A picture with its scales; `add` puts layers into it, `into` lays them before those that are there.
function picture({
  width,
  height = PLOT.height,
  x,
  y,
  xLog = false,
  yLog = false,
  xTitle,
  yTitle,
  label,
  left = PLOT.left,
  bare = false,
}) {
  const [right, bottom] = [width - PLOT.right, height - PLOT.bottom];
  const scale = ([low, high], log, from, to) => {
    const f = log ? Math.log : (value) => value;
    return (value) => within(-PLOT.far, from + ((f(value) - f(low)) / (f(high) - f(low))) * (to - from), PLOT.far);
  };
  const [sx, sy] = [scale(x, xLog, left, right), scale(y, yLog, bottom, PLOT.top)];
  const clip = `lab-clip-${(clips += 1)}`;
  const inside = svg('g', { 'clip-path': `url(#${clip})` });
  const axes = svg('g', { class: 'axes' });
  if (!bare) {
    for (const value of ticks(y, yLog, 5))
      axes.append(
        svg('line', { x1: left, x2: right, y1: sy(value), y2: sy(value) }),
        svg('text', { x: left - 6, y: sy(value) + 4, 'text-anchor': 'end' }, tickText(value)),
      );
    for (const value of ticks(x, xLog, 6))
      axes.append(svg('text', { x: sx(value), y: bottom + 15, 'text-anchor': 'middle' }, tickText(value)));
    axes.append(svg('line', { class: 'base', x1: left, x2: right, y1: bottom, y2: bottom }));
    axes.append(
      svg('text', { class: 'axis', x: right, y: height - 3, 'text-anchor': 'end' }, xTitle),
      svg('text', { class: 'axis', x: left, y: 11 }, yTitle),
    );
  }
  const root = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label },
    svg(
      'clipPath',
      { id: clip },
      svg('rect', { x: left - 1, y: PLOT.top - 6, width: right - left + PLOT.right, height: bottom + 7 - PLOT.top }),
    ),
    axes,
    inside,
  );
  return {
    root,
    sx,
    sy,
    x,
    y,
    right,
    bottom,
    left,
    add: (...layers) => inside.append(...layers.flat(2)),
    over: (...layers) => root.append(...layers.flat()),
  };
}

function owned(made, colour) {
  if (colour) made.style.setProperty('--own', colour);
  return made;
}

// M and L through the points; a gap where one is not finite.
function through(points) {
  let pen = 'M';
  return points
    .map(([x, y]) => {
      if (!Number.isFinite(x) || !Number.isFinite(y)) {
        pen = 'M';
        return '';
      }
      const part = `${pen}${x.toFixed(2)} ${y.toFixed(2)}`;
      pen = 'L';
      return part;
    })
    .join('');
}

const placed = (plot, xs, ys) => xs.map((x, i) => [plot.sx(x), plot.sy(ys[i])]);
const curve = (plot, xs, ys, kind) => svg('path', { class: kind, d: through(placed(plot, xs, ys)) });
const dots = (plot, xs, ys, kind, r = 2.6, colour = () => null) =>
  placed(plot, xs, ys).flatMap(([cx, cy], i) =>
    Number.isFinite(cx + cy) ? [owned(svg('circle', { class: kind, cx, cy, r }), colour(i))] : [],
  );
const rule = (plot, at, kind) =>
  svg('line', { class: kind, x1: plot.left, x2: plot.right, y1: plot.sy(at), y2: plot.sy(at) });
const mark = (plot, at, kind) =>
  svg('line', { class: kind, x1: plot.sx(at), x2: plot.sx(at), y1: PLOT.top, y2: plot.bottom });

// One curve drawn by several implementations: each has its own dashes, so one with other values leaves a gap here
// and is seen elsewhere.
function woven(plot, hands) {
  const period = PLOT.dash * hands.length;
  return hands.map(({ xs, ys, colour }, i) =>
    owned(
      svg('path', {
        class: 'woven',
        d: through(placed(plot, xs, ys)),
        'stroke-dasharray': hands.length > 1 ? `${PLOT.dash} ${period - PLOT.dash}` : null,
        'stroke-dashoffset': -PLOT.dash * i,
      }),
      colour,
    ),
  );
}

// A grid of heights made finer by parabolas through three neighbours each way: exact for a quadratic.
function refined(rows, factor) {
  const line = (values) =>
    Array.from({ length: (values.length - 1) * factor + 1 }, (_, k) => {
      const middle = within(1, Math.round(k / factor), values.length - 2);
      const t = k / factor - middle;
      const [a, b, c] = [values[middle - 1], values[middle], values[middle + 1]];
      return b + (t * (c - a)) / 2 + (t * t * (a - 2 * b + c)) / 2;
    });
  const across = rows.map(line);
  const down = across[0].map((_, j) => line(across.map((row) => row[j])));
  return down[0].map((_, i) => down.map((column) => column[i]));
}

// Marching squares: the pieces of the line at one height, as pairs of places in the grid (column, row).
function level(rows, height) {
  const pieces = [];
  for (let i = 0; i + 1 < rows.length; i++) {
    for (let j = 0; j + 1 < rows[0].length; j++) {
      const below =
        (rows[i][j] < height) + (rows[i][j + 1] < height) + (rows[i + 1][j] < height) + (rows[i + 1][j + 1] < height);
      if (below === 0 || below === 4) continue;
      const corners = [
        [j, i],
        [j + 1, i],
        [j + 1, i + 1],
        [j, i + 1],
      ];
      const cut = corners.flatMap(([c, r], k) => {
        const [c2, r2] = corners[(k + 1) % 4];
        const [a, b] = [rows[r][c], rows[r2][c2]];
        const t = (height - a) / (b - a);
        return a < height === b < height ? [] : [[c + t * (c2 - c), r + t * (r2 - r)]];
      });
      for (let k = 0; k + 1 < cut.length; k += 2) pieces.push([cut[k], cut[k + 1]]);
    }
  }
  return pieces;
}

// The lines of equal height in a plot whose axes are those of the grid.
function contour(plot, xs, ys, rows, height, kind, colour = null) {
  const [lastX, lastY] = [rows[0].length - 1, rows.length - 1];
  const at = ([c, r]) => [
    plot.sx(xs[0] + (c / lastX) * (xs[xs.length - 1] - xs[0])),
    plot.sy(ys[0] + (r / lastY) * (ys[ys.length - 1] - ys[0])),
  ];
  return owned(
    svg('path', {
      class: kind,
      d: level(rows, height)
        .map((piece) => through(piece.map(at)))
        .join(''),
    }),
    colour,
  );
}
