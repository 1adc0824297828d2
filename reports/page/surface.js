// The fastest between measured sizes too, on a fine logarithmic grid; nothing beyond what was measured.

const ABOVE_MARKS = 0.2; // where a name stands on a map of one size, whose marks are in the middle
const UNTOLD = 700; // as a logarithm: an unknown error makes every lead uncertain

function surface(run, choice) {
  run.surfaces ??= new Map();
  const [across, down = null] = choice.axes;
  if (!across) return null;
  const fixed = choice.view.size_names.filter((name) => name !== across && name !== down);
  const held = nearest(choice.view, choice.size);
  const token = JSON.stringify([
    choice.view.number,
    choice.direct,
    choice.moved,
    choice.calls,
    choice.imports,
    fixed.map((name) => held[name]),
  ]);
  if (!run.surfaces.has(token)) run.surfaces.set(token, madeSurface(run, choice, across, down, held));
  return run.surfaces.get(token);
}

function madeSurface(run, choice, across, down, held) {
  const { view } = choice;
  const xs = valuesOf(view, across);
  const ys = down ? valuesOf(view, down) : [null];
  const x = gridOf(xs, GRID.across);
  const y = down ? gridOf(ys, GRID.down) : [{ value: held[across], sides: [[0, 1]], far: 0 }];
  const keys = xs.flatMap((i) =>
    ys.map((j) => sizeKey(view.size_names, { ...held, [across]: i, ...(down && { [down]: j }) })),
  );
  const lines = [...tableOf(run, choice)].map(([name, line]) => {
    const rows = keys.map((key) => line.at.get(key) ?? null);
    return {
      name,
      missed: line.missed ?? UNTOLD,
      rows,
      logs: rows.map((row) => (row && isKnown(row.time) ? Math.log(row.time) : NaN)),
      parts: isPlain(choice) ? null : partsOf(rows),
    };
  });
  const known = { pairs: new Map(), open: new Map(), fitted: new Map() };
  const sizeAt = (column, row) => ({ ...held, [across]: column.value, ...(down && { [down]: row.value }) });
  const cells = y.map((row, j) =>
    x.map((column, i) => {
      const found = cellOf(run, choice, lines, column, row, keys, ys.length, known);
      return found.open
        ? fittedCell(run, choice, found.open, sizeAt(column, row), `${i >> 3}|${j >> 2}`, known)
        : found.cell;
    }),
  );
  return {
    across,
    down,
    open: cells.flat().some((cell) => !cell),
    fitted: [...known.fitted.values()].some(Boolean),
    x: x.map((one) => one.value),
    y: y.map((one) => one.value),
    cells,
    winners: distinct(
      cells
        .flat()
        .filter(Boolean)
        .map((cell) => cell.name),
    ),
  };
}

function logAt(logs, around) {
  let log = 0;
  for (const [corner, weight] of around) log += weight * logs[corner];
  return log;
}

// Where first calls or transfers count, each is interpolated by itself, as in predictions.
const partsOf = (rows) =>
  ['time_ns', ...PARTS].map((field) =>
    rows.map((row) => (row && isKnown(row.time) && row[field] > 0 ? Math.log(row[field]) : NaN)),
  );

function logOfParts({ name, parts }, around, choice) {
  const [time_ns, first_call_ns, transfer_in_ns, transfer_out_ns] = parts.map((logs) => {
    const value = Math.exp(logAt(logs, around));
    return Number.isNaN(value) ? null : value;
  });
  const moved = { transfer_in_ns, transfer_out_ns };
  const cost = costOf({ time_ns, first_call_ns, ...moved, implementation: name, predicted: true }, choice);
  return cost ? Math.log(cost.time) : NaN;
}

// Places on an axis, each with the measured values beside it by their number.
function gridOf(values, count) {
  const [low, high] = [Math.log(values[0]), Math.log(values.at(-1))];
  return Array.from({ length: count }, (_, i) => {
    const value = within(values[0], Math.exp(low + ((i + 0.5) / count) * (high - low)), values.at(-1));
    const sides = bracket(values, value);
    return { value, far: farness(sides), sides: sides.map(([side, weight]) => [values.indexOf(side), weight]) };
  });
}

function cellOf(run, choice, lines, column, row, keys, height, { pairs, open }) {
  const around = column.sides.flatMap(([i, wide]) => row.sides.map(([j, high]) => [i * height + j, wide * high]));
  const token = around.map(([corner]) => corner).join();
  if (!open.has(token))
    open.set(
      token,
      left(
        run,
        choice,
        around.map(([corner]) => keys[corner]),
      ),
    );
  if (open.get(token).length) return { open: open.get(token) };
  let [first, second, least, next] = [null, null, Infinity, Infinity];
  for (const line of lines) {
    const log = line.parts ? logOfParts(line, around, choice) : logAt(line.logs, around);
    if (log < least) [second, next, first, least] = [first, least, line, log];
    else if (log < next) [second, next] = [line, log];
  }
  if (!first) return { cell: null };
  const far = Math.max(column.far, row.far);
  const level = second !== null && next - least <= doubt(run, choice, first, second, around, far, pairs);
  return { cell: { name: first.name, level } };
}

