// The lab's controls, presets and index, and when which picture is drawn anew.

const PICTURES = {
  hypothesis,
  fitting: lineFitting,
  assumptions,
  'squared-error': squaredError,
  single: oneVariable,
  several: severalVariables,
  vectorization,
  r2: r2Score,
  diagnostics,
  surface: costSurfacePicture,
};

const IN_THREES = ['hypothesis', 'single'];
const ROOM_FOR_THREE = 780;

const drawnAt = {};
let labFrame = null;
let shownRun = null;

// Changes choices of one section; null takes one back to where it stands at first.
function setControls(section, changes) {
  for (const [name, value] of Object.entries(changes)) {
    const key = `lab-${section}-${name}`;
    const first = CONTROLS_OF[section][name]?.[0];
    if (value === null || value === first) delete state[key];
    else state[key] = String(value);
  }
  const names = Object.keys(changes);
  const step = names.length === 1 ? `lab-${section}-${names[0]}` : null;
  labFrame ??= requestAnimationFrame(() => {
    labFrame = null;
    remember(step);
    drawLab(run());
  });
}

const setControl = (section, name, value) => setControls(section, { [name]: value });
const cleared = (section) =>
  Object.fromEntries([...Object.keys(CONTROLS_OF[section]), 'example', 'size'].map((name) => [name, null]));

function drawLab(run) {
  const box = byId('lab');
  box.hidden = !run.lab;
  if (!run.lab) return;
  if (!shownRun) placeLab();
  shownRun = run;
  if (Object.keys(state).some((name) => name.startsWith('lab-'))) byId('lab-fold').open = true;
  if (!byId('lab-fold').open) return;
  run.labDraws ??= storedDraws(run.lab) ?? 'none';
  const stored = run.labDraws === 'none' ? null : run.labDraws;
  // Once: asked between drawings, it lays out the page each time.
  const width = Math.max(240, Math.floor(byId('lab-hypothesis').querySelector('.shown').clientWidth));
  for (const name of Object.keys(PICTURES)) {
    const s = { ...settings(name, state), known: stored ? stored.deviation.length : 0 };
    drawPicture(name, s, stored, run, width);
  }
  byId('lab-kept').textContent = Object.keys(run.lab).length
    ? ''
    : 'This run stored no outputs of its kernels, so everything here is computed by the page. ' +
      'A new run stores them.';
  box.dataset.drawn = String(Number(box.dataset.drawn || 0) + 1);
}

function drawPicture(name, s, stored, run, width) {
  const holder = byId(`lab-${name}`);
  const token = JSON.stringify([run.name, width, s]);
  if (drawnAt[name] === token) return;
  drawnAt[name] = token;
  placeControls(name, s);
  const three = width > ROOM_FOR_THREE && IN_THREES.includes(name);
  const made = PICTURES[name]({
    s,
    stored,
    run,
    lab: run.lab,
    look: looker(run, { focus: null }),
    room: width,
    width: three ? Math.floor((width - 32) / 3) : width > 560 ? Math.floor((width - 24) / 2) : width,
  });
  const panels = made.panels.map(({ root, wide }) => (wide ? element('div', { class: 'whole' }, root) : root));
  holder.querySelector('.panels').classList.toggle('three', three);
  const focused = document.activeElement?.id;
  holder.querySelector('.panels').replaceChildren(...panels);
  if (focused && document.activeElement?.id !== focused) byId(focused)?.focus({ preventScroll: true });
  holder.querySelector('.caption').replaceChildren(...[made.caption, made.kernels, made.printed].filter(Boolean));
  holder.querySelector('.worked').replaceChildren(...(s.example ? worked(name, s, made.found, run) : []));
  holder.querySelector('.values').replaceChildren(made.table);
  for (const [value, number] of Object.entries(made.values ?? {})) holder.dataset[value] = String(number);
}

