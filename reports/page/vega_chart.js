// Vega's charts: drawn once, then given new rows. Their points lead to their cases.

const views = {};
let chartsTurn = 0;
let vegaMade = null;
const VEGA_SHAPES = Object.fromEntries(Object.entries(POLYGONS).map(([name, points]) => [name, vegaPath(points)]));
const LOGARITHMIC_ONLY = ['roofline', 'strip', 'density'];

// Vega's script is put into the page after the answer, which does not need it.
const vega = () => (vegaMade ??= unpack(byId('vega').textContent).then(placedVega));

function placedVega(text) {
  const script = element('script');
  script.textContent = text;
  document.head.append(script);
  return window.vegaEmbed;
}

const looked = (rows) =>
  rows.map((row) => (row.shape in VEGA_SHAPES ? { ...row, shape: VEGA_SHAPES[row.shape] } : row));

// The charts of the latest choice, those near the screen first, with a pause before each in which the page answers.
// False where another choice was made meanwhile.
async function drawCharts(charts) {
  const turn = (chartsTurn += 1);
  for (const [name, any, , , linear] of charts) makeRoom(name, any, linear);
  for (const [name, ...given] of charts.toSorted(([a], [b]) => distanceOf(a) - distanceOf(b))) {
    await new Promise((done) => setTimeout(done));
    if (turn !== chartsTurn) return false;
    await chart(name, ...given);
  }
  return turn === chartsTurn;
}

// What is below a chart stays where it is when the chart comes.
function makeRoom(name, any, linear) {
  const holder = byId(`${name}-chart`);
  holder.hidden = !any;
  holder.style.minHeight = views[name] ? '' : `${shared.charts[chartKind(name, linear)].height}px`;
}

const chartKind = (name, linear) => (linear && !LOGARITHMIC_ONLY.includes(name) ? `${name}_linear` : name);

// How far a chart is from the screen, in pixels.
function distanceOf(name) {
  const { top, bottom } = byId(`${name}-chart`).getBoundingClientRect();
  return Math.max(0, top - window.innerHeight, -bottom);
}

async function chart(name, any, given, limits = {}, linear = false) {
  const holder = byId(`${name}-chart`);
  holder.hidden = !any;
  if (!any) return;
  const kind = chartKind(name, linear);
  if (views[name] && views[name].kind !== kind) await forget(name);
  const sets = Object.fromEntries(Object.entries(given).map(([set, rows]) => [set, looked(rows)]));
  if (!views[name]) {
    views[name] = { kind, made: embedded(holder, shared.charts[kind], sets, limits) };
    await views[name].made;
    return;
  }
  const view = await views[name].made;
  for (const [set, rows] of Object.entries(sets)) view.data(set, rows);
  for (const [limit, value] of Object.entries(limits)) view.signal(limit, value);
  await view.resize().runAsync();
}

async function forget(name) {
  const held = views[name];
  delete views[name];
  (await held?.made)?.finalize();
}

async function embedded(holder, spec, sets, limits) {
  const filled = {
    ...spec,
    data: spec.data.map((set) => (sets[set.name] ? { ...set, values: sets[set.name] } : set)),
    signals: spec.signals.map((signal) => ({
      ...signal,
      ...(signal.name in limits && { value: limits[signal.name] }),
    })),
    padding: { left: 2, top: 8, bottom: 5, right: 12 },
  };
  const options = {
    mode: 'vega',
    renderer: 'svg',
    actions: false,
    ast: true,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  };
  const embed = await vega();
  const { view } = await embed(holder, filled, options);
  view.addEventListener('click', (_, item) => {
    const row = item?.datum;
    if (Number.isInteger(row?.index))
      change({ ...(row.of && row.of !== run().name && { run: row.of }), case: row.index });
  });
  return Object.assign(view, { cleanThreshold: 100 });
}
