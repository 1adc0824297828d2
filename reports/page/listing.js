// The table of all cases: what is found, in which order, and what never ran.

const NEVER_RAN = ['missing', 'unsupported', 'skipped'];

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
  const pool = state.scope === 'run' ? run.allCases() : run.everyCaseOf(choice.view);
  const found = pool.filter(matches(run, state));
  const [column, down] = [state.order?.replace('-', ''), Boolean(state.order?.startsWith('-'))];
  const ordered = column ? found.sort(byColumn(column, down)) : found.sort(chosenFirst(choice));
  // A status that was asked for is shown where one looks for it.
  const apart = NEVER_RAN.includes(state.status) ? [] : ordered.filter((row) => NEVER_RAN.includes(row.status));
  const away = new Set(apart);
  return {
    rows: ordered.filter((row) => !away.has(row) && shows(choice, row.implementation)),
    never: apart,
    counts: [...grouped(apart, (row) => row.status)].map(([status, rows]) => [status, rows.length]),
    notes: (row) => notes(run, row),
    statuses: STATUSES.filter((status) => run.cases.status.words.includes(status)),
    total: run.total,
    column,
    down,
    several: VIEW.filter((name) => distinct(found.map((row) => row[name])).length > 1),
    first: column ? '' : sizeText(choice.view.size_names, nearest(choice.view, choice.size)),
  };
}

function matches(run, state) {
  const find = (state.find || '').toLowerCase();
  return (row) =>
    (!state.status || row.status === state.status) &&
    (!find ||
      `${row.operation} ${row.implementation} ${row.sizes} ${row.parameters} ${row.dtype} ${notes(run, row)}`
        .toLowerCase()
        .includes(find));
}

function byColumn(column, down) {
  const value = (row) => (column === 'over_limit' ? shareOfLimit(row) && row.over_limit : row[column]);
  return (a, b) => compare(value(a), value(b), down);
}

// What was chosen stands first, the fastest on top; other sizes follow in their order.
function chosenFirst(choice) {
  const { view } = choice;
  const key = sizeKey(view.size_names, nearest(view, choice.size));
  const place = new Map(view.sizes.map((size, i) => [sizeKey(view.size_names, size), i]));
  const rank = (row) => [
    row.view === view.number && row.sizes === key ? 0 : row.view === view.number ? 1 : 2,
    row.view,
    row.sizes === key ? -1 : (place.get(row.sizes) ?? Infinity),
    row.disturbed || !isKnown(row.time_ns) ? 1 : 0,
    row.time_ns ?? Infinity,
  ];
  const told = new Map();
  const of = (row) => {
    if (!told.has(row)) told.set(row, rank(row));
    return told.get(row);
  };
  return (a, b) => {
    const [one, other] = [of(a), of(b)];
    const i = one.findIndex((value, j) => value !== other[j]);
    return i < 0 ? 0 : one[i] - other[i];
  };
}

// What is not known comes last either way.
function compare(a, b, down) {
  if (!isKnownOrText(a) || !isKnownOrText(b)) return isKnownOrText(b) - isKnownOrText(a);
  const order = typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : a - b;
  return down ? -order : order;
}

const isKnownOrText = (value) => typeof value === 'string' || isKnown(value);

function countText(listing, shown) {
  const seen = Math.min(shown, listing.rows.length);
  const order = listing.column || !listing.rows.length ? '' : `${listing.first || 'the fastest'} first; `;
  const count = `${whole(seen)} of ${plural(listing.rows.length + listing.never.length, 'matching case')}`;
  return `${order}${count}; ${whole(listing.total)} in the run`;
}

function neverText({ never, counts }) {
  const told = counts.map(([status, count]) => `${whole(count)} ${status}`).join(', ');
  return `${plural(never.length, 'case')} never ran: ${told}`;
}
