// A derived model -> elements. Text is only ever set as text.

// Shapes that Vega has no name for, as corners between -1 and 1.
const POLYGONS = {
  star: spokes(5, 0.42),
  pentagon: spokes(5),
  saltire: turned([0.95, 0.5]),
};

// Points around a centre, every second one drawn in where that is asked for.
function spokes(count, inner = null) {
  const every = inner === null ? 1 : 2;
  return Array.from({ length: count * every }, (_, i) => {
    const angle = (i * Math.PI * 2) / (count * every) - Math.PI / 2;
    const far = i % every ? inner : 1;
    return [Math.cos(angle) * far, Math.sin(angle) * far];
  });
}

// A cross that lies on its side: four arms, and where they meet.
function turned([far, near]) {
  const inner = far - near;
  return [
    [-far, -near],
    [-near, -far],
    [0, -inner],
    [near, -far],
    [far, -near],
    [inner, 0],
    [far, near],
    [near, far],
    [0, inner],
    [-near, far],
    [-far, near],
    [-inner, 0],
  ];
}

const cornersOf = (points, scale, middle) =>
  `M${points.map((point) => point.map((one) => (middle + scale * one).toFixed(3)).join(' ')).join('L')}Z`;
const vegaPath = (points) => cornersOf(points, 1, 0);

const SHAPES = {
  circle: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z',
  square: 'M3 3h10v10H3z',
  'triangle-up': 'M8 2l6.5 11.5h-13z',
  'triangle-down': 'M8 14L1.5 2.5h13z',
  'triangle-left': 'M2 8l11.5 6.5v-13z',
  'triangle-right': 'M14 8L2.5 14.5v-13z',
  diamond: 'M8 1l6 7-6 7-6-7z',
  cross: 'M6 2h4v4h4v4h-4v4H6v-4H2V6h4z',
  ...Object.fromEntries(Object.entries(POLYGONS).map(([name, points]) => [name, cornersOf(points, 6.5, 8)])),
};

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return made;
}

function marker(look) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'marker');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', SHAPES[look.shape] || SHAPES.circle);
  path.setAttribute('fill', look.colour);
  svg.append(path);
  return svg;
}

// Long stems may break after an underscore.
const breakable = (name) => name.split('_').flatMap((part, i) => (i ? ['_', element('wbr'), part] : [part]));
const named = (look, name) => element('span', { class: 'named' }, marker(look), element('span', {}, breakable(name)));
const badge = (status) => element('span', { class: `badge ${status}` }, status);
const badges = (row) => [badge(row.status), row.disturbed && badge('disturbed')].filter(Boolean);

