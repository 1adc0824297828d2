// State from the address -> a choice that this run can show.

const CALLS = ['', '1', '10', '100', '1000', '10000', '100000', '1000000'];

function chosen(run, state) {
  const options = {};
  let left = run.views;
  for (const name of VIEW) {
    const values = distinct(left.map((view) => view[name]));
    const usual = { threads: Math.max(...values), operation: run.operation }[name] ?? values[0];
    const pick = values.find((value) => String(value) === state[name]) ?? usual;
    options[name] = { values, pick };
    left = left.filter((view) => view[name] === pick);
  }
  const [view] = left;
  const at = sizeChoice(view, state.size);
  const baseline = run.baselines.includes(state.baseline) ? state.baseline : run.baseline;
  const axes = axesOf(view);
  const threads = threadsBeside(run, view);
  const along = threads.length > 1 ? [...axes, 'threads'] : axes;
  const axis = along.includes(state.axis) ? state.axis : (along[0] ?? view.size_names[0] ?? null);
  const keys = view.sizes.map((size) => sizeKey(view.size_names, size));
  const measured = keys.includes(at.key);
  options.size = {
    values: measured ? keys : [at.key, ...keys],
    pick: at.key,
    texts: [
      ...(measured ? [] : [`${sizeText(view.size_names, at.size)} (predicted)`]),
      ...view.sizes.map((size) => sizeText(view.size_names, size)),
    ],
  };
  options.baseline = { values: run.baselines, pick: baseline };
  options.axis = { values: along, pick: axis };
  options.calls = { values: CALLS, texts: CALLS.map(callsText), pick: CALLS.includes(state.calls) ? state.calls : '' };
  options.moved = { values: ['', '1'], texts: ['not included', 'included'], pick: state.moved === '1' ? '1' : '' };
  return {
    options,
    view,
    baseline,
    axis,
    axes,
    measured,
    size: at.size,
    sizeKey: at.key,
    calls: Number(options.calls.pick) || Infinity,
    moved: options.moved.pick === '1',
    direct: state.direct === '1' && run.algorithms.includes('direct'),
    focus: state.focus && run.looks[state.focus] ? state.focus : null,
  };
}

const callsText = (calls) =>
  ({ '': 'not included', 1: 'included in full' })[calls] ?? `shared among ${whole(calls)} calls`;
const valuesOf = (view, name) => {
  view.values ??= Object.fromEntries(
    view.size_names.map((one) => [one, distinct(view.sizes.map((size) => size[one])).sort((a, b) => a - b)]),
  );
  return view.values[name];
};
const axesOf = (view) => view.size_names.filter((name) => valuesOf(view, name).length > 1);

// Views that differ from this one in their threads alone, fewest first.
function threadsBeside(run, view) {
  const others = VIEW.filter((name) => name !== 'threads');
  return run.views
    .filter((one) => others.every((name) => one[name] === view[name]))
    .sort((a, b) => a.threads - b.threads);
}

// "m=1000 n=20" -> whole sizes between the least and the most measured; the view's own choice where it says less.
function sizeChoice(view, text) {
  const asked = Object.fromEntries((text || '').split(' ').map((word) => word.split('=')));
  const standard = Object.fromEntries(
    view.chosen
      .split(' ')
      .filter(Boolean)
      .map((word) => word.split('=').map((part, i) => (i ? Number(part) : part))),
  );
  const size = Object.fromEntries(
    view.size_names.map((name) => {
      const values = valuesOf(view, name);
      const wanted = Math.round(Number(asked[name]));
      return [name, wanted >= 1 ? within(values[0], wanted, values.at(-1)) : standard[name]];
    }),
  );
  const complete = view.size_names.every((name) => asked[name] !== undefined);
  const key = sizeKey(view.size_names, size);
  const exists = view.sizes.some((one) => sizeKey(view.size_names, one) === key);
  // Axes that were never varied hold one value: a size off the grid there has nothing beside it.
  return complete || exists ? { size, key } : { size: standard, key: view.chosen };
}

// Colour, shape and strength by name. A focus fades everything else.
function looker(run, choice) {
  return (name) => {
    const [number, shape] = run.looks[name] || [7, 'circle'];
    return { colour: `var(--c${number})`, shape, opacity: choice.focus && choice.focus !== name ? 0.15 : 1 };
  };
}

const marked = (row) => row.implementation + (row.algorithm && row.algorithm !== 'direct' ? ' †' : '');
