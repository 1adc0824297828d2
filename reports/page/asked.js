// What the address asks for and the run does not have: it is said, and greyed where it could be chosen.

const MOST_CALLS_ASKED = 1e6;
const TITLES = {
  operation: 'operation',
  parameters: 'parameters',
  dtype: 'precision',
  threads: 'threads',
  device: 'device',
};

// Each choice narrows the next. What the run has, but not with the choices before, stays in the list without effect.
function chosenView(run, state) {
  const options = {};
  const moves = [];
  let left = run.views;
  for (const name of VIEW) {
    const values = distinct(left.map((view) => view[name]));
    const usual = { threads: Math.max(...values), operation: run.operation }[name] ?? values[0];
    const pick = values.find((value) => String(value) === state[name]) ?? usual;
    const others = name === 'parameters' ? [] : distinct(run.views.map((view) => view[name]));
    const absent = others.filter((value) => !values.includes(value));
    const beside = VIEW.slice(0, VIEW.indexOf(name)).map((each) => left[0][each]);
    options[name] = optionsOf(name, values, absent, pick, beside.filter(Boolean).join(', '));
    if (state[name] && String(pick) !== state[name] && pick !== '')
      moves.push(`${notMeasured(TITLES[name], state[name], beside)}: shown is ${pick}.`);
    left = left.filter((view) => view[name] === pick);
  }
  return { view: left[0], options, moves };
}

function optionsOf(name, values, absent, pick, beside) {
  const all = [...values, ...absent].sort((a, b) => (typeof a === 'number' ? a - b : 0));
  const texts = all.map((value) => (absent.includes(value) ? `${value} (not measured for ${beside})` : String(value)));
  return { values: all, texts, absent, pick };
}

const notMeasured = (title, value, beside) =>
  title === TITLES.operation
    ? `There is no operation ${value} in this run`
    : `${title[0].toUpperCase()}${title.slice(1)} ${value} was not measured for ${beside.filter(Boolean).join(', ')}`;

// "1,000", "1e3" -> 1000; null for what is no whole number of calls.
function callsOf(text) {
  const calls = Number(String(text ?? '').replaceAll(',', '') || NaN);
  return Number.isInteger(calls) && calls >= 1 && calls <= MOST_CALLS_ASKED ? calls : null;
}

function otherMoves(run, state, view, { size, baseline, axis, along }) {
  const asked = askedSize(state.size);
  const moved = view.size_names.filter((name) => asked[name] !== undefined && asked[name] !== size[name]);
  return [
    moved.length && `${outOfReach(view, asked, moved)}: shown is ${sizeText(view.size_names, size)}.`,
    state.baseline &&
      state.baseline !== baseline &&
      `${state.baseline} has no time in this run: the baseline is ${baseline ?? 'none'}.`,
    state.calls &&
      callsOf(state.calls) === null &&
      `Calls “${state.calls}”: no whole number from 1 to ${whole(MOST_CALLS_ASKED)}; shown is one later call.`,
    state.axis &&
      along.length > 0 &&
      !along.includes(state.axis) &&
      `${state.axis} has one value here: time is drawn against ${axis}.`,
  ].filter(Boolean);
}

function outOfReach(view, asked, names) {
  const range = (name) => {
    const values = valuesOf(view, name);
    return values.length > 1 ? `${whole(values[0])} to ${whole(values.at(-1))}` : whole(values[0]);
  };
  const told = names.map((name) =>
    Number.isFinite(asked[name])
      ? `${name} = ${whole(asked[name])} (measured: ${range(name)})`
      : `${name} is no number`,
  );
  return `Outside what was measured for ${[view.operation, view.dtype].filter(Boolean).join(', ')}: ${told.join(', ')}`;
}

// "m=1000 n=20" -> { m: 1000, n: 20 }
const askedSize = (text) =>
  Object.fromEntries(
    (text || '')
      .split(' ')
      .filter(Boolean)
      .map((word) => word.split('='))
      .map(([name, value]) => [name, Math.round(Number(value))]),
  );

// What a choice of one control leaves as it is: all others, as they are shown or were asked for.
function pinned(name, state, choice) {
  if (!VIEW.includes(name)) return {};
  const kept = Object.fromEntries(VIEW.map((each) => [each, state[each] ?? String(choice.view[each])]));
  return { ...kept, size: state.size ?? choice.sizeKey };
}
