// What a call takes under the choice made, at any size: measured, or interpolated between measured sizes.

// A disturbed time is unreliable: it is listed, and compared with nothing.
const ranks = (row) => isKnown(row.time) && !row.disturbed;
const disturbedText = (row) => (row.disturbed_by ? `disturbed: ${row.disturbed_by}` : 'disturbed');
const byWhom = (row) => (row.disturbed_by ? ` (${row.disturbed_by})` : '');

// How many cases have each status: "3 timeout, 56 unsupported".
const countsOf = (cases) =>
  STATUSES.map((status) => [status, cases.filter((row) => row.status === status).length]).filter(([, count]) => count);
const countsText = (counts) => counts.map(([status, count]) => `${whole(count)} ${status}`).join(', ');

// Of its own algorithm's limit. Only a fault of the measurement is above 1, and never told without its mark.
const shareOfLimit = (row) => (isKnown(row.over_limit) && !row.disturbed ? 1 / row.over_limit : null);
const isFault = (row) => Boolean(row.above_ceiling) && !row.disturbed;
const shareText = (row) =>
  isFault(row)
    ? `! ${shareOfLimit(row) > MOST_TOLD ? `> ${percent(MOST_TOLD)}` : percent(shareOfLimit(row))}`
    : percent(shareOfLimit(row));

// The least limit of each algorithm among these rows, lowest first: none of them bounds the times of another.
function limitsBy(rows) {
  const known = rows.filter((row) => isKnown(row.limit_ns));
  return [...grouped(known, (row) => row.algorithm)]
    .map(([algorithm, own]) => ({ algorithm, time: Math.min(...own.map((row) => row.limit_ns)) }))
    .sort((a, b) => a.time - b.time);
}

// How much memory rose; where that cannot be seen, its bound.
const peakText = (row) =>
  isKnown(row.peak_below_bytes) ? `< ${bytesText(row.peak_below_bytes)}` : bytesText(row.peak_bytes);
const peakFact = (row) =>
  isKnown(row.peak_below_bytes)
    ? `below what can be seen (${bytesText(row.peak_below_bytes)})`
    : bytesText(row.peak_bytes);

// Then a limit is told with the algorithm it is of.
const severalAlgorithms = (rows) => distinct(rows.map((row) => row.algorithm)).length > 1;

// What the weakest of several intervals describes: no ratio is surer than the times it is of.
const weakest = (intervals) => WEAKEST_FIRST.find((kind) => intervals.includes(kind)) ?? TOO_FEW;
const bounded = (log) => Math.exp(within(-MOST_LOG, log, MOST_LOG));

// base ÷ other of times that share no rounds: distances to both ends add in quadrature (Zou & Donner 2008).
function unpairedRatio(base, other) {
  const log = Math.log(base.time / other.time);
  const ratio = Math.exp(log);
  if (![base.low, base.high, other.low, other.high].every(isKnown))
    return { ratio, low: null, high: null, interval: TOO_FEW, paired: false };
  const down = Math.hypot(Math.log(base.time / base.low), Math.log(other.high / other.time));
  const up = Math.hypot(Math.log(base.high / base.time), Math.log(other.time / other.low));
  const interval = weakest([base.interval, other.interval]);
  return { ratio, low: bounded(log - down), high: bounded(log + up), interval, paired: false };
}

// How much faster than the base; without an interval where something that was read once is in the times.
function speedup(run, choice, base, other) {
  if (!base || !other) return null;
  if (base.implementation === other.implementation)
    return { ratio: 1, low: 1, high: 1, interval: BASELINE, paired: true };
  return isPlain(choice) ? ratioOfTimes(run, choice, base, other) : ratioOfCosts(run, choice, base, other);
}

// Paired where both were measured at this size.
function ratioOfTimes(run, choice, base, other) {
  const measured = !base.predicted && !other.predicted;
  return (
    (measured && run.pair(choice.view, other.sizes, base.implementation, other.implementation)) ||
    unpairedRatio(base, other)
  );
}

const algorithmFits = (choice) => (row) => !choice.direct || row.algorithm === 'direct';

// Every implementation at one size of the choice's view, fastest first; then what was disturbed, last what has no time.
// One that was not asked for at a measured size is there if a fit tells its time.
function standing(run, choice, size = choice.size, key = sizeKey(choice.view.size_names, size)) {
  const rows = run.casesOf(choice.view).filter(algorithmFits(choice));
  const here = rows.filter((row) => row.sizes === key);
  const asked = new Set(here.map((row) => row.implementation));
  const measured = here.some((row) => row.time_ns !== null);
  const others = predictions(run, choice, size, key, (name) => !measured || !asked.has(name));
  const told = measured ? others.map((row) => (isKnown(row.time) ? row : { ...row, reason: leftOut(run) })) : others;
  const own = here.map((row) => ({ ...row, ...costOf(row, choice), time: costOf(row, choice)?.time ?? null }));
  const found = measured ? [...own, ...told] : here.length && !others.some((row) => isKnown(row.time)) ? own : others;
  const behind = (row) => (ranks(row) ? 0 : isKnown(row.time) ? 1 : 2);
  return found.sort((a, b) => behind(a) - behind(b) || (a.time ?? Infinity) - (b.time ?? Infinity));
}

