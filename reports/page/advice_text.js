// Advice in words: one paragraph to quote, the same as `advice_text.py` writes.

function paragraph(advice) {
  const [best] = advice.ranked;
  if (!best) {
    const told = `No undisturbed time is known for ${advice.view.operation} ${placeText(advice)}`.trimEnd();
    return [`${told}.`, ...disturbedWords(advice)].join(' ');
  }
  const what = `${useText(advice, best)} ${placeText(advice)}`.trimEnd();
  return [
    `${what}: ${costText(advice, best)}${aheadText(advice)}.`,
    ...unsureWords(advice),
    ...[sources(advice.ranked)].filter(Boolean),
    ...startWords(advice, best),
    ...packageWords(advice, best),
    ...disturbedWords(advice),
  ].join(' ');
}

function useText({ view: { operation }, verdict, level }, best) {
  const name = best.implementation + (best.algorithm === 'direct' ? '' : ` (another algorithm: ${best.algorithm})`);
  if (verdict === ALONE) return `Only ${name} has a time for ${operation}`;
  if (verdict === UNKNOWN_LEAD) return `${name} costs least for ${operation}, unranked,`;
  if (level.length) return `Use ${joined([name, ...level], 'or')} for ${operation}, which are level within noise,`;
  return `Use ${name} for ${operation}`;
}

function placeText({ view, size }) {
  const sizes = view.size_names.map((name) => `${name} = ${whole(size[name])}`).join(' and ');
  const told = [
    view.parameters.replaceAll('=', ' = '),
    view.dtype,
    view.threads ? plural(view.threads, 'thread') : '',
    view.device === 'cpu' ? '' : view.device,
  ].filter(Boolean);
  return [sizes && `at ${sizes}`, told.length && `(${told.join(', ')})`].filter(Boolean).join(' ');
}

const withRange = ({ time, low, high }, form = timeText) =>
  form(time) + (isKnown(low) ? ` (${form(low)} – ${form(high)})` : '');
const plainCost = (row) => ({ time: row.time_ns, low: row.low_ns, high: row.high_ns });
const firstCost = (row) => ({ time: row.first_call_ns, low: row.first_low_ns, high: row.first_high_ns });
const inAll = (row, calls) => ({
  time: row.time * calls,
  low: isKnown(row.low) ? row.low * calls : null,
  high: isKnown(row.high) ? row.high * calls : null,
});

function costText({ calls, imports }, best) {
  if (calls === null) return `one call takes ${withRange(plainCost(best))}`;
  const take = calls === 1 ? 'takes' : 'take';
  const paid = imports ? 'import and first call' : 'first call';
  return `${plural(calls, 'call')} ${take} ${withRange(inAll(best, calls))}, ${paid} included`;
}

// By how much, against the baseline and against the next.
function aheadText({ ranked, level, baseline }) {
  const names = [ranked[0].implementation, ...level];
  const base = ranked.find((row) => row.implementation === baseline);
  const told = [];
  if (base && !names.includes(base.implementation))
    told.push(`${timesText(base.behind)} as fast as ${base.implementation}`);
  const next = ranked.find((row) => !names.includes(row.implementation));
  if (next && !level.length && next !== base && next.verdict === AHEAD)
    told.push(`${timesText(next.behind, leadText)} ahead of ${next.implementation}, the next`);
  return told.map((each) => `, ${each}`).join('');
}

const timesText = ({ ratio, low, high }, form = ratioText) =>
  form(ratio) + (isKnown(low) ? ` (${digits(low)} – ${digits(high)}×)` : '');

// Why the cheapest has no rank.
function unsureWords({ verdict, ranked, imports }) {
  if (verdict !== UNKNOWN_LEAD) return [];
  const [, second] = ranked;
  const lacking = ranked.slice(0, 2).filter((row) => !isKnown(row.low_ns));
  const why = lacking.length
    ? `the time of ${joined(lacking.map(nameOf))} has no interval`
    : `${startsWith({ imports })} were read too few times to rank them`;
  return [`${second.implementation}, the next, costs ${ratioText(second.behind.ratio)} as much, but ${why}.`];
}

// What it costs to start, and when that has paid off; of several calls, what would lead over more of them.
function startWords(advice, best) {
  if (!isKnown(best.first_call_ns)) return [];
  const { calls, imports, baseline, pays, ranked, level } = advice;
  const imported = imports && isKnown(best.imported.time) ? `, its import ${withRange(best.imported)}` : '';
  const after =
    pays !== null && calls === null
      ? `; against ${baseline} it pays off after ${plural(Math.max(1, Math.ceil(pays)), 'call')}`
      : '';
  const told = [`The first call of ${best.implementation} takes ${withRange(firstCost(best))}${imported}${after}.`];
  const least = ranked.reduce((a, b) => (b.time_ns < a.time_ns ? b : a));
  if (calls !== null && least !== best && !level.includes(least.implementation))
    told.push(`A later call is shortest with ${least.implementation}: ${timeText(least.time_ns)}.`);
  return told;
}

function packageWords({ plain, baseline, ranked, calls }, best) {
  if (plain === null || best.implementation === baseline) return [];
  if (plain === best.implementation) return [`It needs no package beyond those of ${baseline}.`];
  const row = ranked.find((each) => each.implementation === plain);
  const told = row.verdict === WITHIN_NOISE ? 'level with it' : `${ratioText(row.behind.ratio)} as much`;
  const cost = calls === null ? `${timeText(row.time_ns)} a call` : timeText(row.time * calls);
  return [`Without a package beyond those of ${baseline}, ${plain} is best: ${cost}, ${told}.`];
}

function disturbedWords({ disturbed }) {
  if (!disturbed.length) return [];
  const [was, has] = disturbed.length === 1 ? ['was', 'has'] : ['were', 'have'];
  return [`${joined(disturbed)} ${was} disturbed by other programs and ${has} no rank.`];
}
