// One bar per implementation, from the machine's limit to its time, both logarithmic; or from 0, if chosen. Of several
// algorithms the least limit is where bars begin, and each bar has a mark at its own where that is known.

const LETTER = 0.085; // of the narrowest scale (6rem), in a wide font, with room between labels
const LINEAR_STEPS = [1, 2, 5, 10];

function bars(run, choice, found) {
  const look = looker(run, choice);
  const [all, timed] = [found.all, found.timed].map((rows) => rows.filter(isShown(choice)));
  const limits = isPlain(choice) ? limitsBy(timed) : [];
  const several = limits.length > 0 && severalAlgorithms(timed);
  const times = timed.flatMap((row) => [row.time, row.low, row.high]).filter(isKnown);
  const own = (row) => ({ ...row, ...look(row.implementation), name: marked(row) });
  if (!times.length) return { rows: all.map(own), limits, several, any: false, away: found.all.length - all.length };
  const axis = barAxis(choice, timed, times, limits.length ? limits[0].time : null);
  const known = (value) => (isKnown(value) ? axis.place(value) : null);
  const rows = all.map((row) =>
    ranks(row)
      ? {
          ...own(row),
          gain: speedup(run, choice, found.base, row),
          at: axis.place(row.time),
          from: known(row.low),
          to: known(row.high),
          limitAt: several || (axis.linear && isPlain(choice)) ? known(row.limit_ns) : null,
        }
      : { ...own(row), gain: null, at: null },
  );
  return { rows, limits, several, ...axis, any: true, predicted: timed[0].predicted };
}

function barAxis(choice, timed, times, limit) {
  const most = Math.max(...times);
  if (choice.linear) {
    const place = (time) => within(0, time / most, 1);
    return { linear: true, fromLimit: false, start: 0, end: most, place, ticks: linearTicks(most, place) };
  }
  const least = Math.min(...timed.map((row) => row.time));
  const start = limit !== null && limit <= least * AT_LIMIT ? limit : decadeBelow(least);
  const end = most > start ? most : start * 10;
  const place = (time) => within(0, Math.log(time / start) / Math.log(end / start), 1);
  return { linear: false, fromLimit: start === limit, start, end, place, ticks: ticks(start, end, place) };
}

const decadeBelow = (time) => 10 ** Math.floor(Math.log10(time) - 0.3);

// Decades as close as their labels leave room for each other. One near an end is written inwards.
function ticks(start, end, place) {
  const decades = [];
  for (let power = Math.ceil(Math.log10(start) - 1e-9); 10 ** power <= end * 1.0001; power += 1)
    decades.push(tickAt(10 ** power, place));
  return apartEnough(decades);
}

// 0, and one or two round times.
function linearTicks(end, place) {
  const scale = 10 ** Math.floor(Math.log10(end));
  const step = LINEAR_STEPS.map((one) => (one * scale) / 2).find((one) => end / one < 3);
  const times = Array.from({ length: Math.floor(end / step) }, (_, i) => (i + 1) * step);
  const zero = { ...tickAt(step, () => 0), time: 0 };
  return apartEnough([zero, ...times.map((time) => tickAt(time, place))]);
}

function tickAt(time, place) {
  const at = place(time);
  const [edge, before] = at > 0.88 ? ['last', 1] : at < 0.12 ? ['least', 0] : [null, 0.5];
  const width = LETTER * shortTime(time).length;
  return { time, at, edge, from: at - before * width, to: at + (1 - before) * width };
}

function apartEnough(all) {
  for (let step = 1; ; step += 1) {
    const kept = all.filter((_, i) => i % step === 0);
    if (kept.every((tick, i) => i === 0 || tick.from > kept[i - 1].to)) return kept;
  }
}
