// What the page shows, derived from its data and a state. Pure: no DOM, no clock. Statistics come ready made.

const VIEW = ['operation', 'parameters', 'dtype', 'threads', 'device'];
const STATUSES = ['ok', 'wrong', 'crashed', 'timeout', 'missing', 'unsupported', 'skipped'];
const CHART_HEIGHT = 420;
const CHART_INSET = 14;
const LABEL_GAP = 15;

const viewKey = (row) => JSON.stringify(VIEW.map((name) => row[name]));
const distinct = (values) => [...new Set(values)];

function unpacked(columns) {
  const names = Object.keys(columns);
  const read = names.map((name) => {
    const column = columns[name];
    return Array.isArray(column) ? (i) => column[i] : (i) => (column.codes[i] < 0 ? null : column.words[column.codes[i]]);
  });
  const first = names.length ? columns[names[0]] : [];
  const length = Array.isArray(first) ? first.length : first.codes.length;
  return Array.from({ length }, (_, i) => Object.fromEntries(names.map((name, k) => [name, read[k](i)])));
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

function prepared(data) {
  const cases = unpacked(data.cases);
  return {
    ...data,
    cases,
    casesOf: grouped(cases, viewKey),
    winnersOf: grouped(unpacked(data.winners), viewKey),
    directWinnersOf: grouped(unpacked(data.direct_winners), viewKey),
    speedupsOf: grouped(unpacked(data.speedups), (row) => viewKey(row) + row.sizes + '|' + row.baseline),
    algorithms: distinct(cases.map((row) => row.algorithm)),
  };
}

function derive(data, state, narrow) {
  const choice = chosen(data, state);
  const { view } = choice;
  const key = viewKey(view);
  const keep = (row) => !choice.direct || row.algorithm === 'direct';
  const cases = (data.casesOf.get(key) || []).filter(keep);
  const winners = ((choice.direct ? data.directWinnersOf : data.winnersOf).get(key) || []);
  const compared = data.speedupsOf.get(key + choice.sizeKey + '|' + choice.baseline) || [];
  const context = { data, choice, view, cases, winners, compared, narrow, look: looker(data, choice) };
  return {
    choice,
    headline: headline(context),
    map: winnerMap(context),
    bars: bars(context),
    scaling: scaling(context),
    costs: costs(context),
    errors: errors(context),
    missing: missing(data.cases),
    listing: listing(context, state),
  };
}

function chosen(data, state) {
  const options = {};
  let left = data.views;
  for (const name of VIEW) {
    const values = distinct(left.map((view) => view[name]));
    const pick = values.find((value) => String(value) === state[name]) ?? values[0];
    options[name] = { values, pick };
    left = left.filter((view) => view[name] === pick);
  }
  const [view] = left;
  const keys = view.sizes.map((size) => sizeKey(view.size_names, size));
  const sizeAt = Math.max(0, keys.indexOf(keys.includes(state.size) ? state.size : view.chosen));
  const baseline = data.baselines.includes(state.baseline) ? state.baseline : data.baseline;
  const axes = view.size_names.filter((name) => distinct(view.sizes.map((size) => size[name])).length > 1);
  const axis = axes.includes(state.axis) ? state.axis : axes[0] ?? view.size_names[0] ?? null;
  options.size = { values: keys, texts: view.sizes.map((size) => sizeText(view.size_names, size)), pick: keys[sizeAt] };
  options.baseline = { values: data.baselines, pick: baseline };
  options.axis = { values: axes, pick: axis };
  return {
    options, view, baseline, axis, sizeKey: keys[sizeAt], size: view.sizes[sizeAt],
    direct: state.direct === '1' && data.algorithms.includes('direct'),
    focus: state.focus && data.looks[state.focus] ? state.focus : null,
  };
}

// Colour, shape and strength by name. A focus fades everything else.
function looker(data, choice) {
  return (name) => {
    const [number, shape] = data.looks[name] || [7, 'circle'];
    return { colour: `var(--c${number})`, shape, opacity: choice.focus && choice.focus !== name ? 0.15 : 1 };
  };
}

const marked = (row) => row.implementation + (row.algorithm && row.algorithm !== 'direct' ? ' †' : '');

function headline({ choice, view, cases, winners, compared }) {
  const timed = winners.filter((row) => row.winner);
  if (!timed.length) return untimed(cases, view);
  const clear = timed.filter((row) => row.verdict !== 'within noise');
  const wins = [...grouped(clear, (row) => row.winner)].map(([name, rows]) => [name, rows.length]);
  wins.sort((a, b) => b[1] - a[1]);
  return {
    title: titleOf(timed, wins),
    where: [view.operation, view.parameters, view.dtype, plural(view.threads, 'thread'), view.device]
      .filter(Boolean).join(' · '),
    sentences: [otherAlgorithm(timed, wins), tally(timed, clear, wins), atSize(choice, view, winners, compared)].filter(Boolean),
  };
}

function untimed(cases, view) {
  const right = cases.filter((row) => row.status === 'ok').length;
  const title = right ? `${right} of ${plural(cases.length, 'case')} right, none timed` : `Nothing ran for ${view.operation}`;
  return { title, where: [view.operation, view.parameters, view.dtype].filter(Boolean).join(' · '), sentences: [] };
}

function titleOf(timed, wins) {
  if (!wins.length) return 'No clear winner: every lead is within noise';
  const [name, count] = wins[0];
  if (timed.length === 1) return timed[0].runner_up ? `${name} is fastest` : `${name} is the only one timed`;
  const share = count === timed.length ? `all ${timed.length} sizes` : `${count} of ${timed.length} sizes`;
  return `${name} is fastest at ${share}`;
}

function otherAlgorithm(timed, wins) {
  const algorithm = wins.length && timed.find((row) => row.winner === wins[0][0]).winner_algorithm;
  return algorithm && algorithm !== 'direct' ? `It changes the algorithm (${algorithm}).` : '';
}

function tally(timed, clear, wins) {
  const others = wins.slice(1).map(([name, count]) => `${name} at ${count}`);
  const noisy = timed.length - clear.length;
  if (noisy && timed.length > 1) others.push(`at ${noisy} the lead is within noise`);
  if (!others.length) return '';
  const text = `Elsewhere: ${others.slice(0, 4).join(', ')}`;
  return others.length > 4 ? `${text} and ${others.length - 4} more.` : `${text}.`;
}

function atSize(choice, view, winners, compared) {
  const best = winners.find((row) => row.sizes === choice.sizeKey);
  if (!best || !best.winner) return '';
  const gain = compared.find((row) => row.implementation === best.winner);
  const start = `At ${sizeText(view.size_names, choice.size)}, ${best.winner} takes ${timeText(best.winner_ns)} a call`;
  const ahead = best.verdict === 'within noise' ? `, level with ${best.runner_up} within noise` : '';
  if (!gain || best.winner === choice.baseline) return `${start}${ahead}.`;
  const ends = rangeText(gain.speedup_low, gain.speedup_high);
  return `${start}${ahead}: ${ratioText(gain.speedup)} as fast as ${choice.baseline}${ends ? ` (${ends})` : ''}.`;
}

// Rows: the first size; columns: the second; further sizes stay at the chosen one. One size: a single row.
function winnerMap({ choice, view, winners, look }) {
  const names = view.size_names;
  const [down, across] = names.length > 1 ? [names[0], names[1]] : [null, names[0] ?? null];
  const values = (name) => (name ? distinct(view.sizes.map((size) => size[name])).sort((a, b) => a - b) : [null]);
  const at = new Map(winners.map((row) => [row.sizes, row]));
  const cell = (row, column) => {
    const size = { ...choice.size, ...(down && { [down]: row }), ...(across && { [across]: column }) };
    const key = sizeKey(names, size);
    const found = at.get(key);
    return found && { ...found, key, text: sizeText(names, size), chosen: key === choice.sizeKey, ...look(found.winner) };
  };
  const columns = values(across);
  const rows = values(down).map((value) => ({ value, cells: columns.map((column) => cell(value, column)) }));
  const fixed = names.slice(2).map((name) => `${name} = ${whole(choice.size[name])}`).join(', ');
  return { down, across, columns, rows, fixed, any: winners.length > 0 };
}

function bars({ data, choice, cases, compared, narrow, look }) {
  const here = cases.filter((row) => row.sizes === choice.sizeKey);
  const gains = new Map(compared.map((row) => [row.implementation, row]));
  const rows = here.map((row) => bar(row, gains.get(row.implementation), look(row.implementation), narrow));
  rows.sort((a, b) => (b.speedup ?? -1) - (a.speedup ?? -1) || (a.time_ns ?? Infinity) - (b.time_ns ?? Infinity));
  const note = compared.length ? '' : noBaseline(here, choice.baseline, data);
  return { rows, note, any: rows.some((row) => row.speedup !== null) };
}

function noBaseline(here, baseline, data) {
  if (!data.baselines.length) return 'Nothing was timed in this run.';
  const row = here.find((one) => one.implementation === baseline);
  const why = row ? ` (${statusText(row)})` : '';
  return `${baseline} has no time at this size${why}: choose another baseline or size.`;
}

function bar(row, gain, look, narrow) {
  const ends = gain ? rangeText(gain.speedup_low, gain.speedup_high) : '';
  const ratio = ratioText(gain?.speedup);
  const isBase = gain?.speedup_interval === 'baseline';
  const text = !gain ? statusText(row, narrow) : isBase ? 'baseline' : narrow || !ends ? ratio : `${ratio}  ${ends}`;
  const interval = gain && !isBase ? `${ends} ${gain.speedup_interval}${gain.paired ? '' : ', unpaired'}` : '';
  return {
    ...row, ...look, gain, ends, interval, text, one: 1, name: marked(row), isBase,
    speedup: gain?.speedup ?? null, low: gain?.speedup_low ?? null, high: gain?.speedup_high ?? null,
    ink: gain && !isBase ? 'var(--ink)' : 'var(--muted)', time: timeText(row.time_ns),
    description: `${row.implementation}: ${text} ${interval}`,
  };
}

function statusText(row, narrow = false) {
  if (row.status === 'timeout' && row.cap_ns) return `timeout, > ${shortTime(row.cap_ns)}`;
  if (row.status === 'skipped' && row.predicted_ns && !narrow) return `skipped, predicted ${shortTime(row.predicted_ns)}`;
  return row.status === 'ok' && row.time_ns !== null ? timeText(row.time_ns) : row.status;
}

function scaling({ data, choice, view, cases, narrow, look }) {
  const { axis } = choice;
  const column = data.size_columns[axis];
  const others = view.size_names.filter((name) => name !== axis);
  const along = axis ? cases.filter((row) => others.every((name) => row[data.size_columns[name]] === choice.size[name])) : [];
  const point = (row) => ({
    ...row, ...look(row.implementation), name: marked(row), x: row[column], size: `${axis} = ${whole(row[column])}`,
    time: row.time_ns, low: row.low_ns ?? row.time_ns, high: row.high_ns ?? row.time_ns,
    time_text: timeText(row.time_ns),
    text: statusText(row), cap: row.cap_ns, description: `${row.implementation}, ${axis} ${row[column]}: ${statusText(row)}`,
  });
  const rows = along.filter((row) => row.time_ns !== null).map(point);
  const capped = along.filter((row) => row.status === 'timeout' && row.cap_ns !== null).map(point);
  const fixed = others.map((name) => `${name} = ${whole(choice.size[name])}`).join(', ');
  const any = rows.length > 0;
  const limits = any ? limitsOf(rows, capped) : null;
  return { rows, capped, limits, labels: any && !narrow ? spread(rows, limits) : [], axis, fixed, all: along.map(point), any };
}

// Names beside the last point of each line, as near as the gap between two of them allows.
function spread(rows, limits) {
  const ends = [...grouped(rows, (row) => row.name).values()].map((line) => line.reduce((a, b) => (b.x > a.x ? b : a)));
  ends.sort((a, b) => a.time - b.time);
  const room = CHART_HEIGHT - 2 * CHART_INSET;
  const scale = Math.log(limits.y_most / limits.y_least) / room || 1;
  const gap = Math.min(LABEL_GAP, room / Math.max(1, ends.length - 1));
  const wanted = ends.map((end, i) => Math.log(end.time / limits.y_least) / scale - i * gap);
  const slack = Math.max(0, room - (ends.length - 1) * gap);
  const places = rising(wanted).map((place, i) => Math.min(slack, Math.max(0, place)) + i * gap);
  return ends.map((end, i) => ({ ...end, label: end.name, at: limits.y_least * Math.exp(places[i] * scale) }));
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

function limitsOf(rows, capped) {
  const all = [...rows, ...capped];
  const xs = all.map((row) => row.x);
  const ys = all.flatMap((row) => (row.time === null ? [row.cap] : [row.low, row.high]));
  const wide = (least, most) => (most > least ? [least, most] : [least / 2, most * 2]);
  const [x_least, x_most] = wide(Math.min(...xs), Math.max(...xs));
  const [y_least, y_most] = wide(Math.min(...ys), Math.max(...ys));
  return { x_least, x_most, y_least, y_most };
}

function costs({ choice, cases, compared }) {
  const gains = new Map(compared.map((row) => [row.implementation, row]));
  return cases
    .filter((row) => row.sizes === choice.sizeKey && row.time_ns !== null)
    .sort((a, b) => a.time_ns - b.time_ns)
    .map((row) => ({ ...row, name: marked(row), pays: gains.get(row.implementation)?.break_even_calls ?? null }));
}

const LEAST_SHARE = 1e-6;

function errors({ view, cases, look }) {
  const rows = cases
    .filter((row) => row.error_over_bound !== null)
    .map((row) => ({
      ...look(row.implementation), name: row.implementation, one: 1, share: Math.max(LEAST_SHARE, row.error_over_bound),
      implementation: row.implementation, size: row.sizes, text: digits(row.error_over_bound),
      description: `${row.implementation}, ${row.sizes}: error over bound ${digits(row.error_over_bound)}`,
    }));
  const statuses = STATUSES.filter((status) => cases.some((row) => row.status === status));
  const table = [...grouped(cases, (row) => row.implementation)].map(([name, own]) => ({
    implementation: name,
    worst: own.filter((row) => row.error_over_bound !== null)
      .reduce((a, b) => (a && a.error_over_bound >= b.error_over_bound ? a : b), null),
    counts: statuses.map((status) => own.filter((row) => row.status === status).length),
  }));
  return { rows, statuses, table, total: cases.length, operation: view.operation, any: rows.length > 0 };
}

function missing(cases) {
  const absent = cases.filter((row) => row.status !== 'ok');
  const key = (row) => JSON.stringify([row.implementation, row.operation, row.status, row.reason]);
  return [...grouped(absent, key).values()].map((rows) => ({
    ...rows[0], cases: rows.length,
    sizes: rows.length === 1 ? rows[0].sizes : plural(distinct(rows.map((row) => row.sizes)).length, 'size'),
  }));
}

function notes(row) {
  return [
    row.algorithm !== 'direct' && `algorithm: ${row.algorithm}`,
    row.steady === false && 'not steady',
    row.disturbed && 'disturbed: most samples were flagged, all were kept',
    row.reason,
    row.warning,
  ].filter(Boolean).join('; ');
}

function listing({ data, choice, view }, state) {
  const find = (state.find || '').toLowerCase();
  const fits = (row) =>
    (state.scope === 'run' || VIEW.every((name) => row[name] === view[name])) &&
    (!state.status || row.status === state.status) &&
    (!find || `${row.operation} ${row.implementation} ${row.sizes} ${row.parameters} ${row.dtype} ${notes(row)}`.toLowerCase().includes(find));
  const rows = data.cases.filter(fits);
  const [column, down] = [state.order?.replace('-', ''), state.order?.startsWith('-')];
  if (column) rows.sort((a, b) => compare(a[column], b[column], down));
  const statuses = STATUSES.filter((status) => data.cases.some((row) => row.status === status));
  return { rows, statuses, total: data.cases.length, column, down, choice };
}

// What is not known comes last either way.
function compare(a, b, down) {
  if (a === null || b === null) return (a === null) - (b === null);
  const order = typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : a - b;
  return down ? -order : order;
}
