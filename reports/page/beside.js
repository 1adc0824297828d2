// The same case in each precision, on each number of threads, on each device: times, ratios and errors side by side.

const BESIDE = { dtype: 'precision', threads: 'threads', device: 'device' };

function beside(run, choice) {
  return Object.keys(BESIDE)
    .map((name) => besideBy(run, choice, name))
    .filter(Boolean);
}

// Ratios are over the first column. Contests of two views share no rounds.
function besideBy(run, choice, name) {
  const alike = (view) => VIEW.every((each) => each === name || view[each] === choice.view[each]);
  const timed = (view) => run.casesOf(view).some((row) => isKnown(row.time_ns));
  if (run.views.filter(alike).filter(timed).length < 2) return null;
  const views = run.views.filter(alike).sort((a, b) => (name === 'threads' ? a.threads - b.threads : 0));
  if (views.length < 2) return null;
  const columns = views.map((view) => besideColumn(run, choice, view, name));
  const names = distinct(columns.flatMap(({ rows }) => [...rows.keys()]));
  const look = looker(run, choice);
  const rows = names.map((implementation) => {
    const [base, ...others] = columns.map((column) => column.rows.get(implementation) ?? null);
    const compared = (row) => row && base && ranks(row) && ranks(base);
    const gains = others.map((row) => (compared(row) ? unpairedRatio(base, row) : null));
    return { implementation, ...look(implementation), cells: [base, ...others], gains };
  });
  const rank = ({ cells }) => cells.find((cell) => cell && ranks(cell))?.time ?? Infinity;
  rows.sort((a, b) => rank(a) - rank(b));
  const any = columns.filter((column) => column.best).length > 1;
  const common = any ? null : sharedSize(views, choice);
  return {
    name,
    columns,
    rows,
    errors: name === 'dtype',
    any,
    common,
    told: besideText(columns, name === 'dtype' ? 'in' : 'on'),
  };
}

// The nearest size that all of them measured, in a choice's own words; null if there is none.
function sharedSize(views, choice) {
  const names = choice.view.size_names;
  const keys = views.map((view) => new Set(view.sizes.map((size) => sizeKey(names, size))));
  const sizes = choice.view.sizes.filter((size) => keys.every((set) => set.has(sizeKey(names, size))));
  return sizes.length ? nearest({ ...choice.view, sizes }, choice.size) : null;
}

function besideColumn(run, choice, view, name) {
  const under = { ...choice, view };
  const reached = corners(view, choice.size).length > 0;
  const found = reached ? standing(run, under) : [];
  const text = name === 'threads' ? plural(view.threads, 'thread') : String(view[name]);
  const best = found.find(ranks) ?? null;
  return {
    text,
    best,
    rows: new Map(found.map((row) => [row.implementation, row])),
    range: reached ? '' : rangeOf(view),
  };
}

const rangeOf = (view) =>
  view.size_names
    .map((name) => {
      const values = valuesOf(view, name);
      return `${name} = ${whole(values[0])}${values.length > 1 ? ` to ${whole(values.at(-1))}` : ''}`;
    })
    .join(', ');

// The fastest of each column against that of the first.
function besideText(columns, word) {
  const [first, ...others] = columns;
  const out = columns
    .filter((column) => column.range)
    .map(({ text, range }) => `${text} was measured at ${range} only.`);
  const compared = others.filter((column) => column.best && first.best);
  return [...out, ...compared.map((column) => fastestOfBoth(first, column, word))].join(' ');
}

function fastestOfBoth(first, second, word) {
  const [before, after] = [first.best, second.best];
  const gain = unpairedRatio(before, after);
  const level = isKnown(gain.low) && gain.low <= 1 && gain.high >= 1;
  const sure = isKnown(gain.low) ? '' : ', no interval known';
  const told = level ? 'level within noise' : fasterText(gain.ratio) + sure;
  const same = before.implementation === after.implementation;
  return same
    ? `${before.implementation} is fastest ${word} both: ${timeText(before.time)} ${word} ${first.text}, ` +
        `${timeText(after.time)} ${word} ${second.text}, ${told}.`
    : `The fastest ${word} ${first.text} is ${before.implementation} (${timeText(before.time)}); ` +
        `${word} ${second.text} it is ${after.implementation} (${timeText(after.time)}), ${told}.`;
}

const fasterText = (ratio) => (ratio >= 1 ? `${digits(ratio)}× faster` : `${digits(1 / ratio)}× slower`);
