// State, controls and charts: everything that touches the document, and nothing that computes.

const NARROW = 720;
const STEP = 12;
const MORE = 50;
const LONGEST_FRAME_MS = 100;
const CONTROLS = [
  'operation',
  'parameters',
  'dtype',
  'threads',
  'device',
  'size',
  'baseline',
  'moved',
  'axis',
  'scale',
  'near',
  'overlay',
];

const byId = (id) => document.getElementById(id);
const kept = {};
let shared;
let runs;
let shown = STEP;
let model;

const run = () => runs.find((one) => one.name === state.run) ?? runs[0];
const choiceNow = (name) => model.choice.size[name];

async function read() {
  shared = await unpack(byId('shared').textContent);
  runs = await Promise.all(
    [...document.querySelectorAll('script.run-data')].map(async (script) => prepared(await unpack(script.textContent))),
  );
  runs.forEach((one, i) => {
    one.others = runs.filter((other) => other !== one).map((other) => other.name);
    one.packedSamples = document.querySelectorAll('script.run-samples')[i].textContent;
  });
}

// step: the name of what changes again and again and is one entry of the history, until it is over.
function change(changes, { quick = false, step = null, over = false } = {}) {
  delete state.figure;
  Object.assign(state, changes);
  remember(step, over);
  return quick ? later(true) : render();
}

// Slides come faster than screens: one drawing a frame.
function later(quick) {
  if (kept.frame) return;
  kept.frame = requestAnimationFrame(() => {
    kept.frame = null;
    render(quick);
  });
}

// Counts in `told` how often the page was written; `drawn` follows with the charts.
async function render(quick = false) {
  const focused = document.activeElement?.dataset?.keep;
  model = quick ? deriveAnswer(run(), state) : derive(runs, run(), state, window.innerWidth < NARROW);
  const look = looker(run(), model.choice);
  drawAnswer(model, look);
  if (!quick) drawRest(model, look);
  if (focused) document.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  if (!quick && state.case !== undefined) await openCase(Number(state.case), look);
  document.documentElement.dataset.readyMs ??= String(Math.round(performance.now()));
  const { dataset } = document.documentElement;
  dataset.told = String(Number(dataset.told ?? 0) + 1);
  if (!quick && !(await drawCharts(chartsOf(model)))) return;
  if (!quick) linkFigures();
  if (!quick) showFigure();
  dataset.drawn = dataset.told;
}

// The answer is on the screen before the map and what is below it are made. A page that is not seen has no frames.
async function open() {
  model = deriveAnswer(run(), state, false);
  drawAnswer(model, looker(run(), model.choice));
  if (!run().cases.status.words.includes('ok')) byId('missing-text').parentElement.open = true;
  document.documentElement.dataset.answeredMs = String(Math.round(performance.now()));
  await new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, LONGEST_FRAME_MS);
  });
  await render();
}

function drawAnswer({ choice, answer: found, advised, surface: map, bars: bar }, look) {
  drawControls(choice);
  byId('where').textContent = found.where;
  byId('moves').hidden = !choice.moves.length;
  byId('moves').textContent = choice.moves.join(' ');
  byId('title').replaceChildren(...breakable(found.title));
  byId('sentences').textContent = found.sentences.join(' ');
  byId('measure').hidden = !found.command;
  byId('measure-command').textContent = found.command;
  byId('formula').textContent = run().formulas[choice.view.operation] || '';
  byId('tiles').replaceChildren(...drawTiles(found.tiles));
  byId('advice').replaceChildren(
    ...(advised ? drawAdvice(advised, choice.moved ? 'Transfers are not part of this paragraph.' : '') : []),
  );
  byId('bars').replaceChildren(drawBars(bar, choice, look, openRow));
  byId('bars-note').textContent = barsNote(bar, choice, found);
  byId('hidden-note').textContent = hiddenText(run(), choice);
  if (map !== undefined) drawMapOnce(map, choice, look);
  for (const slot of document.querySelectorAll('[data-at]'))
    slot.textContent = sizeText(choice.view.size_names, choice.size);
}

