// What the line charts show: points, limits of the axes, names beside the ends of lines.

const CHART_HEIGHT = 420;
const CHART_INSET = 14;
const LABEL_GAP = 15;
const MOST_CALLS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

const SOLID = [1, 0];
const OVERLAID = { dash: [5, 3], fill: 'var(--paper)' };
const scaleText = (linear) => `, ${linear ? 'linear' : 'logarithmic'} scale`;
const sizeTitle = (name) => (name === 'threads' ? 'threads' : `${name}, a count`);

function scaling(runs, run, choice, narrow) {
  const own = linesOf(run, choice);
  const other = overlaid(runs, choice);
  const over = other && overlay(other, run, choice);
  const limit = isPlain(choice) ? limitLines(own.rows) : [];
  const limitNames = severalAlgorithms(own.rows) ? endsOfLimits(limit) : [];
  const made = drawn(own.rows, own.capped, limit, narrow, choice.linear, over ?? [], limitNames);
  const titles = {
    x_title: `${sizeTitle(own.axis)}${scaleText(choice.linear)}`,
    y_title: `time of one call${scaleText(choice.linear)}`,
  };
  return {
    ...own,
    ...made,
    limits: made.limits && { ...made.limits, ...titles },
    limitNames,
    snapped: !choice.measured,
    overlay: over?.length ? other.name : '',
  };
}

// The lines of another run, in the colours of this one, dashed and with hollow marks.
function overlay(other, run, choice) {
  const view = sameView(other, choice.view);
  if (!view) return null;
  const { rows } = linesOf(other, { ...choice, view }, nearest(choice.view, choice.size));
  const look = looker(run, choice);
  return rows.map((row) => {
    const { colour, shape, opacity } = look(row.implementation);
    const told = { name: `${row.name} in ${other.name}`, description: `${row.description} in ${other.name}` };
    return { ...row, colour, shape, opacity: opacity * 0.8, ...OVERLAID, ...told, of: other.name };
  });
}

function linesOf(run, choice, size = nearest(choice.view, choice.size)) {
  const { axis, view } = choice;
  const look = looker(run, choice);
  const beside = axis === 'threads' ? threadsBeside(run, view) : [view];
  const others = axis === 'threads' ? view.size_names : view.size_names.filter((name) => name !== axis);
  const along = beside
    .flatMap((one) => run.casesOf(one).filter(algorithmFits(choice)).filter(isShown(choice)))
    .filter((row) => axis && others.every((name) => row[run.size_columns[name]] === size[name]));
  const at = (row) => (axis === 'threads' ? row.threads : row[run.size_columns[axis]]);
  const point = (row) => {
    const cost = row.disturbed ? null : costOf(row, choice);
    return {
      ...row,
      ...look(row.implementation),
      name: marked(row),
      dash: SOLID,
      fill: look(row.implementation).colour,
      of: run.name,
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
  const fixed = others.map((name) => `${name} = ${whole(size[name])}`).join(', ');
  return { axis, fixed, all, rows, capped };
}

// The limit of each algorithm at each size with a time of that algorithm.
function limitLines(rows) {
  return [...grouped(rows, (row) => row.x)]
    .flatMap(([x, found]) => limitsBy(found).map((limit) => ({ x, ...limit })))
    .sort((a, b) => a.x - b.x);
}

const endsOfLimits = (limit) =>
  [...grouped(limit, (row) => row.algorithm)].map(([algorithm, rows]) => ({
    ...rows.at(-1),
    name: `limit, ${algorithm}`,
    colour: 'var(--ink)',
    opacity: 1,
  }));

// Mean time of a call, the first one included, over 1, 10, … 10⁶ calls.
function callLines(run, choice, narrow) {
  const look = looker(run, choice);
  const key = sizeKey(choice.view.size_names, nearest(choice.view, choice.size));
  const here = run
    .casesOf(choice.view)
    .filter(algorithmFits(choice))
    .filter(isShown(choice))
    .filter((row) => row.sizes === key && row.time_ns !== null && row.first_call_ns !== null && !row.disturbed);
  const rows = here.flatMap((row) =>
    MOST_CALLS.map((calls) => {
      const { time, low, high } = costOf(row, { ...choice, calls });
      return {
        ...row,
        ...look(row.implementation),
        name: marked(row),
        dash: SOLID,
        fill: look(row.implementation).colour,
        of: run.name,
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
  const made = drawn(rows, [], [], narrow, choice.linear);
  const titles = {
    x_title: `calls, a count${scaleText(choice.linear)}`,
    y_title: `mean time of a call${scaleText(choice.linear)}`,
  };
  return {
    ...made,
    limits: made.limits && { ...made.limits, ...titles },
    all: rows,
    chosen: chosenCalls,
  };
}

function drawn(rows, capped, limit, narrow, linear = false, over = [], named = []) {
  const any = rows.length > 0;
  const limits = any ? limitsOf([...rows, ...over], capped, limit) : null;
  if (any && linear) Object.assign(limits, { x_least: 0, y_least: 0 });
  return {
    rows: [...over, ...rows],
    capped,
    limit,
    chosen: [],
    limits,
    labels: any && !narrow ? labelled([...rows, ...named], limits, linear) : [],
    any,
  };
}

// Names beside the last point of each line, as near as the gap between two of them allows.
function labelled(rows, limits, linear = false) {
  const ends = [...grouped(rows, (row) => row.name).values()].map((line) => line.reduce((a, b) => (b.x > a.x ? b : a)));
  ends.sort((a, b) => a.time - b.time);
  const room = CHART_HEIGHT - 2 * CHART_INSET;
  const scale = (linear ? limits.y_most : Math.log(limits.y_most / limits.y_least)) / room || 1;
  const height = (time) => (linear ? time : Math.log(time / limits.y_least)) / scale;
  const timeAt = (place) => (linear ? place * scale : limits.y_least * Math.exp(place * scale));
  const gap = Math.min(LABEL_GAP, room / Math.max(1, ends.length - 1));
  const wanted = ends.map((end, i) => height(end.time) - i * gap);
  const slack = Math.max(0, room - (ends.length - 1) * gap);
  const heights = rising(wanted).map((place, i) => within(0, place, slack) + i * gap);
  return ends.map((end, i) => ({ ...end, label: end.name, at: timeAt(heights[i]) }));
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
