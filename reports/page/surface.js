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

// Where nothing can be interpolated: by fits, if they tell the times of all who might be fastest. Some cells share one.
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
  return winners.flatMap((name) => {
    const own = (i, j) => cells[j]?.[i]?.name === name;
    const reach = (i, j, di, dj) => {
      let n = 0;
      while (own(i + di * (n + 1), j + dj * (n + 1))) n += 1;
      return n;
    };
    let best = null;
    let count = 0;
    for (let j = 0; j < height; j += 1)
      for (let i = 0; i < width; i += 1) {
        if (!own(i, j)) continue;
        count += 1;
        const left = reach(i, j, -1, 0);
        const right = reach(i, j, 1, 0);
        const room = Math.min(
          Math.min(left, right) / width,
          height > 1 ? (Math.min(reach(i, j, 0, -1), reach(i, j, 0, 1)) / height) * 2.5 + 0.02 : Infinity,
        );
        if (!best || room > best.room) best = { room, i, j, wide: (2 * Math.min(left, right) + 1) / width };
      }
    return count >= LEAST_LABELLED * width * height
      ? [
          {
            name,
            x: (best.i + 0.5) / width,
            y: height > 1 ? 1 - (best.j + 0.5) / height : ABOVE_MARKS,
            wide: best.wide,
          },
        ]
      : [];
  });
}
