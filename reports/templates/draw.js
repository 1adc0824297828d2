// A derived model -> elements. Text is only ever set as text.

const SHAPES = {
  circle: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z',
  square: 'M3 3h10v10H3z',
  'triangle-up': 'M8 2l6.5 11.5h-13z',
  'triangle-down': 'M8 14L1.5 2.5h13z',
  'triangle-right': 'M14 8L2.5 14.5v-13z',
  diamond: 'M8 1l6 7-6 7-6-7z',
  cross: 'M6 2h4v4h4v4h-4v4H6v-4H2V6h4z',
};

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
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

// columns: [{ text, number, value(row), show(row), order }]; a cell carries its raw value for tests and scripts.
function table(caption, columns, rows, sorting = null) {
  const heads = columns.map((column) => {
    const active = sorting && sorting.column === column.order && column.order;
    const direction = active ? (sorting.down ? 'descending' : 'ascending') : null;
    const inside = sorting && column.order
      ? element('button', { type: 'button', 'data-order': column.order, 'data-keep': `order ${column.order}`, onclick: () => sorting.by(column.order) },
        column.text, element('span', { class: 'arrow', 'aria-hidden': 'true' }, active ? (sorting.down ? '↓' : '↑') : ''))
      : column.text;
    return element('th', { scope: 'col', class: column.number && 'number', 'aria-sort': direction }, inside);
  });
  const body = rows.map((row) => element('tr', {}, columns.map((column, i) => {
    const attributes = { class: column.number ? 'number' : column.nowrap && 'nowrap', 'data-value': column.value ? column.value(row) : null };
    return i ? element('td', attributes, column.show(row)) : element('th', { scope: 'row', ...attributes }, column.show(row));
  })));
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    element('table', {}, element('caption', { class: 'hidden' }, caption),
      element('thead', {}, element('tr', {}, heads)), element('tbody', {}, body)));
}

function drawMap(map, choose) {
  if (!map.any) return element('p', { class: 'note' }, 'No sizes were run here.');
  const heads = map.columns.map((value) => element('th', { scope: 'col' }, value === null ? '' : `${map.across} = ${whole(value)}`));
  const rows = map.rows.map(({ value, cells }) => element('tr', {},
    map.down && element('th', { scope: 'row' }, `${map.down} = ${whole(value)}`), cells.map((cell) => drawCell(cell, choose))));
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Winner at each size' },
    element('table', { class: 'map' }, element('caption', { class: 'hidden' }, 'The fastest implementation at each size'),
      element('thead', {}, element('tr', {}, map.down && element('td'), heads)), element('tbody', {}, rows)));
}

function drawCell(cell, choose) {
  if (!cell) return element('td', { class: 'empty' }, MISSING);
  if (!cell.winner) return element('td', { class: 'empty', 'data-value': '' }, 'none timed');
  const noisy = cell.verdict === 'within noise';
  const lead = noisy ? `≈ ${cell.runner_up}` : cell.lead ? [leadText(cell.lead), element('span', { class: 'wide-only' }, ' ahead')] : cell.verdict;
  const other = cell.winner_algorithm !== 'direct' ? ' †' : '';
  const spoken = `${cell.text}: ${cell.winner}${other && ', by another algorithm'}, ${timeText(cell.winner_ns)}, ` +
    (noisy ? `level with ${cell.runner_up} within noise` : cell.lead ? `${leadText(cell.lead)} ahead of ${cell.runner_up}` : cell.verdict);
  const button = element('button', { type: 'button', 'aria-pressed': String(cell.chosen), 'aria-label': spoken,
    title: spoken, 'data-keep': `size ${cell.key}`, onclick: () => choose(cell.key) },
  element('span', { class: 'winner' }, marker(cell), element('span', {}, breakable(cell.winner), other)),
  element('span', { class: 'lead' }, noisy ? breakable(lead) : lead),
  element('span', { class: 'time' }, timeText(cell.winner_ns)));
  const made = element('td', { class: noisy ? 'noisy' : null, 'data-value': cell.winner, 'data-lead': cell.lead, 'data-verdict': cell.verdict }, button);
  made.style.setProperty('--own', cell.colour);
  return made;
}

const nameColumn = (look) => ({
  text: 'implementation', order: 'implementation', value: (row) => row.implementation,
  show: (row) => named(look(row.implementation), row.name || row.implementation),
});

const number = (text, order, form = digits) => ({
  text, order, number: true, value: (row) => row[order], show: (row) => form(row[order]),
});