// The measured sizes on both sides of a value, and how far (0 to 1, logarithmically) it lies between them.
function bracket(values, value) {
  const above = values.findIndex((each) => each >= value);
  if (above < 0) return null;
  if (values[above] === value) return [[values[above], 1]];
  if (above === 0) return null;
  const share = Math.log(value / values[above - 1]) / Math.log(values[above] / values[above - 1]);
  return [
    [values[above - 1], 1 - share],
    [values[above], share],
  ];
}

// 0 at a measured size, 1 midway between two: how much of the interpolation's error to expect.
const farness = (sides) => (sides.length < 2 ? 0 : 4 * sides[0][1] * sides[1][1]);

function corners(view, size) {
  let found = [[{}, 1]];
  for (const name of view.size_names) {
    const sides = bracket(valuesOf(view, name), size[name]);
    if (!sides) return [];
    found = found.flatMap(([made, weight]) =>
      sides.map(([value, share]) => [{ ...made, [name]: value }, weight * share]),
    );
  }
  return found.map(([made, weight]) => [sizeKey(view.size_names, made), weight]);
}

const leftOut = (run) => `${LEFT_OUT}: ${run.left_out}`;

const PARTS = ['first_call_ns', 'transfer_in_ns', 'transfer_out_ns'];
const NOT_PREDICTED = {
  time_ns: null,
  low_ns: null,
  high_ns: null,
  low: null,
  high: null,
  limit_ns: null,
  first_call_ns: null,
  first_low_ns: null,
  first_high_ns: null,
  transfer_in_ns: null,
  transfer_out_ns: null,
  peak_bytes: null,
  peak_below_bytes: null,
  over_limit: null,
  above_ceiling: null,
  precise: null,
  warning: '',
  disturbed: false,
  disturbed_by: '',
};

// The weighted mean of what was measured around a size, in logarithms; null where one of them is not known.
function mixed(around, values) {
  if (!values.every((value) => isKnown(value) && value > 0)) return null;
  return Math.exp(values.reduce((sum, value, i) => sum + around[i][1] * Math.log(value), 0));
}

// Log-log interpolation of what was measured around a size, its interval widened by what interpolation misses; where
// an implementation lacks a time around it, what its fit says. First calls and transfers are interpolated apart.
function predictions(run, choice, size, key, wanted) {
  const around = corners(choice.view, size);
  if (!around.length) return [];
  const far = Math.max(
    0,
    ...choice.view.size_names.map((name) => farness(bracket(valuesOf(choice.view, name), size[name]))),
  );
  const fits = new Map(run.fitsOf(choice.view).map((row) => [row.implementation, row]));
  const plain = { ...choice, moved: false, calls: Infinity };
  const lines = [...tableOf(run, plain)].filter(([name]) => wanted(name));
  return lines.map(([implementation, line]) => {
    const [example] = line.at.values();
    const held = around.map(([corner]) => line.at.get(corner));
    const parts =
      interpolatedParts(around, held, line, far) ??
      modelledParts(choice.view, size, fits.get(implementation), line, held);
    const row = { ...example, ...NOT_PREDICTED, ...parts, sizes: key, index: null, predicted: true, status: 'ok' };
    const cost = costOf(row, choice);
    const lacking = held.some((one) => one?.disturbed)
      ? 'disturbed at a neighbouring size'
      : 'not timed at every neighbouring size';
    const reason = cost ? '' : lacking;
    return { ...row, implementation, missed: line.missed, ...cost, time: cost?.time ?? null, reason };
  });
}

function interpolatedParts(around, held, line, far) {
  const mean = (field) =>
    mixed(
      around,
      held.map((row) => row?.[field] ?? null),
    );
  const time_ns = mean('time');
  if (time_ns === null) return null;
  const wide = far ? (isKnown(line.missed) ? line.missed * far : null) : 0;
  const end = (field, by, width = wide) =>
    isKnown(mean(field)) && width !== null ? mean(field) * Math.exp(by * width) : null;
  const ends = { low_ns: end('low', -1), high_ns: end('high', 1) };
  const first = far ? (isKnown(line.missedFirst) ? line.missedFirst * far : null) : 0;
  const firstEnds = { first_low_ns: end('first_low_ns', -1, first), first_high_ns: end('first_high_ns', 1, first) };
  const interval = isKnown(ends.low_ns) ? weakest(held.map((row) => row.interval)) : TOO_FEW;
  const others = Object.fromEntries(PARTS.map((field) => [field, mean(field)]));
  return { time_ns, ...ends, ...firstEnds, interval, ...others, limit_ns: mean('limit_ns'), modelled: false };
}

