// The advice to quote, and what costs least for how many calls, as elements.

function drawAdvice(text, note) {
  const quoted = element('blockquote', { id: 'advice-text' }, text);
  const button = element('button', { type: 'button', id: 'copy-advice', 'data-keep': 'copy advice' }, 'Copy');
  button.addEventListener('click', () => copyText(text, button, quoted));
  return [quoted, element('p', { class: 'row' }, button, note && element('span', { class: 'note' }, note))];
}

async function copyText(text, button, holder) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(holder);
    button.textContent = 'Selected: copy with your keyboard';
  }
}

function drawCheapest(rows, look, pick) {
  if (!rows.length) return note('Nothing was timed at this size.');
  return table(
    'The cheapest in all, by the number of calls',
    [
      { text: 'calls', number: true, value: (row) => row.calls, show: (row) => callsButton(row, pick) },
      { text: 'cheapest', value: (row) => row.winner, show: (row) => named(look(row.winner), row.winner) },
      { text: 'in all', number: true, value: (row) => row.total[0], show: totalCell },
      { text: 'a call', number: true, wide: true, value: (row) => row.each, show: (row) => timeText(row.each) },
      { text: 'against the next', value: (row) => row.verdict, show: standText },
    ],
    rows,
    null,
    'cheapest',
  );
}

function callsButton(row, pick) {
  const attributes = { type: 'button', 'aria-pressed': String(row.chosen), 'data-keep': `calls ${row.calls}` };
  return element('button', { ...attributes, class: 'pick', onclick: () => pick(row.calls) }, whole(row.calls));
}

function totalCell({ total: [time, low, high], predicted }) {
  return [`${predicted ? '≈ ' : ''}${timeText(time)}`, element('small', {}, rangeText(low, high, timeText))];
}

function standText(row) {
  if (row.verdict === AHEAD) return `${leadText(row.lead)} ahead of ${row.runner_up}`;
  if (row.verdict === WITHIN_NOISE) return `level with ${row.runner_up}`;
  if (row.verdict === UNKNOWN_LEAD) return `${ratioText(row.lead)} for ${row.runner_up}, no ranking`;
  return row.verdict;
}