function placeLab() {
  for (const name of Object.keys(PICTURES)) {
    const holder = byId(`lab-${name}`);
    // Enter in a control would load the page anew.
    holder.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
    holder.querySelector('form').replaceChildren(...Object.keys(CONTROLS_OF[name]).map((each) => control(name, each)));
    holder.querySelector('.presets').replaceChildren(...presets(name));
  }
  byId('lab-surface').addEventListener('pointerdown', turnByDragging);
  byId('lab-fold').addEventListener('toggle', () => drawLab(shownRun));
  for (const button of byId('lab-index').querySelectorAll('button')) {
    button.addEventListener('click', () => {
      byId('lab-fold').open = true;
      drawLab(shownRun);
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

function turnByDragging(event) {
  if (!event.target.closest('.turns')) return;
  event.preventDefault();
  const { turn } = settings('surface', state);
  const move = ({ clientX }) => {
    const angle = turn - (clientX - event.clientX) / 2;
    setControl('surface', 'turn', Math.round((((angle + 540) % 360) - 180) / 5) * 5);
  };
  const stop = () => {
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', stop);
    window.removeEventListener('pointercancel', stop);
  };
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', stop);
  window.addEventListener('pointercancel', stop);
}

// The course's settings, its worked example, and what if …: a button each.
function presets(section) {
  const button = (preset, text, changes) =>
    element(
      'button',
      {
        type: 'button',
        'data-preset': preset,
        'aria-pressed': 'false',
        onclick: () => setControls(section, { ...cleared(section), ...changes }),
      },
      text,
    );
  const list = (title, buttons) =>
    element('div', {}, element('p', {}, title), element('ul', {}, ...buttons.map((one) => element('li', {}, one))));
  const { title, set } = EXAMPLES[section];
  return [
    list('The course', [
      button('course', 'Its simulation', {}),
      button('example', `Worked example: ${title}`, { ...set, example: 1 }),
    ]),
    list(
      'What if',
      WHAT_IF[section].map(([text, changes], i) => button(`what-${i}`, text, changes)),
    ),
  ];
}

// Which preset the controls stand at, and what to look at there.
function placePresets(section, s) {
  const holder = byId(`lab-${section}`);
  const what = WHAT_IF[section].findIndex(([, set]) => standsAt(section, s, set));
  const on = s.example ? 'example' : standsAt(section, s, {}) ? 'course' : what >= 0 ? `what-${what}` : '';
  for (const each of holder.querySelectorAll('[data-preset]'))
    each.setAttribute('aria-pressed', String(each.dataset.preset === on));
  const told = holder.querySelector('.told');
  if (s.example)
    told.replaceChildren(element('b', {}, s.example.title), element('span', {}, s.example.given), s.example.look);
  else if (what >= 0)
    told.replaceChildren(element('b', {}, `What if: ${WHAT_IF[section][what][0]}`), WHAT_IF[section][what][2]);
  else told.replaceChildren();
}

const controlId = (section, name) => `lab-control-${section}-${name}`;

function control(section, name) {
  const [, values, show] = CONTROLS_OF[section][name];
  const id = controlId(section, name);
  const label = LABELS[name];
  if (typeof values[0] === 'boolean') {
    const tick = element('input', {
      id,
      type: 'checkbox',
      onchange: (event) => setControl(section, name, event.target.checked),
    });
    return element('label', { class: 'tick' }, tick, label);
  }
  if (typeof values[0] === 'string') {
    const options = values.map((value) => element('option', { value }, show?.(value) ?? value));
    const select = element(
      'select',
      { id, onchange: (event) => setControl(section, name, event.target.value) },
      options,
    );
    return element('label', {}, element('span', {}, label), select);
  }
  const slider = element('input', {
    id,
    type: 'range',
    min: 0,
    max: values.length - 1,
    step: 1,
    oninput: (event) => setControl(section, name, values[event.target.value]),
  });
  return element('label', {}, element('span', {}, label, element('output', { for: id })), slider);
}

function placeControls(section, s) {
  const fixed = s.example ? [...THEIR_DATA, ...(s.example.fixed ?? [])] : [];
  for (const [name, [, values, show]] of Object.entries(CONTROLS_OF[section])) {
    const input = byId(controlId(section, name));
    input.disabled = fixed.includes(name);
    input.closest('label').title = input.disabled ? 'The worked example has its own.' : '';
    if (input.type === 'checkbox') input.checked = s[name];
    else if (input.tagName === 'SELECT') input.value = s[name];
    else {
      const text = show?.(s[name]) ?? (name === 'm' || name === 'n' ? whole(s[name]) : String(s[name]));
      input.value = values.indexOf(s[name]);
      input.setAttribute('aria-valuetext', text);
      input.closest('label').querySelector('output').textContent = input.disabled ? '–' : text;
    }
  }
  placePresets(section, s);
}
