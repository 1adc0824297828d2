// Everything the page shows of one run, derived from its data and a state. Pure: no DOM, no clock.

const LEAST_RUNGS = 3;
const MOST_STEPS = 10;
const AT_LIMIT = 1.02;
const FASTEST = 3;

// What a slider changes while it moves. The map takes longer than all else: a page that opens draws it later.
function deriveAnswer(run, state, mapped = true) {
  const choice = chosen(run, state);
  const found = answer(run, choice);
  const advice = choice.moved ? advise(run, { ...choice, moved: false }) : advise(run, choice, found.all);
  const advised = advice.ranked.length || advice.disturbed.length ? paragraph(advice) : '';
  choice.shown = shownNames(run, choice, found.timed);
  const compared = isCompared(run, choice.view);
  return {
    choice,
    answer: found,
    advised,
    compared,
    surface: mapped ? compared && surface(run, choice) : undefined,
    bars: bars(run, choice, found),
  };
}

// Whether any size could have a fastest: at least two implementations have a time somewhere.
const isCompared = (run, view) =>
  distinct(
    run
      .casesOf(view)
      .filter((row) => isKnown(row.time_ns))
      .map(nameOf),
  ).length > 1;

function derive(runs, run, state, narrow) {
  const head = deriveAnswer(run, state);
  const { choice, answer: found } = head;
  const size = nearest(choice.view, choice.size);
  const measured = choice.measured ? found.all : standing(run, choice, size);
  return {
    ...head,
    winners: winnerTable(run, choice, found.winners),
    ladder: ladder(run, choice, measured),
    scaling: scaling(runs, run, choice, narrow),
    calls: callLines(run, choice, narrow),
    cheapest: cheapest(run, choice),
    beside: beside(run, choice),
    roofline: roofline(run, choice),
    fractions: fractions(run, choice),
    costs: costs(run, choice, measured),
    errors: errors(run, choice),
    missing: run.absent,
    listing: listing(run, choice, state),
    fits: run
      .fitsOf(choice.view)
      .filter((row) => rowsAllowed(run, choice, row.implementation) && shows(choice, row.implementation))
      .map((row) => ({ ...row, name: row.implementation })),
    crossovers: choice.direct || !isPlain(choice) ? null : run.crossoversOf(choice.view),
    runs: runs.length > 1 ? sideBySide(runs, run, choice) : null,
    at: sizeText(choice.view.size_names, size),
  };
}

const rowsAllowed = (run, choice, name) =>
  !choice.direct || run.casesOf(choice.view).some((row) => row.implementation === name && row.algorithm === 'direct');

// From the slowest implementation to the machine's limit for the algorithm of the fastest, and what each change gains.
function ladder(run, choice, measured) {
  const timed = measured.filter(ranks);
  const byName = new Map(timed.map((row) => [row.implementation, row]));
  const fastest = (names) =>
    names
      .map((name) => byName.get(name))
      .filter(Boolean)
      .sort((a, b) => a.time - b.time)[0];
  let steps = run.rungs.map(([word, names]) => ({ word, row: fastest(names) })).filter((step) => step.row);
  const known = steps.length >= LEAST_RUNGS;
  if (!known)
    steps = timed
      .slice(0, MOST_STEPS)
      .reverse()
      .map((row) => ({ word: '', row }));
  const look = looker(run, choice);
  const best = timed[0] || null;
  const limit = best && isPlain(choice) && isKnown(best.limit_ns) ? best.limit_ns : null;
  const { start, place } = ladderAxis(
    steps.map((step) => step.row.time),
    limit,
  );
  const rungs = steps.map(({ word, row }, i) => ({
    ...row,
    ...look(row.implementation),
    word,
    name: marked(row),
    at: place(row.time),
    gain: i ? speedup(run, choice, steps[i - 1].row, row) : null,
  }));
  return {
    rungs,
    known,
    limit,
    start,
    any: rungs.length > 1,
    limitAt: limit === null ? null : place(limit),
    best,
    whole: rungs.length > 1 ? rungs[0].time / Math.min(...rungs.map((rung) => rung.time)) : null,
    rest: limit
      ? { ratio: best.over_limit, name: best.implementation, algorithm: best.algorithm, fault: isFault(best) }
      : null,
    changes: [...changes(run, choice, byName), ...threadChanges(run, choice, timed)],
  };
}

