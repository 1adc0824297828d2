// Everything the page shows of one run, derived from its data and a state. Pure: no DOM, no clock.

const LEAST_RUNGS = 3;
const MOST_STEPS = 10;
const AT_LIMIT = 1.02;
const FASTEST = 3;
const LETTER = 0.065; // of a scale's width, with room between labels

// What a slider changes while it moves.
function deriveAnswer(run, state) {
  const choice = chosen(run, state);
  const found = answer(run, choice);
  const advice = choice.moved ? advise(run, { ...choice, moved: false }) : advise(run, choice, found.all);
  const advised = advice.ranked.length || advice.disturbed.length ? paragraph(advice) : '';
  return { choice, answer: found, advised, surface: surface(run, choice), bars: bars(run, choice, found) };
}

function derive(runs, run, state, narrow) {
  const head = deriveAnswer(run, state);
  const { choice, answer: found } = head;
  const size = nearest(choice.view, choice.size);
  const measured = choice.measured ? found.all : standing(run, choice, size);
  return {
    ...head,
    winners: winnerTable(run, choice, found.winners),
    ladder: ladder(run, choice, measured),
    scaling: scaling(run, choice, narrow),
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
      .filter((row) => rowsAllowed(run, choice, row.implementation))
      .map((row) => ({ ...row, name: row.implementation })),
    crossovers: choice.direct || !isPlain(choice) ? null : run.crossoversOf(choice.view),
    runs: runs.length > 1 ? sideBySide(runs, run, choice) : null,
    at: sizeText(choice.view.size_names, size),
  };
}

const rowsAllowed = (run, choice, name) =>
  !choice.direct || run.casesOf(choice.view).some((row) => row.implementation === name && row.algorithm === 'direct');

// One bar per implementation, from the machine's limit to its time, both logarithmic. Of several algorithms the least
// limit is where bars begin, and each bar has a mark at its own where that is known.
function bars(run, choice, found) {
  const look = looker(run, choice);
  const limits = isPlain(choice) ? limitsBy(found.timed) : [];
  const limit = limits.length ? limits[0].time : null;
  const several = limits.length > 0 && severalAlgorithms(found.timed);
  const times = found.timed.flatMap((row) => [row.time, row.low, row.high]).filter(isKnown);
  if (!times.length)
    return {
      rows: found.all.map((row) => ({ ...row, ...look(row.implementation), name: marked(row) })),
      limits,
      several,
      any: false,
    };
  const least = Math.min(...found.timed.map((row) => row.time));
  const start = limit !== null && limit <= least * AT_LIMIT ? limit : decadeBelow(least);
  const end = Math.max(...times) > start ? Math.max(...times) : start * 10;
  const place = (time) => within(0, Math.log(time / start) / Math.log(end / start), 1);
  const known = (value) => (isKnown(value) ? place(value) : null);
  const rows = found.all.map((row) => {
    const own = { ...row, ...look(row.implementation), name: marked(row) };
    if (!ranks(row)) return { ...own, gain: null, at: null };
    const limitAt = several ? known(row.limit_ns) : null;
    return {
      ...own,
      gain: speedup(run, choice, found.base, row),
      at: place(row.time),
      from: known(row.low),
      to: known(row.high),
      limitAt,
    };
  });
  return {
    rows,
    limits,
    several,
    fromLimit: start === limit,
    start,
    end,
    ticks: ticks(start, end, place),
    any: true,
    predicted: found.timed[0].predicted,
  };
}

const decadeBelow = (time) => 10 ** Math.floor(Math.log10(time) - 0.3);

// Decades as close as their labels leave room for each other. One near an end is written inwards.
function ticks(start, end, place) {
  const decades = [];
  for (let power = Math.ceil(Math.log10(start) - 1e-9); 10 ** power <= end * 1.0001; power += 1) {
    const [time, at] = [10 ** power, place(10 ** power)];
    const [edge, before] = at > 0.88 ? ['last', 1] : at < 0.12 ? ['least', 0] : [null, 0.5];
    const width = LETTER * shortTime(time).length;
    decades.push({ time, at, edge, from: at - before * width, to: at + (1 - before) * width });
  }
  for (let step = 1; ; step += 1) {
    const kept = decades.filter((_, i) => i % step === 0);
    if (kept.every((tick, i) => i === 0 || tick.from > kept[i - 1].to)) return kept;
  }
}

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
  const times = [...steps.map((step) => step.row.time), ...(limit ? [limit] : [])];
  const [low, high] = [Math.min(...times), Math.max(...times)];
  const place = (time) => (high > low ? Math.log(time / low) / Math.log(high / low) : 1);
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
  const cases = run.casesOf(view).filter(algorithmFits(choice)).filter(keep);
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
  const own = timed.sort((a, b) => a.disturbed - b.disturbed || a.time_ns - b.time_ns);
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
  const counts = STATUSES.map((status) => [status, cells.filter((cell) => cell.status === status).length]).filter(
    ([, count]) => count,
  );
  const worst = cells
    .filter((cell) => cell.status === 'ok' && isKnown(cell.error_over_bound))
    .reduce((a, b) => (a && a.error_over_bound >= b.error_over_bound ? a : b), null);
  return { ...found, counts, worst, wrong: cells.filter((cell) => cell.status === 'wrong') };
}

