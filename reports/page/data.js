// Packed columns -> rows, made when they are first asked for: a run of 100,000 cases shows a few hundred at a time.

const REFUSED = ['missing', 'unsupported'];

const distinct = (values) => [...new Set(values)];
const within = (low, value, high) => Math.min(high, Math.max(low, value));

async function unpack(text) {
  const letters = atob(text.trim());
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).json();
}

function grouped(rows, key) {
  const groups = new Map();
  for (const row of rows) {
    const name = key(row);
    if (groups.has(name)) groups.get(name).push(row);
    else groups.set(name, [row]);
  }
  return groups;
}

function frame(columns) {
  const names = Object.keys(columns);
  const read = names.map((name) => {
    const column = columns[name];
    return Array.isArray(column)
      ? (i) => column[i]
      : (i) => (column.codes[i] < 0 ? null : column.words[column.codes[i]]);
  });
  const first = names.length ? columns[names[0]] : [];
  const length = Array.isArray(first) ? first.length : first.codes.length;
  const row = (i) => {
    const made = {};
    for (let k = 0; k < names.length; k += 1) made[names[k]] = read[k](i);
    return made;
  };
  return { length, row, all: () => Array.from({ length }, (_, i) => row(i)) };
}

// view number -> rows, with the view's own columns and the row's number added.
function byView(columns, views) {
  const { length, row } = frame(columns);
  const places = grouped(
    Array.from({ length }, (_, i) => i),
    (i) => columns.view[i],
  );
  const made = new Map();
  return {
    length,
    of(number) {
      if (!made.has(number)) {
        const own = Object.fromEntries(VIEW.map((name) => [name, views[number][name]]));
        made.set(
          number,
          (places.get(number) || []).map((i) => ({ ...row(i), ...own, index: i })),
        );
      }
      return made.get(number);
    },
  };
}

function prepared(run) {
  const cases = byView(run.cases, run.views);
  const pairs = byView(run.pairs, run.views);
  const winners = byView(run.winners, run.views);
  const direct = byView(run.direct_winners, run.views);
  const [fits, crossovers, threads] = ['fits', 'crossovers', 'threads'].map((name) => byView(run[name], run.views));
  const ratios = new Map();
  const able = ableOf(run.cases, run.views);
  const asked = new Set(run.cases.implementation.words);
  const competing = new Map();
  run.views.forEach((view, number) => {
    view.number = number;
  });
  return {
    ...run,
    total: cases.length,
    absent: frame(run.missing)
      .all()
      .map((row) => ({ ...row, where: row.sizes > 1 ? plural(row.sizes, 'size') : spelled(row.first) })),
    fitsOf: (view) => fits.of(view.number),
    crossoversOf: (view) => crossovers.of(view.number),
    threadsOf: (view) => threads.of(view.number),
    algorithms: run.cases.algorithm.words,
    unable: run.implementations.filter((name) => asked.has(name) && !able.has(name)),
    contenders: run.implementations.filter((name) => able.has(name)),
    starts: anyKnown(run.cases.first_call_ns),
    moves: anyKnown(run.cases.transfer_in_ns),
    casesOf(view) {
      if (!competing.has(view.number))
        competing.set(
          view.number,
          cases.of(view.number).filter((row) => able.has(row.implementation)),
        );
      return competing.get(view.number);
    },
    everyCaseOf: (view) => cases.of(view.number),
    allCases: () => run.views.flatMap((view) => cases.of(view.number)),
    winnersOf: (view, directOnly) => (directOnly ? direct : winners).of(view.number),
    pair(view, sizes, base, other) {
      if (!ratios.has(view.number)) {
        ratios.set(
          view.number,
          new Map(pairs.of(view.number).map((row) => [`${row.sizes}|${row.baseline}|${row.implementation}`, row])),
        );
      }
      const found = ratios.get(view.number);
      const row = found.get(`${sizes}|${base}|${other}`);
      if (row)
        return { ratio: row.speedup, low: row.low, high: row.high, interval: row.interval, paired: row.pairs > 0 };
      const back = found.get(`${sizes}|${other}|${base}`);
      return (
        back && {
          ratio: 1 / back.speedup,
          low: inverse(back.high),
          high: inverse(back.low),
          interval: back.interval,
          paired: back.pairs > 0,
        }
      );
    },
  };
}

// Implementations that can run: one that is not installed, or is for another device, would be an empty row everywhere.
// A case that was skipped, as the time was up, tells nothing of a precision that was refused elsewhere.
function ableOf({ implementation, status, view }, views) {
  const words = view.map((number, i) => [
    implementation.words[implementation.codes[i]],
    views[number].dtype,
    status.words[status.codes[i]],
  ]);
  const refused = new Set(words.filter(([, , word]) => REFUSED.includes(word)).map(([name, dtype]) => name + dtype));
  const able = words.filter(
    ([name, dtype, word]) => !REFUSED.includes(word) && !(word === 'skipped' && refused.has(name + dtype)),
  );
  return new Set((able.length ? able : words).map(([name]) => name));
}
const anyKnown = (column) => (Array.isArray(column) ? column : column.words).some(isKnown);
const inverse = (value) => (isKnown(value) && value > 0 ? 1 / value : null);