function drawBarTable(bars, look) {
  return table('Speed-up over the baseline', [
    nameColumn(look),
    { text: 'speed-up', number: true, value: (row) => row.speedup, show: (row) => (row.gain ? ratioText(row.speedup) : badge(row.status)) },
    { text: '95 % interval', number: true, show: (row) => (row.isBase ? 'baseline' : row.ends || MISSING) },
    { text: 'of', show: (row) => (row.gain && !row.isBase ? row.gain.speedup_interval + (row.gain.paired ? '' : ', unpaired') : '') },
    number('one call', 'time_ns', timeText),
  ], bars.rows);
}

function drawScalingTable(scaling, look) {
  const sizes = distinct(scaling.all.map((row) => row.x)).sort((a, b) => a - b);
  const lines = [...grouped(scaling.all, (row) => row.implementation).values()];
  const at = (line, size) => line.find((row) => row.x === size);
  const columns = sizes.map((size) => ({
    text: `${scaling.axis} = ${whole(size)}`, number: true, value: (line) => at(line, size)?.time_ns,
    show: (line) => (at(line, size) ? statusText(at(line, size)) : MISSING),
  }));
  const first = { text: 'implementation', value: (line) => line[0].implementation, show: (line) => named(look(line[0].implementation), line[0].name) };
  return table('Time of one call', [first, ...columns], lines);
}

function drawCosts(rows, baseline, look) {
  if (!rows.length) return element('p', { class: 'note' }, 'Nothing was timed at this size.');
  return table('Costs besides running', [
    nameColumn(look),
    number('one call', 'time_ns', timeText),
    number('first call', 'first_call_ns', timeText),
    number(`pays back against ${baseline}`, 'pays', (calls) => (isKnown(calls) ? (calls < 1 ? 'at once' : plural(Math.ceil(calls), 'call')) : MISSING)),
    number('transfer in', 'transfer_in_ns', timeText),
    number('transfer out', 'transfer_out_ns', timeText),
    number('import', 'import_ns', timeText),
    number('peak memory', 'peak_bytes', bytesText),
  ], rows);
}

function drawErrors(errors, look) {
  const counts = errors.statuses.map((status, i) => ({
    text: status, number: true, value: (row) => row.counts[i], show: (row) => (row.counts[i] ? String(row.counts[i]) : element('span', { class: 'faint' }, '0')),
  }));
  const worst = (text, name, form) => ({ text, number: true, value: (row) => row.worst?.[name], show: (row) => form(row.worst?.[name]) });
  return table('Correctness', [
    nameColumn(look),
    worst('worst error ÷ bound', 'error_over_bound', digits),
    worst('error', 'error', digits),
    worst('bound', 'bound', digits),
    { text: 'at', show: (row) => row.worst?.sizes ?? MISSING },
    ...counts,
  ], errors.table);
}

function drawMissing(rows, look) {
  if (!rows.length) return element('p', { class: 'note' }, 'Nothing: every case is ok.');
  return table('Missing cases by reason', [
    nameColumn(look),
    { text: 'operation', show: (row) => row.operation },
    { text: 'status', value: (row) => row.status, show: (row) => badge(row.status) },
    { text: 'reason', show: (row) => row.reason || MISSING },
    { text: 'where', show: (row) => row.sizes || MISSING },
    number('cases', 'cases', whole),
  ], rows);
}

function drawListing(listing, look, shown, by) {
  const text = (head, order) => ({ text: head, order, show: (row) => String(row[order] ?? '') || MISSING });
  const { options } = listing.choice;
  const several = ['operation', 'parameters', 'dtype', 'threads', 'device'].filter((name) => distinct(listing.rows.map((row) => row[name])).length > 1 && options[name]);
  return table('All cases', [
    nameColumn(look),
    ...several.map((name) => text(name, name)),
    { ...text('sizes', 'sizes'), nowrap: true },
    { text: 'status', order: 'status', value: (row) => row.status, show: (row) => badge(row.status) },
    number('one call', 'time_ns', timeText),
    { text: '95 % interval', number: true, show: (row) => rangeText(row.low_ns, row.high_ns, timeText) || MISSING },
    number('first call', 'first_call_ns', timeText),
    number('error ÷ bound', 'error_over_bound'),
    { text: 'rounds', order: 'rounds', number: true, value: (row) => row.rounds, show: (row) => `${row.rounds} in ${plural(row.blocks, 'block')}${row.dropped ? `, ${row.dropped} dropped` : ''}` },
    { text: 'notes', show: (row) => element('span', { class: 'notes' }, notes(row)) },
  ], listing.rows.slice(0, shown), { column: listing.column, down: listing.down, by });
}