function barsNote(bar, choice, found) {
  if (!bar.any && bar.away) return 'No implementation that is shown has a time at this size.';
  if (!bar.any)
    return found.guessed.length
      ? 'Every time at this size was disturbed: most samples lost time to other programs, ' +
          'so the times are unreliable and have no rank.'
      : 'Nothing was timed at this size.';
  const limit = bar.several ? `the machine’s limit for ${bar.limits[0].algorithm}` : 'the machine’s limit';
  const start = bar.linear
    ? 'Bars start at 0'
    : `Bars start at ${bar.fromLimit ? `${limit}, ` : ''}${timeText(bar.start)}`;
  const marks = bar.rows.some((row) => isKnown(row.limitAt))
    ? '; a vertical mark is the limit of the bar’s own algorithm'
    : '';
  const some = bar.rows.some((row) => isKnown(row.from));
  const ends = some
    ? '; the thin line is the 95 % interval, where there is one'
    : isPlain(choice)
      ? ''
      : `. There is ${noInterval(choice)}`;
  const hasBase = found.guessed.some((row) => row.implementation === choice.baseline) ? 'was disturbed' : 'has no time';
  const base = found.base
    ? ''
    : ` ${choice.baseline ?? 'No baseline'} ${hasBase} here: choose another baseline for speed-ups.`;
  const names = found.guessed.map((row) => row.implementation);
  const several = names.length > 1;
  const guessed = names.length
    ? ` ${joined(names)} ${several ? 'were' : 'was'} disturbed${byWhom(found.guessed[0])}: most samples lost time to ` +
      `other programs, so ${several ? 'their times are' : 'its time is'} unreliable and not ranked.`
    : '';
  const doubt = bar.predicted
    ? ' ≈ is interpolated between measured sizes; its interval is widened by the interpolation error, ' +
      'estimated by leaving out one measured size at a time. Where that is not possible it is from a fit, and its ' +
      'interval is the worst misfit.'
    : '';
  const { unable } = run();
  const place = choice.view.device === 'cpu' ? 'machine' : 'device';
  const absent = unable.length ? ` ${joined(unable)} cannot run on this ${place} (see What is missing).` : '';
  const scale = bar.linear ? 'linear' : 'logarithmic';
  return `${start}; their scale is ${scale}${marks}${ends}.${base}${doubt}${guessed}${absent}`;
}

// The map and the sliders stay while only the size changes, so that a hand on a slider keeps hold of it.
function drawMapOnce(map, choice, look) {
  const token = `${run().name}|${choice.view.number}|${choice.focus}`;
  const anew = kept.map !== map || kept.token !== token;
  if (anew) {
    byId('surface').replaceChildren(
      map
        ? drawSurface(run(), map, choice, look, (size) =>
            change({ size: sizeKey(choice.view.size_names, { ...model.choice.size, ...size }) }),
          )
        : '',
    );
    if (kept.token !== token)
      byId('sliders').replaceChildren(
        ...choice.axes.map((name) =>
          drawSlider(name, choice, (which, value, done) =>
            change(
              { size: sizeKey(choice.view.size_names, { ...model.choice.size, [which]: value }) },
              { quick: !done, step: `slide ${which}`, over: done },
            ),
          ),
        ),
      );
    Object.assign(kept, { map, token });
  }
  for (const name of choice.axes) placeSlider(name, choice);
  if (byId('cross')) placeCross(map, choice);
  byId('map-box').hidden = !map;
  if (anew) requestAnimationFrame(() => separateNames(byId('surface'))); // a frame computes the layout anyway
  byId('map-note').textContent = [
    map?.fitted && 'Where a neighbouring size has no time, fits tell it. ',
    map?.open && 'Blank: what is fastest at one measured size has no undisturbed time at the next, and no fit. ',
  ]
    .filter(Boolean)
    .join('');
}

