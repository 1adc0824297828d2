// The lab's controls, its index, and when which picture is drawn anew.

const every = (low, high, step) =>
  between(low, high, Math.round((high - low) / step) + 1).map((value) => Number(value.toFixed(6)));
const powers = (low, high) => every(10 * low, 10 * high, 1).map((k) => Number((10 ** (k / 10)).toPrecision(3)));

const CONTROLS = {
  samples: { label: 'Samples m', values: [...every(1, 20, 1), ...every(25, 100, 5), ...every(110, 500, 10)] },
  noise: { label: 'Noise', values: every(0, 5, 0.1) },
  draw: { label: 'Draw', values: every(0, 40, 1), show: (value) => (value ? `no. ${value}` : 'the run’s') },
  data: {
    label: 'Data',
    values: ['line', 'wave'],
    show: (value) => ({ line: 'y = 1 + 2x', wave: 'y = 1 + 2 sin πx' })[value],
  },
  rate: {
    label: 'Learning rate α',
    values: [...new Set([...powers(-4, 0), 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.26, 1.58, 2])].sort((a, b) => a - b),
  },
  steps: {
    label: 'Steps',
    values: [...every(0, 20, 1), ...every(25, 100, 5), ...every(110, 300, 10), ...every(350, 1000, 50)],
  },
  theta0: { label: 'Start θ₀', values: every(-10, 10, 0.1) },
  theta1: { label: 'Start θ₁', values: every(-10, 10, 0.1) },
  degree: { label: 'Polynomial degree', values: every(1, HIGHEST_DEGREE, 1) },
  l2: { label: 'L2 penalty α', values: [0, ...powers(-4, 2)] },
  collinearity: { label: 'Collinearity', values: every(0, 1, 0.05) },
  model: { label: 'Model for R²', values: ['linear', 'constant', 'random', 'sine'] },
};
const TASK = {
  samples: 100,
  noise: 0.5,
  draw: 0,
  data: 'line',
  rate: 0.1,
  steps: 100,
  theta0: 4,
  theta1: 3,
  degree: 3,
  l2: 0.01,
  collinearity: 0.5,
  model: 'linear',
};
const LINE_USES = ['samples', 'noise', 'draw', 'data'];
const DESCENT_USES = ['rate', 'steps', 'theta0', 'theta1'];

const PICTURES = {
  hypothesis: { draw: hypothesis, uses: [...LINE_USES, ...DESCENT_USES] },
  fitting: { draw: lineFitting, uses: [...LINE_USES, 'degree', 'l2'] },
  assumptions: { draw: assumptions, uses: ['samples', 'noise', 'draw', 'collinearity', 'l2'] },
  'squared-error': { draw: squaredError, uses: [...LINE_USES, ...DESCENT_USES] },
  single: { draw: oneVariable, uses: ['rate', 'steps', 'theta0'] },
  several: { draw: severalVariables, uses: DESCENT_USES },
  vectorization: { draw: vectorization, uses: ['size'] },
  r2: { draw: r2Score, uses: [...LINE_USES, 'model'] },
  diagnostics: { draw: diagnostics, uses: ['samples', 'noise', 'draw', 'degree'] },
  surface: { draw: costSurfacePicture, uses: [...LINE_USES, ...DESCENT_USES] },
};

const drawnAt = {};
const key = (name) => `lab-${name}`;
let labFrame = null;
let shownRun = null;

// Where the controls stand: the address's words, the nearest value there is, else the run's task.
function settings() {
  const at = (name) => {
    const { values } = CONTROLS[name];
    const asked = state[key(name)];
    if (asked === undefined) return TASK[name];
    if (typeof values[0] === 'string') return values.includes(asked) ? asked : TASK[name];
    const number = Number(asked);
    return Number.isFinite(number)
      ? values.reduce((a, b) => (Math.abs(b - number) < Math.abs(a - number) ? b : a))
      : TASK[name];
  };
  return { ...Object.fromEntries(Object.keys(CONTROLS).map((name) => [name, at(name)])), size: state[key('size')] };
}

function setControl(name, value) {
  if (value === TASK[name]) delete state[key(name)];
  else state[key(name)] = String(value);
  labFrame ??= requestAnimationFrame(() => {
    labFrame = null;
    history.replaceState(null, '', `#${new URLSearchParams(state)}`);
    drawLab(run());
  });
}