// Bars start at the limit; where none is known, at a round time well below the least, which would else have no bar.
function ladderAxis(times, limit) {
  const least = Math.min(...times);
  const start = limit === null ? decadeBelow(least) : Math.min(limit, least);
  const end = Math.max(...times);
  return { start, place: (time) => (end > start ? Math.log(time / start) / Math.log(end / start) : 1) };
}

function changes(run, choice, byName) {
  return run.changes
    .filter(([, from, to]) => byName.has(from) && byName.has(to))
    .map(([word, from, to]) => ({ word, from, to, ...speedup(run, choice, byName.get(from), byName.get(to)) }));
}

// One thread against the threads chosen, for the fastest, where the run measured both.
function threadChanges(run, choice, timed) {
  if (!isPlain(choice)) return [];
  const scaled = new Map(run.threadsOf(choice.view).map((row) => [`${row.implementation}|${row.sizes}`, row]));
  return timed.slice(0, FASTEST).flatMap((row) => {
    const found = scaled.get(`${row.implementation}|${row.sizes}`);
    if (!found || found.threads < 2) return [];
    return [
      {
        word: `from 1 to ${plural(row.threads, 'thread')}`,
        from: row.implementation,
        to: row.implementation,
        ratio: found.speedup,
        low: found.speedup_low,
        high: found.speedup_high,
        interval: found.speedup_interval,
        paired: false,
      },
    ];
  });
}

function statusText(row, narrow = false) {
  if (row.disturbed) return `disturbed, ${timeText(row.time_ns)}`;
  if (row.status === 'timeout' && row.cap_ns) return `timeout, > ${shortTime(row.cap_ns)}`;
  if (row.status === 'skipped' && row.predicted_ns && !narrow)
    return `skipped, predicted ${shortTime(row.predicted_ns)}`;
  return row.status === 'ok' && row.time_ns !== null ? timeText(row.time_ns) : row.status;
}

// Implementations x sizes. cell(row): what is shown of one case.
function matrix(run, choice, keep = () => true) {
  const { view } = choice;
  const look = looker(run, choice);
  const cases = run.casesOf(view).filter(algorithmFits(choice)).filter(isShown(choice)).filter(keep);
  const at = new Map(cases.map((row) => [`${row.implementation}|${row.sizes}`, row]));
  const sizes = view.sizes.map((size) => ({ size, key: sizeKey(view.size_names, size) }));
  const names = run.implementations.filter((name) => cases.some((row) => row.implementation === name));
  const rows = names.map((name) => ({
    implementation: name,
    ...look(name),
    cells: sizes.map(({ key }) => at.get(`${name}|${key}`) ?? null),
  }));
  const leftOut = run.left_out;
  return { names: view.size_names, sizes, rows, any: rows.length > 0, chosen: choice.sizeKey, leftOut };
}

function fractions(run, choice) {
  const found = matrix(run, choice);
  const cells = found.rows.flatMap((row) => row.cells).filter(Boolean);
  return { ...found, faults: cells.filter(isFault), any: cells.some((cell) => shareOfLimit(cell) !== null) };
}

function costs(run, choice, measured) {
  const timed = measured.filter((row) => row.time_ns !== null);
  const base = timed.find((row) => row.implementation === choice.baseline && !row.disturbed);
  const own = timed.filter(isShown(choice)).sort((a, b) => a.disturbed - b.disturbed || a.time_ns - b.time_ns);
  return own.map((row) => ({
    ...row,
    name: marked(row) + (row.disturbed ? ', disturbed' : ''),
    pays: row.disturbed ? null : breakEven(row, base),
    moved: costOf(row, { ...choice, moved: true, calls: Infinity }).time,
  }));
}

function errors(run, choice) {
  const found = matrix(run, choice);
  const cells = found.rows.flatMap((row) => row.cells).filter(Boolean);
  const worst = cells
    .filter((cell) => cell.status === 'ok' && isKnown(cell.error_over_bound))
    .reduce((a, b) => (a && a.error_over_bound >= b.error_over_bound ? a : b), null);
  return { ...found, counts: countsOf(cells), worst, wrong: cells.filter((cell) => cell.status === 'wrong') };
}