function drawRest(found, look) {
  const { choice } = found;
  hideEmpty(found);
  byId('winners').replaceChildren(drawWinners(found.winners, (size) => change({ size })));
  byId('winners-fixed').textContent = found.winners.fixed ? `At ${found.winners.fixed}.` : '';
  byId('dagger').hidden = run().algorithms.length < 2;
  byId('ladder').replaceChildren(drawLadder(found.ladder, look, openRow));
  byId('ladder-note').textContent = ladderNote(found.ladder);
  byId('changes').replaceChildren(drawChanges(found.ladder.changes, look));
  byId('scaling-note').textContent = scalingNote(found.scaling);
  byId('scaling-table').replaceChildren(
    drawLineTable('Time of one call', found.scaling, (x) => `${found.scaling.axis} = ${whole(x)}`, look),
  );
  byId('legend').replaceChildren(...legend(found, look));
  byId('roofline-box').hidden = !found.roofline.any;
  byId('fractions').replaceChildren(drawFractions(found.fractions, look, openRow));
  byId('faults').textContent = found.fractions.faults.length
    ? `${plural(found.fractions.faults.length, 'case')} marked ! took less time than the limit allows: ` +
      'a fault of the measurement, from a wrong count of bytes or flops, or a wrong ceiling: rooflinear machine ' +
      '--fresh measures the ceilings again.'
    : '';
  byId('fits').replaceChildren(drawFits(found.fits, look));
  byId('crossovers-box').hidden = !found.crossovers?.length;
  if (found.crossovers?.length) byId('crossovers').replaceChildren(drawCrossovers(found.crossovers, look));
  byId('costs').replaceChildren(drawCosts(found.costs, choice.baseline, look, openRow));
  byId('costs-note').textContent = costsNote(found.costs);
  byId('cheapest').replaceChildren(drawCheapest(found.cheapest, look, (calls) => change({ calls: String(calls) })));
  byId('cheapest-note').textContent = cheapestNote(found.cheapest, choice);
  byId('calls-table').replaceChildren(
    drawLineTable('Mean time of a call, the first one included', found.calls, (x) => plural(x, 'call'), look),
  );
  byId('errors').replaceChildren(drawErrors(found.errors, look, openRow));
  byId('errors-note').textContent = errorsNote(found.errors, run().tolerances?.[choice.view.operation]);
  byId('missing').replaceChildren(drawMissing(found.missing, look));
  const absent = found.missing.reduce((sum, row) => sum + row.cases, 0);
  byId('missing-text').textContent = `${plural(absent, 'case')}, by reason`;
  byId('ceilings').replaceChildren(drawCeilings(run()));
  byId('beside-told').replaceChildren(...drawBesideTold(found.beside, choice, (size) => change({ size })));
  byId('beside-tables').replaceChildren(...drawBeside(found.beside, look));
  byId('runs-section').hidden = !found.runs;
  if (found.runs) {
    byId('runs').replaceChildren(drawRuns(found.runs, look));
    byId('runs-legend').replaceChildren(
      ...found.runs.columns.map((column) =>
        element('li', { class: 'named' }, marker(column), element('span', {}, column.text)),
      ),
    );
  }
  list(found.listing, look);
  for (const slot of document.querySelectorAll('[data-measured]'))
    slot.textContent = found.at + (choice.measured ? '' : ', the nearest measured');
  for (const slot of document.querySelectorAll('[data-baseline]')) slot.textContent = choice.baseline ?? 'the baseline';
  drawLab(run());
  drawContents();
  linkFigures();
}

const chartsOf = ({ choice, scaling, calls, roofline, runs: beside }) => [
  ['scaling', scaling.any, sets(scaling), scaling.limits, choice.linear],
  ['calls', calls.any, sets(calls), calls.limits, choice.linear],
  ['roofline', roofline.any, { rows: roofline.rows, roofs: roofline.roofs, labels: roofline.labels }, roofline.limits],
  ['runs', beside?.marks.length > 0, { rows: beside?.marks }, beside?.limits],
];

// Sections that have nothing to show under the choice made: where one implementation alone was timed, none is faster.
function hideEmpty({ choice, compared, scaling, roofline: roofs, fractions: shares, missing, beside: besides }) {
  const cases = run().casesOf(choice.view);
  const empty = {
    scale: !scaling.axis || !cases.some((row) => isKnown(row.time_ns)),
    'winners-fold': !compared,
    steps: !compared,
    limits: !roofs.any && !shares.any,
    'costs-section': !cases.some((row) => PARTS.some((part) => isKnown(row[part]))),
    'missing-section': !missing.length,
    'beside-section': !besides.length,
    'beside-fold': !besides.some((one) => one.any),
  };
  for (const [id, hidden] of Object.entries(empty)) byId(id).hidden = hidden;
}