// Where nothing can be interpolated: by fits, if they tell the times of all that might win. Some cells share one.
function fittedCell(run, choice, mightWin, size, place, { fitted }) {
  if (!fitted.has(place)) {
    const near = Object.fromEntries(Object.entries(size).map(([name, value]) => [name, Math.round(value)]));
    const ranked = standing(run, choice, near).filter(ranks);
    const told = mightWin.every((name) => ranked.some((row) => row.implementation === name));
    const level = ranked.length > 1 && verdictOn(speedup(run, choice, ranked[1], ranked[0])) !== AHEAD;
    fitted.set(place, told && ranked.length ? { name: ranked[0].implementation, level } : null);
  }
  return fitted.get(place);
}

// Half the interval of the lead, interpolated, and what interpolation misses of both times.
function doubt(run, choice, first, second, around, far, pairs) {
  const half = around.reduce((sum, [corner, weight]) => {
    const token = `${corner}|${first.name}|${second.name}`;
    if (!pairs.has(token)) pairs.set(token, halfWidth(run, choice, first.rows[corner], second.rows[corner]));
    return sum + weight * pairs.get(token);
  }, 0);
  return Math.hypot(half, far * first.missed, far * second.missed);
}

function halfWidth(run, choice, first, second) {
  const { ratio, low } = speedup(run, choice, second, first);
  return isKnown(low) && low > 0 ? Math.log(ratio / low) : UNTOLD;
}

// SVG paths on a grid of cells: one for each winner, one for what is level, one for the borders between winners.
function outlines({ cells, winners }) {
  const runs = (test) =>
    cells
      .map((row, j) =>
        row
          .map((cell, i) => (cell && test(cell) ? i : -1))
          .filter((i) => i >= 0)
          .reduce(
            (path, i, k, all) =>
              path +
              (all[k - 1] === i - 1 ? '' : `M${i} ${cells.length - 1 - j}v1`) +
              'h1' +
              (all[k + 1] === i + 1 ? '' : 'v-1z'),
            '',
          ),
      )
      .join('');
  const border = cells
    .map((row, j) =>
      row
        .map((cell, i) => {
          const y = cells.length - 1 - j;
          const right = row[i + 1];
          const above = cells[j + 1]?.[i];
          const differ = (other) => cell && other && cell.name !== other.name;
          return (differ(right) ? `M${i + 1} ${y}v1` : '') + (differ(above) ? `M${i} ${y}h1` : '');
        })
        .join(''),
    )
    .join('');
  return {
    areas: winners.map((name) => [name, runs((cell) => cell.name === name)]),
    level: runs((cell) => cell.level),
    border,
  };
}

// Where each winner's name has most room: the middle of its largest stretch that is wide and high at once.
function places({ cells, winners }) {
  const [height, width] = [cells.length, cells[0].length];
  const [left, right, below, above] = [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ].map(([di, dj]) => stretch(cells, di, dj));
  const found = new Map(winners.map((name) => [name, { count: 0, room: -1 }]));
  cells.forEach((row, j) =>
    row.forEach((cell, i) => {
      if (!cell) return;
      const best = found.get(cell.name);
      best.count += 1;
      const across = Math.min(left[j][i], right[j][i]);
      const along = height > 1 ? (Math.min(below[j][i], above[j][i]) / height) * 2.5 + 0.02 : Infinity;
      const room = Math.min(across / width, along);
      if (room > best.room) Object.assign(best, { room, i, j, wide: (2 * across + 1) / width });
    }),
  );
  return [...found]
    .filter(([, { count }]) => count >= LEAST_LABELLED * width * height)
    .map(([name, { i, j, wide }]) => ({
      name,
      x: (i + 0.5) / width,
      y: height > 1 ? 1 - (j + 0.5) / height : ABOVE_MARKS,
      wide,
    }));
}

// How far down each label goes, in px, so that none covers one before it.
function movedDown(boxes) {
  const placed = [];
  return boxes.map(({ left, right, top, bottom }) => {
    let [down, over] = [0, null];
    const covers = (one) => one.left < right && left < one.right && one.top < bottom + down && top + down < one.bottom;
    while ((over = placed.find(covers))) down = over.bottom + 1 - top;
    placed.push({ left, right, top: top + down, bottom: bottom + down });
    return down;
  });
}

// For each cell, how many of the same winner follow it in a direction.
function stretch(cells, di, dj) {
  const order = (count, step) => Array.from({ length: count }, (_, k) => (step > 0 ? count - 1 - k : k));
  const found = cells.map((row) => row.map(() => 0));
  for (const j of order(cells.length, dj))
    for (const i of order(cells[0].length, di)) {
      const next = cells[j + dj]?.[i + di];
      if (cells[j][i] && next?.name === cells[j][i].name) found[j][i] = found[j + dj][i + di] + 1;
    }
  return found;
}
