// The answer: the fastest at the chosen size, its lead and interval, its distance from the limit; and over all sizes.

const GRID = { across: 120, down: 72 };
const LEAST_LABELLED = 0.012;
const MOST_MODELLED = 7;

function answer(run, choice) {
  const all = standing(run, choice);
  const timed = all.filter(ranks);
  const guessed = all.filter((row) => row.disturbed && isKnown(row.time));
  const base = timed.find((row) => row.implementation === choice.baseline) || null;
  const lead = timed.length > 1 ? speedup(run, choice, timed[1], timed[0]) : null;
  const winners = winnersUnder(run, choice);
  return {
    all,
    timed,
    guessed,
    base,
    lead,
    winners,
    level: levelWith(run, choice, timed),
    command: timed[0]?.predicted ? commandAt(run, choice, timed) : '',
    ...headline(run, choice, timed, guessed, base, winners, lead),
  };
}

// The next ones, as far as their distance to the fastest is within noise.
function levelWith(run, choice, timed) {
  const [first, ...others] = timed;
  const apart = others.findIndex((row) => {
    const { low } = speedup(run, choice, row, first);
    return !isKnown(low) || low > 1;
  });
  return others.slice(0, apart < 0 ? others.length : apart);
}

function headline(run, choice, timed, guessed, base, winners, lead) {
  const { view } = choice;
  const where = [
    view.operation,
    view.parameters,
    view.dtype,
    view.threads ? plural(view.threads, 'thread') : '',
    view.device === 'cpu' ? '' : view.device,
  ]
    .filter(Boolean)
    .join(' · ');
  if (!timed.length) return { ...untimed(run, choice, guessed), where, tiles: [] };
  const [best] = timed;
  const level = levelWith(run, choice, timed);
  const gain = speedup(run, choice, base, best);
  return {
    where,
    title: title(run, choice, best, level, guessed, base, gain, timed[1], lead),
    sentences: [
      conditions(choice, timed),
      unranked(choice, best, lead),
      unknownBeside(run, choice, timed),
      overAll(winners),
      otherAlgorithm(timed),
      withoutPackage(run, choice, timed, base),
    ].filter(Boolean),
    tiles: tiles(run, choice, timed, base, gain, lead, level),
  };
}

function untimed(run, choice, guessed) {
  const cases = run.casesOf(choice.view).filter(algorithmFits(choice));
  const right = cases.filter((row) => row.status === 'ok').length;
  const any = cases.some((row) => row.time_ns !== null);
  const at = sizeText(choice.view.size_names, choice.size);
  if (guessed.length)
    return {
      title: `Every time at ${at} was disturbed`,
      sentences: [`Most samples lost time to other programs${byWhom(guessed[0])}, so there is no ranking.`],
    };
  if (any) return { title: `Nothing was timed at ${at}`, sentences: ['Choose another size.'] };
  return {
    title: right
      ? `${right} of ${plural(cases.length, 'case')} correct, none timed`
      : `Nothing was timed for ${choice.view.operation}`,
    sentences: [`${countsText(countsOf(cases))}. The reasons are listed below.`],
  };
}

function title(run, choice, best, level, guessed, base, gain, second, lead) {
  const at = choice.view.size_names.length
    ? ` at ${sizeText(choice.view.size_names, choice.size).replaceAll(' = ', '\u00a0=\u00a0')}`
    : '';
  if (!second && best.implementation === run.tool) return `One call takes ${timeText(best.time)}${at}`;
  if (!second) return `${best.implementation} is the only one timed${guessed.length ? ' undisturbed' : ''}${at}`;
  if (!isKnown(lead.low)) {
    const told =
      base && base !== best
        ? `${ratioText(gain.ratio)} as fast as ${base.implementation}`
        : `${second.implementation} takes ${ratioText(lead.ratio)} as long`;
    return `${best.implementation} has the least time${at}: ${told}, no interval known`;
  }
  const names = [best, ...level].map((row) => row.implementation);
  const who =
    level.length === 0
      ? `${best.implementation} is fastest${guessed.length ? ' of those undisturbed' : ''}${at}`
      : `${joined(names)} are level${at}`;
  if (base && !names.includes(base.implementation))
    return `${who}: ${ratioText(gain.ratio)} as fast as ${base.implementation}`;
  return level.length
    ? `${who}: the difference is within noise`
    : `${who}: ${leadText(lead.ratio)} ahead of ${second.implementation}`;
}