const sets = ({ rows, capped, labels, limit, chosen: at }) => ({
  rows,
  capped,
  labels,
  limit,
  chosen: at,
});

function drawControls(choice) {
  const names = runs.map((one) => one.name);
  choice.options.run = { values: names, pick: run().name };
  byId('fold-text').textContent = foldText(choice);
  drawFigureChoices(choice);
  for (const name of ['run', ...CONTROLS]) {
    const { values, texts, pick, absent = [] } = choice.options[name];
    const select = byId(`choose-${name}`);
    const wanted = values.map((value, i) => {
      const text = String(texts ? texts[i] : value) || 'none';
      return [String(value), text, absent.includes(value)];
    });
    if (JSON.stringify(wanted) !== select.dataset.options) {
      select.replaceChildren(...wanted.map(([value, text, disabled]) => element('option', { value, disabled }, text)));
      select.dataset.options = JSON.stringify(wanted);
    }
    select.value = pick;
    if (!select.closest('#figures')) select.closest('label').hidden = values.length < 2;
  }
  drawTypedSizes(choice);
  for (const name of ['calls', 'import']) byId(`choose-${name}`).closest('label').hidden = !run().starts;
  if (byId('choose-calls') !== document.activeElement)
    byId('choose-calls').value = Number.isFinite(choice.calls) ? whole(choice.calls) : '';
  const imports = byId('choose-import');
  imports.checked = choice.imports;
  imports.disabled = !Number.isFinite(choice.calls);
  imports.closest('label').title = imports.disabled ? 'An import is paid once: give a number of calls first.' : '';
  byId('choose-direct').checked = choice.direct;
  byId('choose-direct').closest('label').hidden = run().algorithms.length < 2;
}

// Any size can be typed: a slider is far below, and a hand on it is not exact.
function drawTypedSizes({ axes, view, size }) {
  const holder = byId('type-sizes');
  if (holder.dataset.axes !== axes.join()) holder.replaceChildren(...axes.map((name) => sizeInput(name, view)));
  holder.dataset.axes = axes.join();
  for (const name of axes)
    if (byId(`type-${name}`) !== document.activeElement) byId(`type-${name}`).value = whole(size[name]);
}

function sizeInput(name, view) {
  const values = valuesOf(view, name);
  const title = `Any from ${whole(values[0])} to ${whole(values.at(-1))}`;
  const typed = (text) => ({ ...model.choice.size, [name]: Number(text.replace(/[,\s]/g, '') || NaN) });
  const onchange = (event) => change({ size: sizeKey(model.choice.view.size_names, typed(event.target.value)) });
  const input = { type: 'search', id: `type-${name}`, inputmode: 'numeric', size: '8', title, onchange };
  return element('label', {}, name, element('input', input));
}

// What figures show, of the implementations and with which scale.
function drawFigureChoices(choice) {
  const all = run().contenders;
  const shownNow = all.filter((name) => shows(choice, name));
  const count = shownNow.length < all.length ? `${shownNow.length} of ${all.length}` : `all ${all.length}`;
  byId('figures-text').textContent = `Figures: ${count}${choice.linear ? ', linear' : ''}`;
  byId('contenders').replaceChildren(
    ...drawContenders(run(), choice, looker(run(), { focus: null }), (hidden) => change({ hidden })),
  );
  byId('show-all').disabled = shownNow.length === all.length;
}

function ladderNote({ any, known, whole: gain, rest, start }) {
  if (!any) return '';
  const order = known
    ? 'From loops in plain Python to the limit: each step is compared with the one above it.'
    : 'From the slowest to the fastest.';
  const total = gain ? ` All steps together: ${ratioText(gain)}.` : '';
  const scale = ` Bars start at ${timeText(start)}; their scale is logarithmic.`;
  return order + total + (rest ? ` ${restText(rest)}` : '') + scale;
}

