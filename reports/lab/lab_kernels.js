// The stored outputs of every implementation, if the controls are at the run's task.

// The run's own draws, from the inputs of its tasks; null where it kept none.
function storedDraws(lab) {
  const { features, 'learned-1': learned } = lab;
  if (features?.inputs.X && features.inputs.y) {
    const { X, y } = features.inputs;
    const [place, u] = [1, 2].map((j) => X.filter((_, i) => i % 3 === j));
    return { place, u, deviation: y.map((value, i) => (value - 3 * place[i] - 2 * u[i]) / features.settings.noise) };
  }
  if (!learned?.inputs.X || !learned.inputs.y) return null;
  const x = learned.inputs.X.filter((_, i) => i % 2);
  const deviation = learned.inputs.y.map((y, i) => (y - SCENES['squared-error'].line(x[i])) / learned.settings.noise);
  return { place: x.map((value) => value / 10), deviation, u: [] };
}

// Whether the controls are where the task was asked; what has no control does not matter, nor what is `free`.
// A run that kept too little to know its draws has none that stands.
function stands(task, s, free = []) {
  if (s.example) return false;
  const own = Object.entries(task.settings).filter(([name]) => name in s && !free.includes(name));
  const drawnAlike = !('noise' in task.settings) || (s.draw === 0 && s.known >= s.samples);
  return drawnAlike && own.every(([name, value]) => s[name] === value);
}

const one = (lab, name) => ({ tasks: lab[name] ? [lab[name]] : [], any: name in lab });

// Tasks asked at several steps or degrees, up to where the control stands, in order.
function along(lab, prefix, name, most = Infinity) {
  const all = Object.keys(lab)
    .filter((key) => key.startsWith(`${prefix}-`))
    .map((key) => lab[key]);
  return {
    tasks: all.filter((task) => task.settings[name] <= most).sort((a, b) => a.settings[name] - b.settings[name]),
    any: all.length > 0,
  };
}

// The outputs of each implementation for all of the tasks; `mine` are this page's own numbers for one of them.
function kernels({ tasks, any }, s, mine, free = []) {
  if (!any) return { state: 'absent', hands: [], bad: [] };
  if (!tasks.length || !tasks.every((task) => stands(task, s, free))) return { state: 'moved', hands: [], bad: [] };
  const names = Object.keys(tasks[0].who).filter((name) => tasks.every((task) => name in task.who));
  const hands = names.map((name) => ({ name, values: tasks.map((task) => task.outputs[task.who[name]]) }));
  const bad = new Map(tasks.flatMap((task) => Object.entries(task.not_ok)));
  const apart = tasks.map((task, k) =>
    farthest(
      hands.map(({ values }) => values[k]),
      mine(task),
    ),
  );
  return { state: 'drawn', tasks, hands, bad: [...bad], apart: Math.max(0, ...apart) };
}

// The largest difference from this page's numbers, in parts of the largest of them.
function farthest(outputs, own) {
  const size = Math.max(...own.map(Math.abs)) || 1;
  return Math.max(
    0,
    ...outputs.map((values) => Math.max(...values.map((value, i) => Math.abs(value - own[i]))) / size),
  );
}

const FAR = 1e-3;

function kernelsNote({ state, hands, bad, apart }, operation, example) {
  if (example) return null;
  const wrong = bad.filter(([, [status]]) => status === 'wrong').map(([name]) => name);
  const not = bad.length ? [` Not drawn: ${bad.map(([name, [status]]) => `${name} (${status})`).join(', ')}.`] : [];
  const distance = apart
    ? `with a difference of at most ${digits(apart)} of the largest number from this page’s own`
    : 'with the same numbers as this page’s own';
  const text = {
    absent: () => `The run stored no outputs of ${operation} for this picture; only this page’s own numbers are drawn.`,
    moved: () => 'The run computed this at the course’s settings; here only this page’s own numbers are drawn.',
    drawn: () => `${plural(hands.length, 'implementation')} of ${operation} drawn, ${distance}.`,
  }[state]();
  return element(
    'p',
    {
      class: `kernels ${apart > FAR ? 'far' : state}`,
      'data-state': state,
      'data-hands': hands.length,
      'data-apart': apart ?? null,
      'data-wrong': wrong.join(' ') || null,
    },
    text,
    not.length ? element('strong', { class: wrong.length && 'bad' }, not) : '',
  );
}
