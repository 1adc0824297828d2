// State, controls and charts: everything that touches the document, and nothing that computes.

const NARROW = 720;
const STEP = 50;
const CONTROLS = ['operation', 'parameters', 'dtype', 'threads', 'device', 'baseline', 'size', 'axis'];

const byId = (id) => document.getElementById(id);
const state = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const views = {};
let data;
let shown = STEP;

async function read() {
  const bytes = Uint8Array.from(atob(byId('data').textContent.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return prepared(await new Response(stream).json());
}

function change(changes) {
  Object.assign(state, changes);
  for (const name of Object.keys(state)) if (state[name] === '' || state[name] === null) delete state[name];
  history.replaceState(null, '', `#${new URLSearchParams(state)}`);
  render();
}

async function render() {
  const kept = document.activeElement?.dataset?.keep;
  const narrow = window.innerWidth < NARROW;
  const model = derive(data, state, narrow);
  const look = looker(data, model.choice);
  drawControls(model.choice);
  drawHeadline(model.headline, model.choice);
  byId('map').replaceChildren(drawMap(model.map, (size) => change({ size })));
  byId('map-fixed').textContent = model.map.fixed ? `At ${model.map.fixed}.` : '';
  byId('speedup-note').textContent = model.bars.note;
  byId('speedup-table').replaceChildren(drawBarTable(model.bars, look));
  byId('scaling-table').replaceChildren(drawScalingTable(model.scaling, look));
  byId('scaling-note').textContent = scalingNote(model.scaling);
  byId('legend').replaceChildren(...legend(model, look));
  byId('costs').replaceChildren(drawCosts(model.costs, model.choice.baseline, look));
  byId('errors-table').replaceChildren(drawErrors(model.errors, look));
  byId('missing').replaceChildren(drawMissing(model.missing, look));
  list(model.listing, look);
  if (kept) document.querySelector(`[data-keep="${CSS.escape(kept)}"]`)?.focus({ preventScroll: true });
  for (const slot of document.querySelectorAll('[data-size]')) slot.textContent = sizeText(model.choice.view.size_names, model.choice.size);
  for (const slot of document.querySelectorAll('[data-baseline]')) slot.textContent = model.choice.baseline ? ` over ${model.choice.baseline}` : '';
  await Promise.all([
    chart('speedup', model.bars.any, { rows: model.bars.rows }, { names: model.bars.rows.map((row) => row.name) }),
    chart('scaling', model.scaling.any, { rows: model.scaling.rows, capped: model.scaling.capped, labels: model.scaling.labels }, model.scaling.limits),
    chart('errors', model.errors.any, { rows: model.errors.rows }, { names: distinct(model.errors.rows.map((row) => row.name)) }),
  ]);
  document.documentElement.dataset.ready = 'true';
}

function drawControls(choice) {
  for (const name of CONTROLS) {
    const { values, texts, pick } = choice.options[name];
    const select = byId(`choose-${name}`);
    select.replaceChildren(...values.map((value, i) => element('option', { value }, String(texts ? texts[i] : value) || 'none')));
    select.value = pick;
    select.closest('label').hidden = values.length < 2;
  }
  byId('controls').hidden = data.algorithms.length < 2 && CONTROLS.slice(0, -1).every((name) => choice.options[name].values.length < 2);
  byId('choose-direct').checked = choice.direct;
  byId('choose-direct').closest('label').hidden = data.algorithms.length < 2;
}

function drawHeadline(headline, choice) {
  const formula = data.formulas[choice.view.operation];
  byId('where').textContent = headline.where;
  byId('title').replaceChildren(...breakable(headline.title));
  byId('sentences').textContent = headline.sentences.join(' ');
  byId('formula').textContent = formula || '';
  byId('dagger').hidden = data.algorithms.length < 2;
}

function scalingNote(scaling) {
  if (!scaling.axis) return 'These cases have no size to vary.';
  if (!scaling.any) return 'Nothing was timed here.';
  const only = distinct(scaling.all.map((row) => row.x)).length < 2 ? ' Only one size was run.' : '';
  return `Time of one call against ${scaling.axis}${scaling.fixed ? `, at ${scaling.fixed}` : ''}.${only}`;
}

function legend(model, look) {
  const names = distinct(model.scaling.all.map((row) => row.implementation));
  const focus = model.choice.focus;
  return names.map((name) => element('button', {
    type: 'button', 'aria-pressed': String(focus === name), 'data-name': name, 'data-keep': `focus ${name}`,
    onclick: () => change({ focus: focus === name ? null : name }),
  }, marker(look(name)), name));
}

function list(listing, look) {
  const by = (column) => change({ order: state.order === column ? `-${column}` : column });
  byId('cases').replaceChildren(drawListing(listing, look, shown, by));
  const seen = Math.min(shown, listing.rows.length);
  byId('count').textContent = `${whole(seen)} of ${plural(listing.rows.length, 'matching case')}; ${whole(listing.total)} in the run`;
  byId('more').hidden = listing.rows.length <= shown;
  const select = byId('choose-status');
  select.replaceChildren(element('option', { value: '' }, 'any'), ...listing.statuses.map((status) => element('option', {}, status)));
  select.value = state.status || '';
  byId('choose-scope').value = state.scope || 'view';
  if (byId('choose-find') !== document.activeElement) byId('choose-find').value = state.find || '';
}

async function chart(name, any, sets, limits = {}) {
  const holder = byId(`${name}-chart`);
  holder.hidden = !any;
  if (!any) return;
  if (!views[name]) {
    const spec = {
      ...data.charts[name],
      data: data.charts[name].data.map((set) => (sets[set.name] ? { ...set, values: sets[set.name] } : set)),
      signals: data.charts[name].signals.map((signal) => ({ ...signal, ...(signal.name in limits && { value: limits[signal.name] }) })),
      padding: { left: 2, top: 8, bottom: 5, right: 12 },
    };
    const options = { mode: 'vega', renderer: 'svg', actions: false, ast: true, defaultStyle: false, tooltip: { disableDefaultStyle: true } };
    views[name] = vegaEmbed(holder, spec, options).then(({ view }) => Object.assign(view, { cleanThreshold: 100 }));
    await views[name];
    return;
  }
  const view = await views[name];
  for (const [set, rows] of Object.entries(sets)) view.data(set, rows);
  for (const [limit, value] of Object.entries(limits)) view.signal(limit, value);
  await view.resize().runAsync();
}

function listen() {
  for (const name of [...CONTROLS, 'status', 'scope']) {
    byId(`choose-${name}`).addEventListener('change', (event) => { shown = STEP; change({ [name]: event.target.value }); });
  }
  byId('choose-direct').addEventListener('change', (event) => change({ direct: event.target.checked ? '1' : null }));
  byId('choose-find').addEventListener('input', (event) => { shown = STEP; change({ find: event.target.value }); });
  byId('more').addEventListener('click', () => { shown += STEP; render(); });
  window.addEventListener('hashchange', () => {
    for (const name of Object.keys(state)) delete state[name];
    Object.assign(state, Object.fromEntries(new URLSearchParams(location.hash.slice(1))));
    render();
  });
  let wasNarrow = window.innerWidth < NARROW;
  window.addEventListener('resize', () => {
    if (wasNarrow !== window.innerWidth < NARROW) { wasNarrow = !wasNarrow; render(); }
  });
  window.addEventListener('beforeprint', () => { for (const fold of document.querySelectorAll('details')) fold.open = true; });
}

read().then((ready) => { data = ready; listen(); return render(); }).catch((error) => {
  byId('title').textContent = 'This page could not be drawn';
  byId('sentences').textContent = String(error);
  throw error;
});
