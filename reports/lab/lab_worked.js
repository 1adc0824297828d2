// A worked example beside its picture: each step in numbers, what every implementation of the run returned for its
// very input, and where the course errs.

function worked(section, s, found, run) {
  const { example } = s;
  return [
    table(
      `Step by step: ${example.title}`,
      [
        first('step', (row) => row[0]),
        { text: 'calculation', value: (row) => row[1], show: (row) => row[1] },
        { text: 'result', number: true, value: (row) => row[2], show: (row) => plain(row[2]) },
      ],
      example.steps({ s, found, example }),
      null,
      'steps',
    ),
    ...returned(section, s, run),
    example.errs ? element('p', { class: 'errs' }, element('strong', {}, 'Where the course errs. '), example.errs) : '',
  ];
}

function returned(section, s, run) {
  const { asks } = s.example;
  const own = new RegExp(`^example-${section}(-\\d+)?$`);
  const recorded = Object.entries(run.lab).flatMap(([name, task]) => (own.test(name) ? [task] : []));
  if (!recorded.length)
    return [
      run.views.some((view) => view.operation === asks)
        ? said('absent', 'This run did not record what its implementations return for it; a new run does.')
        : said('unmeasured', `This run did not measure ${asks}, so no implementation was asked for it.`),
    ];
  const tasks = atTheControls(s, recorded);
  if (!tasks.length)
    return [
      said('moved', 'The run recorded the example as the course has it: choose it again to see what was returned.'),
    ];
  const answers = answersTo(tasks);
  return [
    element('h5', {}, `What ${asks} returned for this input, in ${tasks[0].dtype}`),
    answersTable(answers, tasks, s.example),
    said('shown', ...notAmong(answers, tasks, asks, run)),
  ];
}

const said = (state, ...text) => element('p', { class: 'returned', 'data-state': state }, ...text);

// The tasks of the example as the controls stand; of a descent those up to where the steps stand.
function atTheControls(s, tasks) {
  const { steps, ...rest } = s.example.set;
  if (Object.entries(rest).some(([name, value]) => s[name] !== value)) return [];
  const stands = steps === undefined || s.steps === steps;
  return tasks.filter(({ settings }) => ('steps' in settings ? settings.steps <= s.steps : stands));
}

// Implementations that returned the same numbers for all tasks, and how far these are from the exact ones; the nearest
// come first.
function answersTo(tasks) {
  const names = Object.keys(tasks[0].who).filter((name) => tasks.every((task) => name in task.who));
  return [...grouped(names, (name) => tasks.map((task) => task.who[name]).join()).values()]
    .map((names) => {
      const outputs = tasks.map((task) => task.outputs[task.who[names[0]]]);
      const apart = outputs.flatMap((values, k) => values.map((value, i) => Math.abs(value - tasks[k].expected[i])));
      return { names, outputs, error: Math.max(...apart) };
    })
    .sort((a, b) => a.error - b.error || b.names.length - a.names.length);
}

// All digits: 1.464 or 1.4639999999999997.
function answerText(values, { theta0s }) {
  const list = (items) => `(${items.join(', ')})`;
  const texts = values.map((value) => String(value).replaceAll('-', '−'));
  if (theta0s) return list(folded(texts, theta0s.length).map(list));
  return texts.length === 1 ? texts[0] : list(texts);
}

const answersTable = (answers, tasks, example) =>
  table(
    `What the implementations returned: ${example.title}`,
    [
      ...tasks.map(({ settings }, k) => ({
        text: settings.steps === undefined ? 'returned' : `θ after step ${settings.steps}`,
        nowrap: true,
        value: (row) => row.outputs[k].join(' '),
        show: (row) => answerText(row.outputs[k], example),
      })),
      column('largest error', (row) => row.error),
      {
        text: 'by',
        value: (row) => row.names.join(' '),
        show: (row) => `${plural(row.names.length, 'implementation')}: ${row.names.join(', ')}`,
      },
    ],
    answers,
    null,
    'answers',
  );

// Who is not in the table, and why.
function notAmong(answers, tasks, asks, run) {
  const there = new Set(answers.flatMap(({ names }) => names));
  const bad = new Map(tasks.flatMap((task) => Object.entries(task.not_ok)));
  const rest = run.implementations.filter((name) => !there.has(name) && !bad.has(name) && !run.unable.includes(name));
  const cases = run.views.filter((view) => view.operation === asks).flatMap(run.everyCaseOf);
  const tried = new Set(cases.map((row) => row.implementation));
  const lacking = rest.filter((name) => !tried.has(name));
  const never = rest.filter((name) => tried.has(name));
  const wrong = [...bad].filter(([, [status]]) => status === 'wrong');
  const late = [...bad].filter(([, [status]]) => status !== 'wrong');
  const listed = (entries) => entries.map(([name, [status, reason]]) => `${name} (${status}: ${reason})`).join(', ');
  return [
    lacking.length
      ? element(
          'span',
          { 'data-lacking': lacking.join(' ') },
          `Not measured in this run for ${asks}: ${lacking.join(', ')}. `,
        )
      : '',
    never.length ? element('span', { 'data-never': never.join(' ') }, `Nothing recorded of ${never.join(', ')}. `) : '',
    late.length ? element('span', {}, `Not asked to the end: ${listed(late)}. `) : '',
    wrong.length ? element('strong', { class: 'bad' }, `Wrong: ${listed(wrong)}.`) : '',
  ];
}