function restText({ ratio, name, algorithm, fault }) {
  const limit = `the machine’s limit${algorithm === 'direct' ? '' : ` for ${algorithm}`}`;
  if (fault) return `The fastest, ${name}, took less time than ${limit} allows: a fault of the measurement.`;
  const distance = ratio > AT_LIMIT ? `takes ${ratioText(ratio)} as long as` : 'is level, within noise, with';
  return `The fastest, ${name}, ${distance} ${limit}.`;
}

function scalingNote(scaling) {
  if (!scaling.axis) return '';
  const stopped = scaling.capped.length
    ? ' ↑ marks a case that was stopped at its time limit: its time is longer than shown.'
    : '';
  if (!scaling.any) return `Nothing was timed.${stopped}`;
  const only = distinct(scaling.all.map((row) => row.x)).length < 2 ? ' Only one size was run.' : '';
  const [own, ...others] = scaling.limitNames;
  const whose = own ? ` for ${others.length ? 'each algorithm' : `${own.algorithm} only`}` : '';
  const limit = scaling.limit.length ? ` Dashed: the machine’s limit${whose}.` : '';
  const guessed = scaling.all.filter((row) => row.disturbed).length;
  const absent = guessed
    ? ` ${plural(guessed, 'disturbed time')} ${guessed > 1 ? 'are' : 'is'} in the table only.`
    : '';
  const where = `${scaling.fixed ? `, at ${scaling.fixed}` : ''}${scaling.snapped ? ' (the nearest measured)' : ''}`;
  const over = scaling.overlay ? ` Dashed with hollow marks: ${scaling.overlay}.` : '';
  return `Time of one call against ${scaling.axis}${where}.${only}${limit}${over}${stopped}${absent}`;
}

function cheapestNote(rows, choice) {
  if (!rows.length) return '';
  const changes = rows.filter((row, i) => !i || row.implementation !== rows[i - 1].implementation);
  const told = changes.map((row) => `${row.implementation} from ${plural(row.calls, 'call')}`).join(', then ');
  const paid = choice.imports ? 'import and first call' : 'first call';
  const few = `${startsWith(choice)} were read in fewer than three processes, or there are too few samples`;
  return [
    `It is ${told}, ${paid} included.`,
    rows.some((row) => row.verdict === UNKNOWN_LEAD) && `No ranking: ${few}.`,
    !choice.imports && 'To count the import too, give a number of calls above and choose “Import included”.',
  ]
    .filter(Boolean)
    .join(' ');
}

function costsNote(rows) {
  const hidden = rows.filter((row) => isKnown(row.peak_below_bytes));
  if (!hidden.length) return '';
  return (
    `Peak memory “${peakText(hidden[0])}”: below what can be seen. Linux adds the pages of a process up in batches, ` +
    'so a smaller rise may be read as nothing.'
  );
}

function errorsNote({ counts, worst, wrong }, tolerance) {
  const judge = tolerance ? ` This operation has no derived bound; its suite states a tolerance: ${tolerance}.` : '';
  const most = worst
    ? ` The largest error among correct answers is ${digits(worst.error_over_bound)} of its ` +
      `${tolerance ? 'tolerance' : 'bound'}: ${worst.implementation} at ${spelled(worst.sizes) || 'the only size'}.`
    : '';
  const bad = wrong.length ? ` Wrong: ${distinct(wrong.map((row) => row.implementation)).join(', ')}.` : '';
  return `${countsText(counts)}.${judge}${most}${bad}`;
}

function legend(found, look) {
  const names = distinct(found.scaling.all.map((row) => row.implementation));
  const focus = found.choice.focus;
  return names.map((name) =>
    element(
      'button',
      {
        type: 'button',
        'aria-pressed': String(focus === name),
        'data-name': name,
        'data-keep': `focus ${name}`,
        onclick: () => change({ focus: focus === name ? null : name }),
      },
      marker(look(name)),
      name,
    ),
  );
}

