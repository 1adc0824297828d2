// What the line charts and the roofline show: points, limits of the axes, names beside the ends of lines.

const CHART_HEIGHT = 420;
const CHART_INSET = 14;
const LABEL_GAP = 15;
const STAGGER = 1.45;
const MOST_CALLS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

function scaling(run, choice, narrow) {
  const { axis, view } = choice;
  const look = looker(run, choice);
  const size = nearest(view, choice.size);
  const beside = axis === 'threads' ? threadsBeside(run, view) : [view];
  const others = axis === 'threads' ? view.size_names : view.size_names.filter((name) => name !== axis);
  const along = beside
    .flatMap((one) => run.casesOf(one).filter(algorithmFits(choice)))
    .filter((row) => axis && others.every((name) => row[run.size_columns[name]] === size[name]));
  const at = (row) => (axis === 'threads' ? row.threads : row[run.size_columns[axis]]);
  const point = (row) => {
    const cost = row.disturbed ? null : costOf(row, choice);
    return {
      ...row,
      ...look(row.implementation),
      name: marked(row),
      x: at(row),
      size: `${axis} = ${whole(at(row))}`,
      time: cost?.time ?? null,
      low: cost?.low ?? cost?.time ?? null,
      high: cost?.high ?? cost?.time ?? null,
      time_text: timeText(cost?.time),
      interval: rangeText(cost?.low, cost?.high, timeText),
      text: statusText(row),
      cap: row.cap_ns,
      description: `${row.implementation}, ${axis} ${at(row)}: ${statusText(row)}`,
    };
  };
  const all = along.map(point).sort((a, b) => a.x - b.x);
  const rows = all.filter((row) => row.time !== null);
  const capped = all.filter((row) => row.status === 'timeout' && row.cap !== null);
  const limit = isPlain(choice) ? limitLines(rows) : [];
  const fixed = others.map((name) => `${name} = ${whole(size[name])}`).join(', ');
  const limitNames = severalAlgorithms(rows) ? endsOfLimits(limit) : [];
  return { axis, fixed, all, ...drawn(rows, capped, limit, narrow), limitNames, snapped: !choice.measured };
}

// The limit of each algorithm at each size with a time of that algorithm.
function limitLines(rows) {
  return [...grouped(rows, (row) => row.x)]
    .flatMap(([x, found]) => limitsBy(found).map((limit) => ({ x, ...limit })))
    .sort((a, b) => a.x - b.x);
}

const endsOfLimits = (limit) =>
  [...grouped(limit, (row) => row.algorithm)].map(([algorithm, [first]]) => ({
    ...first,
    text: `limit, ${algorithm}`,
  }));

// Mean time of a call, the first one included, over 1, 10, … 10⁶ calls.
function callLines(run, choice, narrow) {
  const look = looker(run, choice);
  const key = sizeKey(choice.view.size_names, nearest(choice.view, choice.size));
  const here = run
    .casesOf(choice.view)
    .filter(algorithmFits(choice))
    .filter((row) => row.sizes === key && row.time_ns !== null && row.first_call_ns !== null && !row.disturbed);
  const rows = here.flatMap((row) =>
    MOST_CALLS.map((calls) => {
      const { time, low, high } = costOf(row, { ...choice, calls });
      return {
        ...row,
        ...look(row.implementation),
        name: marked(row),
        x: calls,
        calls: plural(calls, 'call'),
        time,
        low: low ?? time,
        high: high ?? time,
        time_text: timeText(time),
        text: timeText(time),
        description: `${row.implementation} over ${plural(calls, 'call')}: ${timeText(time)} a call`,
      };
    }),
  );
  const chosenCalls = Number.isFinite(choice.calls) ? [{ x: choice.calls }] : [];
  return {
    ...drawn(rows, [], [], narrow),
    all: rows,
    chosen: chosenCalls,
  };
}

function drawn(rows, capped, limit, narrow) {
  const any = rows.length > 0;
  const limits = any ? limitsOf(rows, capped, limit) : null;
  return {
    rows,
    capped,
    limit,
    limitNames: [],
    chosen: [],
    limits,
    labels: any && !narrow ? labelled(rows, limits) : [],
    any,
  };
}

// Names beside the last point of each line, as near as the gap between two of them allows.
function labelled(rows, limits) {
  const ends = [...grouped(rows, (row) => row.name).values()].map((line) => line.reduce((a, b) => (b.x > a.x ? b : a)));
  ends.sort((a, b) => a.time - b.time);
  const room = CHART_HEIGHT - 2 * CHART_INSET;
  const scale = Math.log(limits.y_most / limits.y_least) / room || 1;
  const gap = Math.min(LABEL_GAP, room / Math.max(1, ends.length - 1));
  const wanted = ends.map((end, i) => Math.log(end.time / limits.y_least) / scale - i * gap);
  const slack = Math.max(0, room - (ends.length - 1) * gap);
  const heights = rising(wanted).map((place, i) => within(0, place, slack) + i * gap);
  return ends.map((end, i) => ({ ...end, label: end.name, at: limits.y_least * Math.exp(heights[i] * scale) }));
}

