// One case: its samples in order of time, their density, its conditions, and the command that runs it again.

const CURVE = 80;
const MANY_ROUNDS = 45;

// A case's samples, one a round where they were thinned: { time, block, round, flagged, seconds since its first }; null
// where the page holds none.
async function samplesOf(run, index, packed) {
  run.samples ??= unpack(packed);
  const all = await run.samples;
  if (all.left_out) return null;
  if (!all.starts) {
    let place = 0;
    all.starts = all.counts.map((count) => {
      place += count;
      return place - count;
    });
  }
  const median = run.cases.time_ns[index];
  const from = all.starts[index];
  let elapsed = 0;
  const samples = Array.from({ length: all.counts[index] }, (_, i) => {
    elapsed += i ? all.gaps[from + i] : 0;
    return {
      number: i + 1,
      time: median * Math.exp(all.steps[from + i] / all.precision),
      block: all.blocks[from + i],
      round: all.rounds[from + i],
      flagged: all.flagged[from + i] === 1,
      seconds: elapsed / 1000,
    };
  });
  return { samples, thinned: all.thinned > 0 };
}

// One column per round. Samples that do not count do not set the scale: one long stall would flatten all others.
function stripModel({ samples, thinned }, row) {
  const columns = new Map();
  for (const { block, round } of samples)
    if (!columns.has(`${block}|${round}`)) columns.set(`${block}|${round}`, columns.size + 1);
  const counted = samples.filter((one) => row.disturbed || !one.flagged);
  const times = [row.time_ns, ...(counted.length ? counted : samples).map((one) => one.time)];
  const [low, high] = [Math.min(...times), Math.max(...times)];
  const limits = {
    x_least: 1,
    x_most: Math.max(2, columns.size),
    y_least: low / 1.01,
    y_most: high * 1.01,
    x_title: 'round, a count',
    y_title: `time of one call${scaleText(false)}`,
  };
  const area = columns.size > MANY_ROUNDS ? 14 : 38;
  const rows = samples.map((one) => {
    const colour = `var(--c${one.block % COLOURS})`;
    return {
      ...one,
      x: columns.get(`${one.block}|${one.round}`),
      time: within(low, one.time, high),
      area,
      colour,
      fill: one.flagged ? 'var(--paper)' : colour,
      shape: SHAPE_NAMES[one.block % SHAPE_NAMES.length],
      text: timeText(one.time),
      after: `${digits(one.seconds)} s`,
      seen: one.flagged ? 'yes' : 'no',
      description:
        `sample ${one.number}, block ${one.block}, after ${digits(one.seconds)} s: ` +
        `${timeText(one.time)}${one.flagged ? ', flagged' : ''}`,
    };
  });
  return {
    rows,
    thinned,
    rounds: columns.size,
    middle: [{ time: row.time_ns }],
    limits,
    curve: density(
      rows.filter((one) => row.disturbed || !one.flagged),
      limits,
    ),
  };
}

function stripCaption({ rows, thinned }, row) {
  const hollow = row.disturbed
    ? 'disturbed; all samples count here, because most are'
    : 'disturbed, so it does not count (drawn at the edge if outside the picture)';
  return [
    thinned
      ? 'One mark per round, the median of its samples, in order of time'
      : 'One column per round, in order of time, with its samples',
    ...(rows.some((one) => one.flagged) ? [`hollow: ${hollow}`] : []),
    'dashed: the time reported',
  ].join('; ');
}

// Gaussian kernels on logarithms, a curve a block; bandwidth after Silverman (1986), 3.31.
function density(rows, { y_least, y_most }) {
  return [...grouped(rows, (row) => row.block)].flatMap(([block, own]) => {
    const logs = own.map((row) => Math.log(row.time)).sort((a, b) => a - b);
    if (logs.length < 3) return [];
    const centre = logs.reduce((a, b) => a + b, 0) / logs.length;
    const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - centre) ** 2, 0) / (logs.length - 1));
    const quartiles = logs[Math.floor(logs.length * 0.75)] - logs[Math.floor(logs.length * 0.25)];
    const width = 0.9 * (Math.min(deviation, quartiles / 1.34) || deviation || 1e-4) * logs.length ** -0.2;
    return Array.from({ length: CURVE }, (_, i) => {
      const log = Math.log(y_least) + (i / (CURVE - 1)) * Math.log(y_most / y_least);
      const share =
        logs.reduce((sum, one) => sum + Math.exp(-0.5 * ((log - one) / width) ** 2), 0) / (logs.length * width);
      return { block, time: Math.exp(log), share, colour: own[0].colour, dash: SOLID };
    });
  });
}

const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\"'\"'")}'`);

function commandOf(run, row) {
  if (!run.command) return '';
  const sizes = row.sizes
    .split(' ')
    .filter(Boolean)
    .flatMap((size) => ['--size', size]);
  const parameters = Object.entries(run.parameter_columns)
    .filter(([, column]) => row[column] !== null)
    .flatMap(([name, column]) => ['--parameter', `${name}=${row[column]}`]);
  const words = [
    '--operation',
    row.operation,
    '--implementation',
    row.implementation,
    ...sizes,
    ...parameters,
    '--dtype',
    row.dtype,
    '--threads',
    String(row.threads),
    '--device',
    row.device,
  ];
  return [run.command, ...words.map(quoted)].join(' ');
}

