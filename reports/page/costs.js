// What calls cost under the choice made: the first, on request the import, and calls more; as `advice.py` computes it.

const isPlain = (choice) => !choice.moved && !Number.isFinite(choice.calls);

// { time, low, high, interval, plain: that of one call, once: the share of what is paid once }, per call; null without
// a time. Transfers were read once in all, so with them there is no interval.
function costOf(row, choice) {
  if (row.time_ns === null) return null;
  const plain = { time: row.time_ns, low: row.low_ns, high: row.high_ns, interval: row.interval };
  if (isPlain(choice)) return { ...plain, plain, once: 0 };
  const calls = Number.isFinite(choice.calls) ? choice.calls : 1;
  const start = Number.isFinite(choice.calls) ? startOf(row, choice, plain) : plain;
  const total = totalOf(start, calls, plain);
  if (choice.moved) {
    const moved = (row.transfer_in_ns ?? 0) + (row.transfer_out_ns ?? 0);
    return { ...without(Math.max(total.time / calls + moved, 1e-3)), plain, once: 1 };
  }
  const each = (value) => (isKnown(value) ? value / calls : null);
  const ends = {
    low: each(total.low),
    high: each(total.high),
    interval: isKnown(total.low) ? total.interval : TOO_FEW,
  };
  return { time: total.time / calls, ...ends, plain, once: start.time / total.time };
}

const without = (time) => ({ time, low: null, high: null, interval: TOO_FEW });

// A first call that was not recorded counts as one call more.
function startOf(row, choice, plain) {
  const ends = { low: row.first_low_ns ?? null, high: row.first_high_ns ?? null };
  const first = isKnown(row.first_call_ns)
    ? { time: row.first_call_ns, ...ends, interval: isKnown(ends.low) ? BETWEEN : TOO_FEW }
    : plain;
  const imported = choice.imports ? importOf(row, choice) : null;
  return imported && isKnown(imported.time) ? sumOf(first, 1, imported) : first;
}

function importOf(row, choice) {
  const [time, low, high] = choice.view.imports?.[row.implementation] ?? [null, null, null];
  const own = !row.predicted && isKnown(row.import_ns) ? row.import_ns : time;
  return { time: own, low, high, interval: isKnown(low) ? BETWEEN : TOO_FEW };
}

// What is paid once does not widen the interval if it is next to nothing.
function totalOf(start, calls, plain) {
  const total = sumOf(start, calls - 1, plain);
  if (isKnown(total.low) || start.time > NOISE * total.time) return total;
  return sumOf({ time: start.time, low: start.time, high: start.time, interval: plain.interval }, calls - 1, plain);
}

// Distances to both ends add in quadrature.
function sumOf(start, calls, each) {
  if (!calls) return start;
  const time = start.time + calls * each.time;
  const interval = weakest([start.interval, each.interval]);
  if (![start.low, start.high, each.low, each.high].every(isKnown)) return { time, low: null, high: null, interval };
  const down = Math.hypot(start.time - start.low, calls * (each.time - each.low));
  const up = Math.hypot(start.high - start.time, calls * (each.high - each.time));
  return { time, low: time - down, high: time + up, interval };
}

// Costs whose difference is in the calls alone are compared as the times of their calls are.
function ratioOfCosts(run, choice, base, other) {
  const ratio = base.time / other.time;
  if (choice.moved) return { ratio, low: null, high: null, interval: noInterval(choice), paired: false };
  if (Math.max(base.once, other.once) > NOISE) {
    const found = unpairedRatio(base, other);
    return isKnown(found.low) ? found : { ...found, interval: noInterval(choice) };
  }
  const calls = [base, other].map((row) => ({ ...row, ...row.plain }));
  const found = ratioOfTimes(run, choice, ...calls);
  const around = (end) => (isKnown(end) ? (end * ratio) / found.ratio : null);
  return { ...found, ratio, low: around(found.low), high: around(found.high) };
}

const verdictOn = (lead) => (!isKnown(lead.low) ? UNKNOWN_LEAD : lead.low > 1 ? AHEAD : WITHIN_NOISE);

const readOnce = (choice) =>
  choice.moved ? 'the transfers were measured once' : `${startsWith(choice)} were read in fewer than three processes`;
const startsWith = (choice) => (choice.imports ? 'imports and first calls' : 'first calls');
const noInterval = (choice) => `no interval, because ${readOnce(choice)}`;
