// The other views as elements.

function drawLadder(model, look, open = null) {
  if (!model.any) return note('Too few implementations were timed at this size.');
  const rung = (row) =>
    element(
      'li',
      { 'data-value': row.time, 'data-name': row.implementation },
      element('span', { class: 'factor' }, row.gain ? factor(row.gain.ratio) : ''),
      element('span', { class: 'rung' }, row.word && element('b', {}, row.word), leading(look, row, open)),
      track(Math.max(row.at, 0.004), row.colour),
      element('span', { class: 'took' }, timeText(row.time)),
    );
  const limit =
    model.limit === null
      ? null
      : element(
          'li',
          { class: 'limit', 'data-value': model.limit },
          element('span', { class: 'factor' }, model.rest.ratio > AT_LIMIT ? factor(model.rest.ratio) : ''),
          element(
            'span',
            { class: 'rung' },
            element(
              'b',
              {},
              `the machine’s limit${model.rest.algorithm === 'direct' ? '' : ` for ${model.rest.algorithm}`}`,
            ),
            nearness(model.rest),
          ),
          track(Math.max(model.limitAt, 0.004), 'var(--ink)'),
          element('span', { class: 'took' }, timeText(model.limit)),
        );
  return element('ol', { class: 'ladder' }, model.rungs.map(rung), limit);
}

const nearness = ({ ratio, name, fault }) =>
  fault ? `! ${name} took less: a fault` : ratio > AT_LIMIT ? 'not reached' : `level with ${name}, within noise`;
const tone = ({ low, high }) => (isKnown(low) && low > 1 ? 'good' : isKnown(high) && high < 1 ? 'bad' : 'faint');
const factor = (ratio) => (ratio >= 1 ? `${digits(ratio)}× faster` : `${digits(1 / ratio)}× slower`);

function drawChanges(rows, look) {
  if (!rows.length) return note('No pair of implementations with a single difference was timed at this size.');
  return table(
    'What each change gains',
    [
      {
        text: 'change',
        value: (row) => `${row.from} ${row.to}`,
        show: (row) => [
          row.word,
          element(
            'span',
            { class: 'change' },
            marker(look(row.from)),
            row.from,
            row.to === row.from ? '' : [' → ', marker(look(row.to)), row.to],
          ),
        ],
      },
      {
        text: 'gain',
        number: true,
        value: (row) => row.ratio,
        show: (row) => element('span', { class: tone(row) }, speedText(row.ratio)),
      },
      { text: '95 % interval', number: true, show: (row) => speedRange(row.low, row.high) || MISSING },
      { text: 'kind of interval', show: kindOf, wide: true },
    ],
    rows,
    null,
    'changes',
  );
}

function drawLineTable(caption, model, head, look) {
  const places = distinct(model.all.map((row) => row.x)).sort((a, b) => a - b);
  const lines = [...grouped(model.all, (row) => row.implementation).values()];
  const at = (line, x) => line.find((row) => row.x === x);
  const columns = places.map((x) => ({
    text: head(x),
    number: true,
    unit: 'ns',
    value: (line) => at(line, x)?.time,
    show: (line) =>
      !at(line, x) ? LEFT_OUT : isKnown(at(line, x).time) ? timeText(at(line, x).time) : at(line, x).text,
  }));
  const first = {
    text: 'implementation',
    value: (line) => line[0].implementation,
    show: (line) => named(look(line[0].implementation), line[0].name),
  };
  return table(caption, [first, ...columns], lines);
}

function drawFits(rows, look) {
  if (!rows.length) return note('Too few sizes were timed for a fit.');
  const cached = rows.some((row) => isKnown(row.cached_bytes_per_second));
  const perRow = rows.some((row) => isKnown(row.row_ns));
  return table(
    'Fixed cost and rate by implementation',
    [
      { ...nameColumn(look), order: undefined },
      number('fixed cost', 'fixed_ns', timeText),
      cached && number('rate within the caches', 'cached_bytes_per_second', rateText),
      number(cached ? 'rate beyond them' : 'rate', 'bytes_per_second', rateText),
      perRow && number('cost of a row', 'row_ns', timeText),
      number('misfit', 'misfit', percent),
      {
        text: 'largest misfit',
        number: true,
        value: (row) => row.misfit_worst,
        show: (row) =>
          isKnown(row.misfit_worst) ? `${percent(row.misfit_worst)} at ${spelled(row.worst_at)}` : MISSING,
      },
      { text: 'not estimated', show: (row) => element('span', { class: 'notes' }, row.reason || '') },
    ].filter(Boolean),
    rows,
  );
}

function drawCrossovers(rows, look) {
  return table(
    'Where one implementation overtakes another',
    [
      { text: 'along', show: (row) => row.along + (row.fixed ? ` at ${spelled(row.fixed)}` : '') },
      { text: 'fastest before', value: (row) => row.before, show: (row) => named(look(row.before), row.before) },
      { text: 'fastest after', value: (row) => row.after, show: (row) => named(look(row.after), row.after) },
      {
        text: 'from about',
        number: true,
        value: (row) => row.at,
        show: (row) => (isKnown(row.at) ? whole(Number(row.at.toPrecision(2))) : MISSING),
      },
      {
        text: '95 % interval',
        number: true,
        show: (row) =>
          isKnown(row.at_low) && isKnown(row.at_high)
            ? rangeText(row.at_low, row.at_high, (at) => whole(Number(at.toPrecision(2))))
            : row.verdict,
      },
    ],
    rows,
  );
}

