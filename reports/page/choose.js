// State from the address -> a choice that this run can show.

function chosen(run, state) {
  const { view, options, moves } = chosenView(run, state);
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
  const calls = callsOf(state.calls);
  const transfers = run.moves ? ['', '1'] : [''];
  options.moved = {
    values: transfers,
    texts: ['not included', 'included'],
    pick: transfers.includes(state.moved) ? state.moved : '',
  };
  options.scale = {
    values: ['', 'linear'],
    texts: ['logarithmic', 'linear'],
    pick: state.scale === 'linear' ? 'linear' : '',
  };
  options.overlay = overlayChoice(run.others ?? [], state.overlay);
  options.near = {
    values: NEARNESS,
    texts: NEARNESS.map(nearText),
    pick: NEARNESS.includes(state.near) ? state.near : '',
  };
  return {
    options,
    view,
    baseline,
    axis,
    axes,
    measured,
    size: at.size,
    sizeKey: at.key,
    calls: calls ?? Infinity,
    imports: calls !== null && state.import === '1',
    moved: options.moved.pick === '1',
    moves: [...moves, ...otherMoves(run, state, view, { size: at.size, baseline, axis, along })],
    direct: state.direct === '1' && run.algorithms.includes('direct'),
    linear: options.scale.pick === 'linear',
    near: Number(options.near.pick) || Infinity,
    hidden: hiddenNames(state, run),
    overlay: options.overlay.pick,
    focus: state.focus && run.looks[state.focus] ? state.focus : null,
  };
}

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

// "m=1000 n=20" -> whole sizes between the least and the most measured; the view's own where it says nothing of one.
function sizeChoice(view, text) {
  const asked = askedSize(text);
  const standard = Object.fromEntries(
    view.chosen
      .split(' ')
      .filter(Boolean)
      .map((word) => word.split('=').map((part, i) => (i ? Number(part) : part))),
  );
  const size = Object.fromEntries(
    view.size_names.map((name) => {
      const values = valuesOf(view, name);
      // An axis that was never varied holds one value: a size off the grid there has nothing beside it.
      return [name, asked[name] >= 1 ? within(values[0], asked[name], values.at(-1)) : standard[name]];
    }),
  );
  return { size, key: sizeKey(view.size_names, size) };
}

// Colour, shape and strength by name. A focus fades everything else.
function looker(run, choice) {
  return (name) => {
    const [number, shape] = run.looks[name] || [7, 'circle'];
    return { colour: `var(--c${number})`, shape, opacity: choice.focus && choice.focus !== name ? 0.15 : 1 };
  };
}

const marked = (row) => row.implementation + (row.algorithm && row.algorithm !== 'direct' ? ' †' : '');