// Nothing where it failed at a size around this one.
function modelledParts(view, size, fit, line, held) {
  if (!fit || held.some((row) => row && !UNTRIED.includes(row.status))) return null;
  line.timed ??= timedOf(view, line);
  const [{ algorithm }] = line.at.values();
  const found = modelledTime(view, size, fit, line.timed, algorithm);
  if (!found) return null;
  const more = firstBeside(view, size, line.timed);
  return { ...found, first_call_ns: more === null ? null : found.time_ns + more, modelled: true };
}

function timedOf(view, line) {
  view.size_of ??= new Map(view.sizes.map((one) => [sizeKey(view.size_names, one), one]));
  return [...line.at]
    .filter(([, row]) => isKnown(row.time))
    .map(([key, row]) => ({ time_ns: row.time_ns, first_call_ns: row.first_call_ns, of: view.size_of.get(key) }));
}

// Winners of these sizes that have no time at one of them: between them the fastest is not known.
function left(run, choice, keys) {
  const lines = [...tableOf(run, choice)];
  const best = keys.map(
    (key) =>
      lines
        .filter(([, line]) => isKnown(line.at.get(key)?.time))
        .sort((a, b) => a[1].at.get(key).time - b[1].at.get(key).time)[0],
  );
  return distinct(
    best
      .filter(Boolean)
      .filter(([, line]) => keys.some((key) => !isKnown(line.at.get(key)?.time)))
      .map(([name]) => name),
  );
}

// implementation -> its measured times under this choice by size, and what interpolation misses of them.
function tableOf(run, choice) {
  const token = `${choice.direct}|${choice.moved}|${choice.calls}|${choice.imports}`;
  run.tables ??= new Map();
  const name = `${choice.view.number}|${token}`;
  if (!run.tables.has(name)) {
    const lines = grouped(run.casesOf(choice.view).filter(algorithmFits(choice)), (row) => row.implementation);
    run.tables.set(
      name,
      new Map(
        [...lines].map(([implementation, rows]) => {
          const at = new Map(
            rows.map((row) => [row.sizes, { ...row, ...(row.disturbed ? { time: null } : costOf(row, choice)) }]),
          );
          const missedFirst = missedBy(choice.view, at, 'first_call_ns');
          return [implementation, { at, missed: missedBy(choice.view, at), missedFirst }];
        }),
      ),
    );
  }
  return run.tables.get(name);
}

// Each measured size in turn left out and interpolated from its neighbours along one size: the median miss. Of two
// sizes, what a straight line through both differs.
function missedBy(view, at, field = 'time') {
  const misses = [];
  const known = (key) => (isKnown(at.get(key)?.time) && at.get(key)[field] > 0 ? at.get(key)[field] : null);
  for (const size of view.sizes) {
    const own = known(sizeKey(view.size_names, size));
    for (const name of view.size_names) {
      const values = valuesOf(view, name);
      const place = values.indexOf(size[name]);
      if (values.length === 2) {
        const high = known(sizeKey(view.size_names, { ...size, [name]: values[1] }));
        if (place === 0 && isKnown(own) && isKnown(high)) misses.push(bent(own, high, values[1] / values[0]));
        continue;
      }
      const [before, after] = [-1, 1].map((step) =>
        known(sizeKey(view.size_names, { ...size, [name]: values[place + step] })),
      );
      if (!isKnown(own) || !isKnown(before) || !isKnown(after)) continue;
      const share = Math.log(size[name] / values[place - 1]) / Math.log(values[place + 1] / values[place - 1]);
      misses.push(Math.abs(Math.log(own) - (1 - share) * Math.log(before) - share * Math.log(after)));
    }
  }
  misses.sort((a, b) => a - b);
  return misses.length ? (misses[(misses.length - 1) >> 1] + misses[misses.length >> 1]) / 2 : null;
}

// Midway between two sizes, of which one is `growth` times the other: a straight line against interpolation.
function bent(low, high, growth) {
  const straight = low + (high - low) / (1 + Math.sqrt(growth));
  return Math.abs(Math.log(straight) - (Math.log(low) + Math.log(high)) / 2);
}

// The fastest at each measured size: the tables' verdicts, or those on the costs chosen.
function winnersUnder(run, choice) {
  if (isPlain(choice)) return run.winnersOf(choice.view, choice.direct);
  return choice.view.sizes.map((size) => {
    const sizes = sizeKey(choice.view.size_names, size);
    return { sizes, ...verdictOf(run, choice, standing(run, choice, size, sizes).filter(ranks)) };
  });
}

function verdictOf(run, choice, [first, second]) {
  if (!first)
    return {
      winner: null,
      winner_algorithm: null,
      winner_ns: null,
      runner_up: null,
      lead: null,
      verdict: NOBODY,
    };
  const own = {
    winner: first.implementation,
    winner_algorithm: first.algorithm,
    winner_ns: first.time,
    runner_up: second?.implementation ?? null,
  };
  if (!second) return { ...own, lead: null, verdict: ALONE };
  const lead = speedup(run, choice, second, first);
  return { ...own, lead: lead.ratio, lead_low: lead.low, lead_high: lead.high, verdict: verdictOn(lead) };
}