function notes(run, row) {
  return [
    row.algorithm !== 'direct' && `algorithm: ${row.algorithm}`,
    row.steady === false && 'not steady',
    row.disturbed && 'most samples lost time to other programs: its time is unreliable and has no rank',
    row.precise === false && !row.disturbed && run.imprecise,
    isFault(row) && 'faster than its own limit: a fault of the cost or of the ceiling',
    row.reason,
    row.warning,
  ]
    .filter(Boolean)
    .join('; ');
}

function listing(run, choice, state) {
  const find = (state.find || '').toLowerCase();
  const pool = state.scope === 'run' ? run.allCases() : run.everyCaseOf(choice.view);
  const fits = (row) =>
    (!state.status || row.status === state.status) &&
    (!find ||
      `${row.operation} ${row.implementation} ${row.sizes} ${row.parameters} ${row.dtype} ${notes(run, row)}`
        .toLowerCase()
        .includes(find));
  const rows = pool.filter(fits);
  const [column, down] = [state.order?.replace('-', ''), state.order?.startsWith('-')];
  const value = (row) => (column === 'over_limit' ? shareOfLimit(row) && row.over_limit : row[column]);
  if (column) rows.sort((a, b) => compare(value(a), value(b), down));
  return {
    rows,
    notes: (row) => notes(run, row),
    statuses: STATUSES.filter((status) => run.cases.status.words.includes(status)),
    total: run.total,
    column,
    down,
  };
}

// What is not known comes last either way.
function compare(a, b, down) {
  if (!isKnownOrText(a) || !isKnownOrText(b)) return isKnownOrText(b) - isKnownOrText(a);
  const order = typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : a - b;
  return down ? -order : order;
}

const isKnownOrText = (value) => typeof value === 'string' || isKnown(value);

// The chosen view and size in every run, each time against that of the run chosen.
function sideBySide(runs, run, choice) {
  const look = looker(run, choice);
  const sizes = sizeKey(choice.view.size_names, nearest(choice.view, choice.size));
  const columns = runs.map((one) => ({ run: one, view: sameView(one, choice.view) }));
  const at = columns.map(
    ({ run: one, view }) =>
      new Map(
        view
          ? one
              .casesOf(view)
              .filter((row) => row.sizes === sizes)
              .map((row) => [row.implementation, row])
          : [],
      ),
  );
  const own = runs.indexOf(run);
  const names = distinct(at.flatMap((rows) => [...rows.keys()])).filter(
    (name) => !choice.direct || at.some((rows) => rows.get(name)?.algorithm === 'direct'),
  );
  const rows = names.map((name) => {
    const base = at[own].get(name);
    const cells = at.map((cases, i) => {
      const row = cases.get(name) ?? null;
      const cost = row && costOf(row, choice);
      const before = base && costOf(base, choice);
      const compared = i !== own && cost && before && !row.disturbed && !base.disturbed;
      return { row, cost, gain: compared ? unpairedRatio(before, cost) : null };
    });
    return { implementation: name, ...look(name), cells };
  });
  const rank = ({ cells }) => (cells[own].row?.disturbed ? Infinity : (cells[own].cost?.time ?? Infinity));
  rows.sort((a, b) => rank(a) - rank(b));
  const headed = columns.map(({ run: one, view }, i) => ({
    text: runText(one.name, view),
    name: one.name,
    ...runLook(i),
  }));
  return { columns: headed, rows, own, ...runMarks(headed, rows) };
}

const runText = (name, view) => `${name}${view?.threads ? ` (${plural(view.threads, 'thread')})` : ''}`;
const runLook = (i) => ({ colour: `var(--c${i % COLOURS})`, shape: SHAPE_NAMES[i % SHAPE_NAMES.length] });

// Every time of every run that was not disturbed, a mark each.
function runMarks(columns, rows) {
  const marks = rows.flatMap(({ implementation, opacity, cells }) =>
    cells.flatMap(({ row, cost }, i) =>
      cost && !row.disturbed
        ? [
            {
              ...columns[i],
              name: implementation,
              run: columns[i].text,
              opacity,
              x: cost.time,
              low: cost.low ?? cost.time,
              high: cost.high ?? cost.time,
              text: timeText(cost.time),
              interval: rangeText(cost.low, cost.high, timeText),
              description: `${implementation} in ${columns[i].text}: ${timeText(cost.time)}`,
            },
          ]
        : [],
    ),
  );
  const [x_least, x_most] = apartAtLeast(
    Math.min(...marks.map((mark) => mark.low)),
    Math.max(...marks.map((mark) => mark.high)),
  );
  return { marks, limits: { x_least, x_most } };
}

// The same view in another run; one of other threads where that run has no such.
function sameView(run, view) {
  const others = VIEW.filter((name) => name !== 'threads');
  const alike = run.views.filter((one) => others.every((name) => one[name] === view[name]));
  return alike.find((one) => one.threads === view.threads) ?? alike.at(-1) ?? null;
}
