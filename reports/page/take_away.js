// Every figure can be taken away: as a picture, as numbers, as a link to it under the choices made.

const FIGURE_ROWS = {
  map: (found) => mapRows(found),
  ladder: ({ ladder: { rungs } }) =>
    rungs.map((row) => ({ ...nameAndTime(row), step: row.word, gain: row.gain?.ratio })),
  scaling: ({ scaling: found }) => lineRows(found.rows, found.axis ?? 'size'),
  calls: ({ calls: found }) => lineRows(found.rows, 'calls'),
  roofline: ({ roofline: found }) =>
    found.rows.map((row) => ({
      implementation: row.implementation,
      sizes: row.sizes,
      flop_per_byte: row.x,
      flop_per_second: row.time,
      share_of_limit: shareOfLimit(row),
    })),
  strip: ({ samples }) => samples.rows.map(sampleRow),
  density: ({ samples }) => samples.curve.map(({ block, time, share }) => ({ block, time_ns: time, density: share })),
  runs: ({ runs: found }) =>
    found.marks.map((row) => ({
      implementation: row.name,
      run: row.of,
      time_ns: row.x,
      low_ns: row.low,
      high_ns: row.high,
    })),
};

const sampleRow = ({ block, round, seconds, time, flagged }) => ({
  block,
  round,
  seconds,
  time_ns: time,
  disturbed: flagged,
});
const nameAndTime = (row) => ({
  implementation: row.implementation,
  time_ns: row.time,
  low_ns: row.low,
  high_ns: row.high,
});

const lineRows = (rows, axis) => rows.map((row) => ({ ...nameAndTime(row), run: row.of, [axis]: row.x }));

// The map's cells: the fastest at each place of a grid between the measured sizes.
const mapRows = ({ surface: found }) =>
  found.y.flatMap((y, j) =>
    found.x.map((x, i) => ({
      [found.across]: x,
      ...(found.down && { [found.down]: y }),
      fastest: found.cells[j][i]?.name ?? '',
    })),
  );

const quotedCell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
const csvLine = (cells) => cells.map((cell) => quotedCell(String(cell ?? ''))).join(',');

function csvOfRows(rows) {
  const names = distinct(rows.flatMap((row) => Object.keys(row)));
  return [names, ...rows.map((row) => names.map((name) => row[name]))].map(csvLine).join('\r\n');
}

// The numbers behind a table's cells where they have any, else their text. A column of bars alone is left out.
function csvOfTable(table) {
  const text = (cell) => (cell.dataset.value ?? cell.innerText ?? '').replace(/\s+/g, ' ').trim();
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map(text));
  const full = headOf(table).flatMap((_, i) => (rows.some((row) => row[i]) ? [i] : []));
  return [headOf(table), ...rows].map((row) => csvLine(full.map((i) => row[i]))).join('\r\n');
}

function headText(cell) {
  const text = cell.dataset.head ?? cell.innerText.replace(/[\s↓↑]+/g, ' ').trim();
  return cell.dataset.unit ? `${text} (${cell.dataset.unit})` : text;
}

// One row of heads: those that span several columns are written before each.
function headOf(table) {
  const columns = [];
  [...(table.tHead?.rows ?? [])].forEach((row, line) => {
    let place = line && columns[0] !== undefined && table.tHead.rows[0].cells[0].rowSpan > 1 ? 1 : 0;
    for (const cell of row.cells)
      for (let i = 0; i < cell.colSpan; i += 1, place += 1)
        columns[place] = [columns[place], headText(cell)].filter(Boolean).join(', ');
  });
  columns[0] ||= 'implementation';
  return columns;
}

const csvOf = (figure) => {
  const rows = FIGURE_ROWS[figure.dataset.figure]?.(model);
  return rows ? csvOfRows(rows) : csvOfTable(figure.querySelector('table'));
};

// Vega writes its own pictures; all others are read from the screen.
async function svgOf(figure) {
  const held = views[figure.dataset.figure];
  if (!held) return pictureOf(figure);
  const view = await held.made;
  return onPaper(withColours(await view.toSVG()));
}

const fileName = (figure, form) =>
  `${[run().name, model.choice.view.operation, figure.dataset.figure].join('-').replace(/[^\w.=-]+/g, '-')}.${form}`;

const FORMS = {
  png: async (figure) => pixelsOf(await svgOf(figure)),
  svg: async (figure) => new Blob([await svgOf(figure)], { type: 'image/svg+xml' }),
  csv: async (figure) => new Blob([`${csvOf(figure)}\r\n`], { type: 'text/csv' }),
};

async function take(figure, form) {
  const link = element('a', { href: URL.createObjectURL(await FORMS[form](figure)), download: fileName(figure, form) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function placeTools(root = document) {
  for (const figure of root.querySelectorAll('[data-figure]:not(:has(> .tools))')) {
    const button = (form) =>
      element('button', { type: 'button', 'data-form': form, onclick: () => take(figure, form) }, form.toUpperCase());
    const link = element('a', { class: 'to-figure' }, 'Link');
    const label = `Take away: ${figure.dataset.title}`;
    figure.append(
      element('div', { class: 'tools', role: 'group', 'aria-label': label }, Object.keys(FORMS).map(button), link),
    );
  }
}

function linkFigures(root = document) {
  for (const figure of root.querySelectorAll('[data-figure]')) {
    const tools = figure.querySelector(':scope > .tools');
    tools.querySelector('a').setAttribute('href', addressOf({ ...state, figure: figure.dataset.figure }));
    tools.hidden = !figure.querySelector('table, ol, .plane, .chart:not([hidden]) svg');
  }
}