function drawLab(run) {
  const box = byId('lab');
  box.hidden = !run.lab;
  if (!run.lab) return;
  const s = settings();
  if (!shownRun) listenLab();
  if (shownRun !== run) placeLab(run);
  shownRun = run;
  placeControls(s, run);
  run.labDraws ??= storedDraws(run.lab) ?? 'none';
  s.known = run.labDraws !== 'none';
  const found = computed(s, s.known ? run.labDraws : null);
  // Once: asked between drawings, it lays out the page each time.
  const width = Math.max(240, Math.floor(byId('lab-hypothesis').clientWidth));
  for (const name of Object.keys(PICTURES)) drawPicture(name, s, found, run, width);
  const kept = Object.keys(run.lab).length;
  byId('lab-kept').textContent = kept
    ? ''
    : 'This run stored no outputs of its kernels, so everything here is computed by the page. ' +
      'A new run stores them.';
  byId('lab-back').disabled = Object.keys(CONTROLS).every((name) => s[name] === TASK[name]);
  box.dataset.drawn = String(Number(box.dataset.drawn || 0) + 1);
}

function drawPicture(name, s, found, run, width) {
  const { draw, uses } = PICTURES[name];
  const holder = byId(`lab-${name}`);
  const wide = width > 560;
  const token = JSON.stringify([run.name, width, ...uses.map((use) => s[use])]);
  if (drawnAt[name] === token) return;
  drawnAt[name] = token;
  const made = draw({
    s,
    found,
    run,
    lab: run.lab,
    look: looker(run, { focus: null }),
    width: wide && name !== 'vectorization' ? Math.floor((width - 24) / 2) : width,
  });
  holder.querySelector('.panels').replaceChildren(...made.panels.map((panel) => panel.root));
  holder.querySelector('.caption').replaceChildren(made.caption, made.kernels ?? '');
  holder.querySelector('.values').replaceChildren(made.table);
  for (const [value, number] of Object.entries(made.values ?? {})) holder.dataset[value] = String(number);
}

function placeLab(run) {
  const groups = [
    ['Data', [...LINE_USES]],
    ['Descent', DESCENT_USES],
    ['Fit', ['degree', 'l2', 'collinearity', 'model']],
  ];
  byId('lab-controls').replaceChildren(
    ...groups.map(([title, names]) => element('fieldset', {}, element('legend', {}, title), names.map(control))),
  );
  const view = predictView(run);
  if (view)
    byId('lab-controls').append(element('fieldset', {}, element('legend', {}, 'Times'), sizeControl(run, view)));
}

function listenLab() {
  byId('lab-back').addEventListener('click', () => {
    for (const name of Object.keys(CONTROLS)) setControl(name, TASK[name]);
  });
  for (const button of byId('lab-index').querySelectorAll('button')) {
    button.addEventListener('click', () => {
      const heading = byId(`lab-${button.dataset.to}`).querySelector('h4');
      heading.focus({ preventScroll: true });
      heading.scrollIntoView({ block: 'start' });
    });
  }
  let width = window.innerWidth;
  window.addEventListener('resize', () => {
    if (width !== window.innerWidth) {
      width = window.innerWidth;
      drawLab(shownRun);
    }
  });
}

function control(name) {
  const { label, values } = CONTROLS[name];
  const id = `lab-control-${name}`;
  const used = () => {
    for (const [picture, { uses }] of Object.entries(PICTURES))
      byId(`lab-${picture}`).classList.toggle('moves', uses.includes(name));
  };
  const left = () => {
    for (const picture of Object.keys(PICTURES)) byId(`lab-${picture}`).classList.remove('moves');
  };
  const listen = { onpointerenter: used, onpointerleave: left, onfocusin: used, onfocusout: left };
  if (typeof values[0] === 'string') {
    const options = values.map((value) => element('option', { value }, CONTROLS[name].show?.(value) ?? value));
    return element(
      'label',
      listen,
      element('span', {}, label),
      element('select', { id, onchange: (event) => setControl(name, event.target.value) }, options),
    );
  }
  return element(
    'label',
    listen,
    element('span', {}, label, element('output', { for: id })),
    element('input', {
      id,
      type: 'range',
      min: 0,
      max: values.length - 1,
      step: 1,
      oninput: (event) => setControl(name, values[event.target.value]),
    }),
  );
}

function sizeControl(run, view) {
  const options = sizesOf(view).map((value, i) =>
    element('option', { value }, sizeText(view.size_names, view.sizes[i])),
  );
  const select = element(
    'select',
    { id: 'lab-control-size', onchange: (event) => setControl('size', event.target.value) },
    options,
  );
  return element('label', {}, element('span', {}, 'Size m × n'), select);
}

function placeControls(s, run) {
  for (const [name, { values, show }] of Object.entries(CONTROLS)) {
    const input = byId(`lab-control-${name}`);
    if (input.tagName === 'SELECT') {
      input.value = s[name];
      continue;
    }
    const text = show?.(s[name]) ?? String(s[name]);
    input.value = values.indexOf(s[name]);
    input.setAttribute('aria-valuetext', text);
    input.closest('label').querySelector('output').textContent = text;
  }
  const view = predictView(run);
  if (view) byId('lab-control-size').value = sizeOf(s, view);
}