function limitFact(row) {
  const fault = isFault(row) ? '; a shorter time is a fault' : '';
  return `${shareText(row)}; the limit is ${timeText(row.limit_ns)}, bound by ${row.bound_by}${fault}`;
}

function errorFact(run, row) {
  const judge = run.tolerances?.[row.operation] ? 'tolerance' : 'bound';
  return `${digits(row.error)}, ${digits(row.error_over_bound)} of its ${judge} ${digits(row.bound)}`;
}

// The samples of the same case in another run, as one dashed curve; the limits grow to hold both.
async function overlaidSamples(other, row, samples) {
  const same = sameCase(other, row);
  const found = same && isKnown(same.time_ns) && (await samplesOf(other, same.index, other.packedSamples));
  if (!found) return null;
  const own = stripModel(found, same);
  const { limits } = samples;
  limits.y_least = Math.min(limits.y_least, own.limits.y_least);
  limits.y_most = Math.max(limits.y_most, own.limits.y_most);
  const pooled = own.rows.filter((one) => same.disturbed || !one.flagged).map((one) => ({ ...one, block: other.name }));
  samples.curve = density(
    samples.rows.filter((one) => row.disturbed || !one.flagged),
    limits,
  );
  return density(pooled, limits).map((one) => ({ ...one, colour: 'var(--ink)', dash: [5, 3] }));
}

function drawCase(run, row, samples, look, over = '') {
  const fact = (name, text, value = null) =>
    text && text !== MISSING
      ? [element('dt', {}, name), element('dd', { 'data-fact': name, 'data-value': value }, text)]
      : [];
  const command = commandOf(run, row);
  const dropped = row.dropped ? `, ${plural(row.dropped, 'sample')} dropped` : '';
  return [
    element(
      'p',
      { class: 'where' },
      [
        row.operation,
        row.parameters,
        spelled(row.sizes),
        row.dtype,
        row.threads ? plural(row.threads, 'thread') : '',
        row.device,
      ]
        .filter(Boolean)
        .join(' · '),
    ),
    element(
      'h2',
      { id: 'case-title', tabindex: '-1' },
      named(look(row.implementation), row.implementation),
      ' ',
      badges(row),
    ),
    notes(run, row) && element('p', { class: 'note' }, notes(run, row)),
    samples &&
      samples.rows.length > 0 &&
      element(
        'div',
        { class: 'samples' },
        element(
          'figure',
          { 'data-figure': 'strip', 'data-title': 'Samples in order of time' },
          element('figcaption', {}, stripCaption(samples, row)),
          element('div', { class: 'chart', id: 'strip-chart' }),
        ),
        element(
          'figure',
          { 'data-figure': 'density', 'data-title': 'Density of the samples' },
          element('figcaption', {}, `Density, one curve per block${over && `; dashed: all blocks of ${over}`}`),
          element('div', { class: 'chart', id: 'density-chart' }),
        ),
      ),
    samples?.thinned &&
      samples.rows.length > 0 &&
      note(`One value per round, to keep the page small; cases.jsonl of ${run.name} has every sample.`),
    samples === null && note(`Raw samples are left out to keep the page small; cases.jsonl of ${run.name} has them.`),
    element(
      'dl',
      { class: 'wide' },
      fact('One call', timeText(row.time_ns), row.time_ns),
      fact(
        '95 % interval',
        !row.disturbed &&
          rangeText(row.low_ns, row.high_ns, timeText) &&
          `${rangeText(row.low_ns, row.high_ns, timeText)}, ${row.interval}`,
      ),
      fact('Samples', row.rounds ? `${row.rounds} rounds in ${plural(row.blocks, 'block')}${dropped}` : ''),
      fact('Of its limit', shareOfLimit(row) === null ? '' : limitFact(row), shareOfLimit(row)),
      fact('Work', isKnown(row.flops) ? `${digits(row.flops)} flops, ${bytesText(row.bytes)}` : ''),
      fact('First call', isKnown(row.first_call_ns) && withRange(firstCost(row)), row.first_call_ns),
      fact(
        'Transfers',
        rangeText(row.transfer_in_ns, row.transfer_out_ns, timeText).replace(' – ', ' in, ') &&
          `${timeText(row.transfer_in_ns)} in, ${timeText(row.transfer_out_ns)} out`,
      ),
      fact('Import', timeText(row.import_ns)),
      fact('Peak memory', peakFact(row), row.peak_bytes),
      fact('Error', isKnown(row.error_over_bound) ? errorFact(run, row) : '', row.error_over_bound),
      fact('Algorithm', row.algorithm),
      fact('About', run.about[row.implementation]?.[0]),
      fact('Library', run.about[row.implementation]?.[1]),
      fact(
        'Data',
        [row.data, row.inputs && `inputs ${row.inputs}`, row.source && `source ${row.source}`]
          .filter(Boolean)
          .join(' · '),
      ),
      fact('Thread pools', row.pools),
    ),
    row.stderr && [element('h3', {}, 'Last lines of stderr'), element('pre', { tabindex: '0' }, row.stderr)],
    command &&
      element(
        'div',
        { class: 'command' },
        element('h3', {}, 'Measure this case again'),
        element('pre', { id: 'command', tabindex: '0' }, command),
        element('button', { type: 'button', id: 'copy', onclick: () => copy(command) }, 'Copy'),
      ),
  ]
    .flat()
    .filter(Boolean);
}

async function copy(text) {
  const button = byId('copy');
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(byId('command'));
    button.textContent = 'Selected: copy with your keyboard';
  }
}