// columns: [{ text, number, value(row), show(row), order }]; a cell carries its raw value for tests and scripts.
function table(caption, columns, rows, sorting = null, kind = null) {
  const heads = columns.map((column) => {
    const active = sorting && sorting.column === column.order && column.order;
    const direction = active ? (sorting.down ? 'descending' : 'ascending') : null;
    const inside =
      sorting && column.order
        ? element(
            'button',
            {
              type: 'button',
              'data-order': column.order,
              'data-keep': `order ${column.order}`,
              onclick: () => sorting.by(column.order),
            },
            column.text,
            element('span', { class: 'arrow', 'aria-hidden': 'true' }, active ? (sorting.down ? '↓' : '↑') : ''),
          )
        : column.text;
    return element(
      'th',
      {
        scope: 'col',
        class: [column.number && 'number', column.wide && 'wide'].filter(Boolean).join(' ') || null,
        'aria-sort': direction,
        'data-unit': column.unit,
      },
      inside,
    );
  });
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      columns.map((column, i) => {
        const attributes = {
          class:
            [column.number ? 'number' : column.nowrap && 'nowrap', column.wide && 'wide'].filter(Boolean).join(' ') ||
            null,
          'data-value': column.value ? column.value(row) : null,
        };
        return i
          ? element('td', attributes, column.show(row))
          : element('th', { scope: 'row', ...attributes }, column.show(row));
      }),
    ),
  );
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Table: ${caption}` },
    element(
      'table',
      { class: kind },
      element('caption', { class: 'hidden' }, caption),
      element('thead', {}, element('tr', {}, heads)),
      element('tbody', {}, body),
    ),
  );
}

const nameColumn = (look, open = null) => ({
  text: 'implementation',
  order: 'implementation',
  value: (row) => row.implementation,
  show: (row) => leading(look, row, open),
});

// A name that leads to its case, where there is one.
const leading = (look, row, open) =>
  open && Number.isInteger(row.index)
    ? element(
        'button',
        {
          type: 'button',
          class: 'lead-to',
          'aria-label': `${row.name || row.implementation}: open the case`,
          onclick: () => open(row),
        },
        named(look(row.implementation), row.name || row.implementation),
      )
    : named(look(row.implementation), row.name || row.implementation);

// Of the value that a cell carries, whatever the unit of its text.
const UNIT_OF = new Map([
  [timeText, 'ns'],
  [bytesText, 'bytes'],
  [rateText, 'bytes/s'],
]);

const number = (text, order, form = digits) => ({
  text,
  order,
  number: true,
  unit: UNIT_OF.get(form),
  value: (row) => row[order],
  show: (row) => form(row[order]),
});

const note = (text) => element('p', { class: 'note' }, text);
const ratioOf = (row) => (row.gain ? (row.gain.interval === BASELINE ? BASELINE : speedText(row.gain.ratio)) : '');
const endsOf = (gain) => (gain && gain.interval !== BASELINE ? speedRange(gain.low, gain.high) || MISSING : '');

// A bar on a logarithmic track: places from 0 to 1, set through the object model
// as the policy forbids style attributes.
function track(at, colour, from = null, to = null, limitAt = null) {
  const bar = element('span', { class: 'fill' });
  const parts = [bar];
  bar.style.setProperty('width', `${at * 100}%`);
  if (from !== null && to !== null) {
    const whisker = element('span', { class: 'whisker' });
    whisker.style.setProperty('left', `${from * 100}%`);
    whisker.style.setProperty('width', `${Math.max(to - from, 0) * 100}%`);
    parts.push(whisker);
  }
  if (limitAt !== null) {
    const limit = element('span', { class: 'own-limit' });
    limit.style.setProperty('left', `${limitAt * 100}%`);
    parts.push(limit);
  }
  const made = element('span', { class: 'track', 'aria-hidden': 'true' }, parts);
  made.style.setProperty('--own', colour);
  return made;
}

// Implementations x sizes; cell(row) gives { text, value, share (0 to 1: strength of the tint), kind, spoken }.
function drawMatrix(caption, found, look, cell, open = null) {
  const outer = found.names.slice(0, -1);
  const last = found.names.at(-1);
  const groups = [...grouped(found.sizes, ({ size }) => sizeText(outer, size))];
  const heads = outer.length
    ? [
        element(
          'tr',
          {},
          element('td', { rowspan: '2' }),
          groups.map(([text, own]) => element('th', { scope: 'colgroup', colspan: String(own.length) }, text)),
        ),
        element(
          'tr',
          {},
          groups.flatMap(([, own]) =>
            own.map(({ size, key }, i) =>
              element(
                'th',
                {
                  scope: 'col',
                  class: `${i ? '' : 'first'} ${key === found.chosen ? 'chosen' : ''}`,
                  'data-head': `${last} = ${whole(size[last])}`,
                },
                `${i ? '' : `${last} = `}${whole(size[last])}`,
              ),
            ),
          ),
        ),
      ]
    : [
        element(
          'tr',
          {},
          element('td'),
          found.sizes.map(({ size }) =>
            element('th', { scope: 'col' }, last ? `${last} = ${whole(size[last])}` : 'the only size'),
          ),
        ),
      ];
  const starts = new Set(groups.map(([, own]) => own[0].key));
  const body = found.rows.map((row) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, named(look(row.implementation), row.implementation)),
      row.cells.map((one, i) => {
        const shown = one ? cell(one) : { text: LEFT_OUT, kind: 'none', spoken: found.leftOut };
        const made = element(
          'td',
          {
            class: `${shown.kind || ''} ${starts.has(found.sizes[i].key) ? 'first' : ''}`,
            'data-value': shown.value,
            title: shown.spoken,
          },
          one && open
            ? element(
                'button',
                {
                  type: 'button',
                  'aria-label': `${shown.text}: open ${one.implementation} at ${spelled(one.sizes)}`,
                  onclick: () => open(one),
                },
                shown.text,
              )
            : shown.text,
        );
        made.style.setProperty('--share', `${Math.round((shown.share || 0) * 100)}%`);
        return made;
      }),
    ),
  );
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Table: ${caption}` },
    element(
      'table',
      { class: 'matrix' },
      element('caption', { class: 'hidden' }, caption),
      element('thead', {}, heads),
      element('tbody', {}, body),
    ),
  );
}