// The nearest sequence that never falls (pool adjacent violators).
function rising(values) {
  const pools = [];
  for (const value of values) {
    pools.push({ sum: value, count: 1 });
    while (pools.length > 1 && mean(pools.at(-2)) > mean(pools.at(-1))) {
      const last = pools.pop();
      pools.at(-1).sum += last.sum;
      pools.at(-1).count += last.count;
    }
  }
  return pools.flatMap((pool) => Array(pool.count).fill(mean(pool)));
}

const mean = (pool) => pool.sum / pool.count;

function limitsOf(rows, capped = [], limit = []) {
  const xs = [...rows, ...capped].map((row) => row.x);
  const ys = [
    ...rows.flatMap((row) => [row.low ?? row.time, row.high ?? row.time]),
    ...capped.map((row) => row.cap),
    ...limit.map((row) => row.time),
  ];
  const [x_least, x_most] = apartAtLeast(Math.min(...xs), Math.max(...xs));
  const [y_least, y_most] = apartAtLeast(Math.min(...ys), Math.max(...ys));
  return { x_least, x_most, y_least, y_most };
}

const apartAtLeast = (least, most) => (most > least ? [least, most] : [least / 2, most * 2]);

// Flop/s reached against flops a byte, under what was measured of this machine on as many threads.
function roofline(run, choice) {
  const look = looker(run, choice);
  const size = sizeKey(choice.view.size_names, nearest(choice.view, choice.size));
  const roof = run.roofs.find((one) => one.threads === choice.view.threads);
  const peak = roof?.flops[choice.view.dtype];
  const rows = run
    .casesOf(choice.view)
    .filter(algorithmFits(choice))
    .filter((row) => row.time_ns !== null && !row.disturbed && row.flops > 0 && row.bytes > 0)
    .map((row) => {
      const here = row.sizes === size;
      const reached = (row.flops / (isFault(row) ? row.time_ns : Math.max(row.time_ns, row.limit_ns ?? 0))) * 1e9;
      const own = look(row.implementation);
      return {
        ...row,
        ...own,
        name: `${isFault(row) ? '! ' : ''}${marked(row)}`,
        size: spelled(row.sizes),
        here,
        x: row.flops / row.bytes,
        time: reached,
        area: here ? 95 : 26,
        opacity: own.opacity * (here ? 1 : 0.35),
        flops: flopsText(reached),
        intensity: digits(row.flops / row.bytes),
        text: `${shareText(row)}${isFault(row) ? ', a fault' : ''}`,
        description:
          `${row.implementation}, ${spelled(row.sizes)}: ${flopsText(reached)} ` +
          `at ${digits(row.flops / row.bytes)} flop/B` +
          (isFault(row) ? '; faster than its own limit, a fault' : ''),
      };
    });
  if (!peak || !rows.length) return { any: false, rows: [], levels: [], peak: null, roof };
  const xs = rows.map((row) => row.x);
  const [low, high] = [
    Math.min(...xs) / 4,
    Math.max((peak / Math.min(...roof.levels.map(([, speed]) => speed))) * 2, ...xs.map((x) => x * 2)),
  ];
  const bend = (speed) => Math.min(high, Math.max(low, peak / speed));
  const lines = roof.levels.flatMap(([name, speed]) =>
    [low, bend(speed)].map((x) => ({ name, x, y: x * speed, time: x * speed })),
  );
  const flat = [Math.min(...roof.levels.map(([, speed]) => bend(speed))), high].map((x) => ({
    name: 'peak',
    x,
    time: peak,
  }));
  const labels = [
    ...apart(roof.levels).map(({ names, most, least }, i) => ({
      x: low * STAGGER ** i,
      time: low * STAGGER ** i * most,
      text: `${levelNames(names)} ${names.length > 1 ? `${rateText(most)} to ` : ''}${rateText(least)}`,
    })),
    { x: flat[0].x, time: peak, text: `peak ${flopsText(peak)}` },
  ];
  const ys = [...rows.map((row) => row.time), ...lines.map((row) => row.time), peak];
  return {
    any: true,
    rows: rows.sort((a, b) => a.here - b.here),
    roofs: [...lines, ...flat],
    labels,
    levels: roof.levels,
    peak,
    roof,
    limits: { x_least: low, x_most: high, y_least: Math.min(...ys), y_most: peak * 1.3 },
  };
}

const levelNames = (names) =>
  names.map((name, i) => (i < names.length - 1 ? name.replace(' cache', '') : name)).join(', ');

// Levels too near to each other for two labels share one, at the fastest's line.
function apart(levels) {
  return [...levels]
    .sort((a, b) => b[1] - a[1])
    .reduce((made, [name, speed]) => {
      const last = made.at(-1);
      if (last && last.least / speed < 1.25) Object.assign(last, { names: [...last.names, name], least: speed });
      else made.push({ names: [name], most: speed, least: speed });
      return made;
    }, []);
}