function drawFractions(found, look, open = null) {
  if (!found.any) return note('No ceilings were measured for these cases, so there is no limit to compare with.');
  return drawMatrix(
    'Fraction of the limit, by implementation and size',
    found,
    look,
    (row) => {
      const share = shareOfLimit(row);
      if (share === null)
        return {
          text: row.disturbed ? 'disturbed' : row.status === 'ok' ? MISSING : row.status,
          value: null,
          share: 0,
          kind: 'none',
        };
      const spoken =
        `${row.implementation}, ${spelled(row.sizes)}: ${shareText(row)} of its limit ${timeText(row.limit_ns)}, ` +
        `bound by ${row.bound_by}${isFault(row) ? '; faster than its own limit, a fault' : ''}`;
      return {
        text: shareText(row),
        value: share,
        share: Math.min(1, share),
        kind: isFault(row) ? 'fault' : '',
        spoken,
      };
    },
    open,
  );
}

function drawErrors(found, look, open = null) {
  if (!found.any) return note('Nothing ran.');
  return drawMatrix(
    'Largest error divided by its bound, by implementation and size',
    found,
    look,
    (row) => {
      const told = row.reason ? `: ${row.reason}` : '';
      const who = `${row.implementation}, ${spelled(row.sizes)}`;
      if (row.status !== 'ok')
        return {
          text: row.status,
          value: row.error_over_bound,
          kind: `status ${row.status}`,
          spoken: `${who}: ${row.status}${told}`,
        };
      if (!isKnown(row.error_over_bound)) return { text: 'ok', value: null, kind: 'right' };
      return {
        text: shortDigits(row.error_over_bound),
        value: row.error_over_bound,
        share: Math.min(1, row.error_over_bound),
        kind: 'right',
        spoken: `${who}: error ${digits(row.error)}, bound ${digits(row.bound)}${told}`,
      };
    },
    open,
  );
}

const shortDigits = (value) => (value === 0 ? '0' : value < 0.01 ? '< 0.01' : value.toPrecision(2));

function drawCosts(rows, baseline, look, open = null) {
  if (!rows.length) return note('Nothing was timed at this size.');
  return table(
    'Costs besides running',
    [
      { ...nameColumn(look, open), order: undefined },
      number('one call', 'time_ns', timeText),
      number('with transfers', 'moved', timeText),
      number('first call', 'first_call_ns', timeText),
      number(`pays off against ${baseline}`, 'pays', (calls) =>
        isKnown(calls) ? (calls < 1 ? 'at once' : plural(Math.ceil(calls), 'call')) : MISSING,
      ),
      number('transfer in', 'transfer_in_ns', timeText),
      number('transfer out', 'transfer_out_ns', timeText),
      number('import', 'import_ns', timeText),
      { text: 'peak memory', number: true, value: (row) => row.peak_bytes, show: peakText },
    ],
    rows,
  );
}

function drawMissing(rows, look) {
  if (!rows.length) return note('Nothing: every case is ok.');
  return table(
    'Missing cases by reason',
    [
      nameColumn(look),
      { text: 'status', value: (row) => row.status, show: (row) => badge(row.status) },
      { text: 'reason', show: (row) => element('span', { class: 'reason' }, row.reason || MISSING) },
      { text: 'operation', show: (row) => row.operation },
      { text: 'sizes', show: (row) => row.where || MISSING },
      number('cases', 'cases', whole),
    ],
    rows,
  );
}

function drawRuns(model, look) {
  if (!model.rows.length) return note('No run has this view and size.');
  const columns = model.columns.flatMap(({ text }, i) => {
    const time = {
      text,
      number: true,
      unit: 'ns',
      value: (row) => row.cells[i].cost?.time,
      show: (row) => {
        const { row: one, cost } = row.cells[i];
        return cost
          ? [
              timeText(cost.time),
              element('small', {}, one.disturbed ? 'disturbed' : rangeText(cost.low, cost.high, timeText)),
            ]
          : one
            ? badge(one.status)
            : MISSING;
      },
    };
    const gain = {
      text: 'against the chosen run',
      number: true,
      value: (row) => row.cells[i].gain?.ratio,
      show: (row) => {
        const { gain: own } = row.cells[i];
        return own
          ? [
              element('span', { class: tone(own) }, speedText(own.ratio)),
              element('small', {}, speedRange(own.low, own.high)),
            ]
          : MISSING;
      },
    };
    return i === model.own ? [time] : [time, gain];
  });
  return table(
    'Times of one call in every run',
    [{ ...nameColumn(look), order: undefined }, ...columns],
    model.rows,
    null,
    'runs',
  );
}

function drawCeilings(run) {
  if (!run.roofs.length) return note('This run has no ceilings.');
  const rows = run.roofs.flatMap((roof) => [
    ...roof.levels.map(([name, speed]) => ({
      threads: roof.threads,
      what: `read from ${name}`,
      value: speed,
      text: rateText(speed),
    })),
    ...Object.entries(roof.flops).map(([dtype, rate]) => ({
      threads: roof.threads,
      what: `arithmetic, ${dtype}`,
      value: rate,
      text: flopsText(rate),
    })),
  ]);
  return table(
    'Ceilings of the machine',
    [
      { text: 'threads', number: true, value: (row) => row.threads, show: (row) => String(row.threads) },
      { text: 'ceiling', show: (row) => row.what },
      { text: 'rate', number: true, value: (row) => row.value, show: (row) => row.text },
    ],
    rows,
  );
}