function list(listing, look) {
  const by = (column) => change({ order: state.order === column ? `-${column}` : column });
  byId('cases').replaceChildren(drawListing(listing, look, shown, by, (index) => change({ case: String(index) })));
  byId('count').textContent = countText(listing, shown);
  byId('never').hidden = !listing.never.length;
  byId('never-text').textContent = listing.never.length ? neverText(listing) : '';
  const absent = { ...listing, rows: byId('never').open ? listing.never : [], column: null };
  byId('never-cases').replaceChildren(
    ...(absent.rows.length
      ? [drawListing(absent, look, absent.rows.length, null, (index) => change({ case: String(index) }))]
      : []),
  );
  byId('more').hidden = listing.rows.length <= shown;
  const select = byId('choose-status');
  select.replaceChildren(
    element('option', { value: '' }, 'any'),
    ...listing.statuses.map((status) => element('option', {}, status)),
  );
  select.value = state.status || '';
  byId('choose-scope').value = state.scope || 'view';
  if (byId('choose-find') !== document.activeElement) byId('choose-find').value = state.find || '';
}

const openRow = (row) => change({ case: String(row.index) });

async function openCase(index, look) {
  const row = run()
    .allCases()
    .find((one) => one.index === index);
  const dialog = byId('case');
  if (!row || (dialog.open && dialog.dataset.case === String(index))) return;
  const found = await samplesOf(run(), index, run().packedSamples);
  const samples = found && stripModel(found, row);
  const other = overlaid(runs, model.choice);
  const over = other && samples && (await overlaidSamples(other, row, samples));
  for (const name of ['strip', 'density']) await forget(name);
  byId('case-body').replaceChildren(...drawCase(run(), row, samples, look, over ? other.name : ''));
  Object.assign(model, { samples });
  placeTools(dialog);
  dialog.dataset.case = String(index);
  if (!dialog.open) dialog.showModal();
  if (!samples?.rows.length) return;
  await Promise.all([
    chart('strip', true, { rows: samples.rows, middle: samples.middle }, samples.limits),
    chart('density', samples.curve.length > 0, { rows: [...samples.curve, ...(over ?? [])] }, samples.limits),
  ]);
  linkFigures(dialog);
}

function listen() {
  for (const name of ['run', ...CONTROLS, 'status', 'scope']) {
    byId(`choose-${name}`).addEventListener('change', (event) => {
      shown = STEP;
      change({
        ...pinned(name, state, model.choice),
        [name]: event.target.value,
        ...(name === 'run' && { case: null }),
      });
    });
  }
  byId('controls').addEventListener('submit', (event) => event.preventDefault());
  byId('choose-calls').addEventListener('change', (event) => change({ calls: event.target.value.trim() }));
  byId('choose-import').addEventListener('change', (event) => change({ import: event.target.checked ? '1' : null }));
  byId('choose-direct').addEventListener('change', (event) => change({ direct: event.target.checked ? '1' : null }));
  byId('choose-find').addEventListener('input', (event) => {
    shown = STEP;
    change({ find: event.target.value }, { step: 'find' });
  });
  byId('more').addEventListener('click', () => {
    shown += MORE;
    render();
  });
  byId('case').addEventListener('close', () => {
    const index = state.case;
    if (index === undefined) return;
    change({ case: null });
    document.querySelector(`[data-case="${index}"]`)?.focus({ preventScroll: true });
  });
  byId('close').addEventListener('click', () => byId('case').close());
  window.addEventListener('hashchange', () => {
    readAddress();
    if (state.case === undefined && byId('case').open) byId('case').close();
    render();
  });
  byId('show-all').addEventListener('click', () => change({ hidden: null, near: null }));
  byId('controls').addEventListener('submit', (event) => event.preventDefault());
  byId('never').addEventListener('toggle', () => render());
  listenToScroll();
  listenToFold();
  placeTools();
  let wasNarrow = window.innerWidth < NARROW;
  window.addEventListener('resize', () => {
    if (wasNarrow !== window.innerWidth < NARROW) {
      wasNarrow = !wasNarrow;
      render();
    }
  });
  window.addEventListener('beforeprint', () => {
    for (const fold of document.querySelectorAll('details')) fold.open = true;
    drawLab(run());
  });
}

readAddress();
read()
  .then(() => {
    listen();
    return open();
  })
  .catch((error) => {
    byId('title').textContent = 'This page could not be drawn';
    byId('sentences').textContent = String(error);
    throw error;
  });