const joined = (names, word = 'and') =>
  names.length > 3
    ? `${names.slice(0, 2).join(', ')} ${word} ${names.length - 2} more`
    : [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(` ${word} `);

function conditions(choice, timed) {
  const counted = [
    choice.moved && 'transfers in and out',
    Number.isFinite(choice.calls) &&
      (choice.calls > 1 ? `${startsOnce(choice)}, shared among ${whole(choice.calls)} calls` : startsOnce(choice)),
  ].filter(Boolean);
  const without = Number.isFinite(choice.calls) && !choice.imports ? ', but not the import' : '';
  return [counted.length ? `Included: ${counted.join(' and ')}${without}.` : '', sources(timed)]
    .filter(Boolean)
    .join(' ');
}

const startsOnce = (choice) => (choice.imports ? 'the import and the first call' : 'the first call');

// Where times are from that were not measured.
function sources(timed) {
  const predicted = timed.filter((row) => row.predicted);
  const modelled = predicted.slice(0, MOST_MODELLED).filter((row) => row.modelled);
  const told = [
    predicted.some((row) => !row.modelled) && 'times are interpolated between measured sizes',
    modelled.length &&
      `the times of ${joined(modelled.map(nameOf))} are from a fit, with its worst misfit as the interval`,
  ].filter(Boolean);
  const what = predicted.length < timed.length ? 'Not every time was measured' : 'This size was not measured';
  return told.length ? `${what}: ${told.join('; ')}.` : '';
}

// Why there is no ranking.
function unranked(choice, best, lead) {
  if (!lead || isKnown(lead.low)) return '';
  if (!isPlain(choice) && isKnown(best.plain.low)) return `There is ${noInterval(choice)}. So there is no ranking.`;
  return best.predicted
    ? 'Too few sizes were timed to estimate the interpolation error, so there is no ranking.'
    : 'There are too few samples to tell which is fastest.';
}

// Fastest at a measured size beside this one, but without a time at all of them: it might win here too.
function unknownBeside(run, choice, timed) {
  const absent = choice.measured
    ? []
    : left(
        run,
        choice,
        corners(choice.view, choice.size).map(([key]) => key),
      ).filter((name) => !timed.some((row) => row.implementation === name));
  return absent.length
    ? `${joined(absent)} had the least time at a neighbouring size, but no undisturbed time at another.`
    : '';
}

// The command that measures the fastest few and the baseline at this size.
function commandAt(run, choice, timed) {
  const names = distinct([...timed.slice(0, MEASURED_TOO), ...timed.filter(isBase(choice))].map(nameOf));
  return commandOf(run, { ...timed[0], implementation: names.join(',') });
}

const nameOf = (row) => row.implementation;
const isBase = (choice) => (row) => row.implementation === choice.baseline;

function overAll(winners) {
  const timed = winners.filter((row) => row.winner);
  if (timed.length < 2) return '';
  if (timed.every((row) => row.verdict === ALONE)) return '';
  if (timed.every((row) => row.verdict === UNKNOWN_LEAD))
    return `At none of the ${timed.length} sizes is there a ranking.`;
  const count = (verdict) => timed.filter((row) => row.verdict === verdict).length;
  const clear = timed.filter((row) => row.verdict === AHEAD);
  const wins = [...grouped(clear, (row) => row.winner)]
    .map(([name, rows]) => [name, rows.length])
    .sort((a, b) => b[1] - a[1]);
  const told = wins.slice(0, 4).map(([name, count]) => `${name} leads at ${count}`);
  if (wins.length > 4)
    told.push(`${wins.length - 4} others at ${wins.slice(4).reduce((sum, [, count]) => sum + count, 0)}`);
  if (count(WITHIN_NOISE)) told.push(`at ${count(WITHIN_NOISE)} the lead is within noise`);
  if (count(UNKNOWN_LEAD)) told.push(`at ${count(UNKNOWN_LEAD)} there is no ranking`);
  if (count(ALONE)) told.push(`at ${count(ALONE)} only one was timed`);
  return `Of ${timed.length} sizes measured, ${told.join(', ')}.`;
}

function otherAlgorithm(timed) {
  const [best] = timed;
  if (!best.algorithm || best.algorithm === 'direct') return '';
  const direct = timed.find((row) => row.algorithm === 'direct');
  const told = `${best.implementation} uses another algorithm (${best.algorithm})`;
  return direct ? `${told}; the fastest direct one is ${direct.implementation}: ${timeText(direct.time)}.` : `${told}.`;
}

// The fastest that needs no package beyond those of the baseline, where another does.
function withoutPackage(run, choice, timed, base) {
  const [best] = timed;
  if (!base || best === base) return '';
  const there = new Set(run.needs[base.implementation]);
  const plain = timed.filter((row) => run.needs[row.implementation].every((name) => there.has(name)));
  if (plain.length === timed.length) return '';
  if (plain[0] === best) return `${best.implementation} needs no package beyond those of ${base.implementation}.`;
  const gain = speedup(run, choice, plain[0], best);
  const told = isKnown(gain.low) && gain.low <= 1 ? 'level with it' : `${ratioText(gain.ratio)} as much`;
  return (
    `Without a package beyond those of ${base.implementation}, ${plain[0].implementation} is best: ` +
    `${timeText(plain[0].time)} a call, ${told}.`
  );
}

// One tile a question: by how much, how sure, how far from the limit, right, at what cost, what is missing.
function tiles(run, choice, timed, base, gain, lead, level) {
  const [best, second] = timed;
  const wide = (...rows) => (isPlain(choice) && rows.some((row) => row.precise === false) ? `; ${run.imprecise}` : '');
  const range = rangeText(best.low, best.high, timeText) || (isPlain(choice) ? 'no interval' : noInterval(choice));
  const made = [tile('time', 'One call', timeText(best.time), best.time, range + wide(best))];
  if (gain && base !== best)
    made.push(
      tile(
        'speedup',
        `Against ${base.implementation}`,
        ratioText(gain.ratio),
        gain.ratio,
        spread(gain) + wide(best, base),
      ),
    );
  if (second) made.push(leadTile(second, lead, level, wide(best, second)));
  made.push(limitTile(best), errorTile(best, run), firstCallTile(best, base, compiles(run, choice, best)));
  return made.filter(Boolean);
}

const tile = (key, label, value, number, note) => ({ key, label, value, number, note });
const kindOf = ({ low, interval, paired }) => `${interval}${paired || !isKnown(low) ? '' : ', unpaired'}`;
const spread = (gain) => [speedRange(gain.low, gain.high), kindOf(gain)].filter(Boolean).join(', ');

function leadTile(second, lead, level, wide) {
  if (level.length)
    return tile('lead', `Ahead of ${second.implementation}`, '≈ level', lead.ratio, `within noise${wide}`);
  if (!isKnown(lead.low))
    return tile('lead', `${second.implementation} takes`, ratioText(lead.ratio), lead.ratio, kindOf(lead));
  return tile('lead', `Ahead of ${second.implementation}`, leadText(lead.ratio), lead.ratio, spread(lead) + wide);
}

function limitTile(row) {
  const share = shareOfLimit(row);
  if (share === null) return null;
  const told = isFault(row)
    ? 'less time than its limit, a fault of the measurement'
    : `bound by ${row.bound_by}; ${timeText(row.limit_ns)} is the limit`;
  return tile(
    'limit',
    `Of the machine’s limit${row.algorithm === 'direct' ? '' : ` for ${row.algorithm}`}`,
    shareText(row),
    share,
    told,
  );
}

function errorTile(row, run) {
  if (row.predicted || !isKnown(row.error_over_bound)) return null;
  const judge = run.tolerances?.[row.operation] ? 'tolerance' : 'bound';
  return tile('error', `Error ÷ ${judge}`, digits(row.error_over_bound), row.error_over_bound, 'correct if below 1');
}

// Whether compiling was seen in any first call of this operation and dtype.
const compiles = (run, { view }, { implementation }) =>
  run.everyCaseOf(view).some((row) => row.implementation === implementation && row.compiled_ns > 0);

function firstCallTile(row, base, compiled) {
  if (!isKnown(row.first_call_ns)) return null;
  const calls = breakEven(row, base);
  const paid =
    calls === null
      ? compiled && 'compile time included'
      : calls < 1
        ? 'pays off at once'
        : `pays off after ${plural(Math.ceil(calls), 'call')}`;
  return tile(
    'first',
    'First call',
    timeText(row.first_call_ns),
    row.first_call_ns,
    [paid, row.predicted ? 'not measured here' : firstReadings(row)].filter(Boolean).join('; '),
  );
}

const firstReadings = (row) =>
  rangeText(row.first_low_ns, row.first_high_ns, timeText) ||
  (row.blocks > 1 ? 'read in too few processes for an interval' : 'measured once');

// Calls after which the first call has paid for itself against the base; null where it never does.
function breakEven(row, base) {
  if (!base || base.implementation === row.implementation || !isKnown(row.first_call_ns)) return null;
  const gain = base.time_ns - row.time_ns;
  return gain > 0 ? Math.max(0, (row.first_call_ns - row.time_ns) / gain) : null;
}

// The measured winners as a table. Rows: the first size; columns: the second; further sizes stay as chosen.
function winnerTable(run, choice, winners) {
  const { view } = choice;
  const names = view.size_names;
  const look = looker(run, choice);
  const [down, across] = names.length > 1 ? [names[0], names[1]] : [null, names[0] ?? null];
  const values = (name) => (name ? valuesOf(view, name) : [null]);
  const at = new Map(winners.map((row) => [row.sizes, row]));
  const others = nearest(view, choice.size);
  const cell = (row, column) => {
    const size = { ...others, ...(down && { [down]: row }), ...(across && { [across]: column }) };
    const key = sizeKey(names, size);
    const found = at.get(key);
    return (
      found && { ...found, key, text: sizeText(names, size), chosen: key === choice.sizeKey, ...look(found.winner) }
    );
  };
  const columns = values(across);
  const rows = values(down).map((value) => ({ value, cells: columns.map((column) => cell(value, column)) }));
  const fixed = names
    .slice(2)
    .map((name) => `${name} = ${whole(others[name])}`)
    .join(', ');
  return { down, across, columns, rows, fixed, any: winners.length > 0 };
}

// The measured size next to any size, logarithmically.
function nearest(view, size) {
  const far = (one) => view.size_names.reduce((sum, name) => sum + Math.abs(Math.log(one[name] / size[name])), 0);
  return view.sizes.reduce((best, one) => (far(one) < far(best) ? one : best), view.sizes[0]);
}
