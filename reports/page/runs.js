// Several runs: side by side at the chosen size; one over the other against size, and in the samples of a case.

const NO_OVERLAY = 'none';

// The chosen view and size in every run, each time against that of the run chosen.
function sideBySide(runs, run, choice) {
  const look = looker(run, choice);
  const sizes = sizeKey(choice.view.size_names, nearest(choice.view, choice.size));
  const columns = runs.map((one) => ({ run: one, view: sameView(one, choice.view) }));
  const at = columns.map(
    ({ run: one, view }) =>
      new Map(
        view
          ? one
              .casesOf(view)
              .filter((row) => row.sizes === sizes)
              .map((row) => [row.implementation, row])
          : [],
      ),
  );
  const own = runs.indexOf(run);
  const names = distinct(at.flatMap((rows) => [...rows.keys()])).filter(
    (name) => shows(choice, name) && (!choice.direct || at.some((rows) => rows.get(name)?.algorithm === 'direct')),
  );
  const rows = names.map((name) => {
    const base = at[own].get(name);
    const cells = at.map((cases, i) => {
      const row = cases.get(name) ?? null;
      const cost = row && costOf(row, choice);
      const before = base && costOf(base, choice);
      const compared = i !== own && cost && before && !row.disturbed && !base.disturbed;
      return { row, cost, gain: compared ? unpairedRatio(before, cost) : null };
    });
    return { implementation: name, ...look(name), cells };
  });
  const rank = ({ cells }) => (cells[own].row?.disturbed ? Infinity : (cells[own].cost?.time ?? Infinity));
  rows.sort((a, b) => rank(a) - rank(b));
  const headed = columns.map(({ run: one, view }, i) => ({
    text: runText(one.name, view),
    name: one.name,
    ...runLook(i),
  }));
  return { columns: headed, rows, own, ...runMarks(headed, rows) };
}

const runText = (name, view) => `${name}${view?.threads ? ` (${plural(view.threads, 'thread')})` : ''}`;
const runLook = (i) => ({ colour: `var(--c${i % COLOURS})`, shape: SHAPE_NAMES[i % SHAPE_NAMES.length] });

// Every time of every run that was not disturbed, a mark each.
function runMarks(columns, rows) {
  const marks = rows.flatMap(({ implementation, opacity, cells }) =>
    cells.flatMap(({ row, cost }, i) =>
      cost && !row.disturbed
        ? [
            {
              ...columns[i],
              name: implementation,
              run: columns[i].text,
              of: columns[i].name,
              index: row.index,
              opacity,
              x: cost.time,
              low: cost.low ?? cost.time,
              high: cost.high ?? cost.time,
              text: timeText(cost.time),
              interval: rangeText(cost.low, cost.high, timeText),
              description: `${implementation} in ${columns[i].text}: ${timeText(cost.time)}`,
            },
          ]
        : [],
    ),
  );
  const [x_least, x_most] = apartAtLeast(
    Math.min(...marks.map((mark) => mark.low)),
    Math.max(...marks.map((mark) => mark.high)),
  );
  return { marks, limits: { x_least, x_most, x_title: `time of one call${scaleText(false)}` } };
}

// The same view in another run; one of other threads where that run has no such.
function sameView(run, view) {
  const others = VIEW.filter((name) => name !== 'threads');
  const alike = run.views.filter((one) => others.every((name) => one[name] === view[name]));
  return alike.find((one) => one.threads === view.threads) ?? alike.at(-1) ?? null;
}

// The run drawn over the chosen one: the other of two, or one of several that was asked for.
function overlayChoice(others, asked) {
  const usual = others.length === 1 && asked !== NO_OVERLAY ? others[0] : NO_OVERLAY;
  return { values: [NO_OVERLAY, ...others], pick: others.includes(asked) ? asked : usual };
}

const overlaid = (runs, choice) => runs.find((one) => one.name === choice.overlay) ?? null;

// The same case in another run.
function sameCase(run, row) {
  const fields = ['implementation', 'sizes', ...VIEW];
  return run.allCases().find((one) => fields.every((name) => one[name] === row[name])) ?? null;
}
