// What is compared side by side, as elements.

// In words, for whoever asks whether another choice is worth it.
function drawBesideTold(models, choice, pick) {
  const at = `At ${sizeText(choice.view.size_names, choice.size)}. `;
  return models.flatMap((model) => [
    element('h3', {}, `By ${BESIDE[model.name]}`),
    element('p', { class: 'lede' }, at + model.told),
    model.any ? '' : besideElsewhere(model, choice, pick),
  ]);
}

function drawBeside(models, look) {
  const told = models.filter((model) => model.any);
  return told.flatMap((model) => [element('h3', {}, `By ${BESIDE[model.name]}`), besideTable(model, look)]);
}

function besideElsewhere({ name, common }, choice, pick) {
  const told = 'There is nothing to compare at this size.';
  if (!common) return note(told);
  const names = choice.view.size_names;
  const text = `Compare at ${sizeText(names, common)}`;
  const button = {
    type: 'button',
    class: 'pick',
    'data-keep': `beside ${name}`,
    onclick: () => pick(sizeKey(names, common)),
  };
  return element('p', { class: 'lede' }, `${told} `, element('button', button, text));
}

function besideTable(model, look) {
  const [first] = model.columns;
  const times = model.columns.map(({ text }, i) => ({
    text,
    number: true,
    value: (row) => row.cells[i]?.time,
    show: (row) => besideTime(row.cells[i]),
  }));
  const gains = model.columns.slice(1).map(({ text }, i) => ({
    text: `${text} against ${first.text}`,
    number: true,
    value: (row) => row.gains[i]?.ratio,
    show: (row) => besideGain(row.gains[i]),
  }));
  const errors = model.columns.map(({ text }, i) => ({
    text: `error in ${text}`,
    number: true,
    value: (row) => errorOf(row.cells[i]),
    show: (row) => digits(errorOf(row.cells[i])),
  }));
  const columns = [...times, ...gains, ...(model.errors ? errors : [])];
  const caption = `The same case by ${BESIDE[model.name]}`;
  return table(
    caption,
    [{ ...nameColumn(look), order: undefined }, ...columns],
    model.rows,
    null,
    `beside ${model.name}`,
  );
}

function besideTime(row) {
  if (!row) return element('small', {}, 'not measured');
  if (!isKnown(row.time)) return element('small', {}, absentText(row));
  const under = row.disturbed ? 'disturbed' : rangeText(row.low, row.high, timeText);
  return [`${row.predicted ? '≈ ' : ''}${timeText(row.time)}`, element('small', {}, under)];
}

const besideGain = (gain) =>
  gain
    ? [
        element('span', { class: tone(gain) }, speedText(gain.ratio)),
        element('small', {}, speedRange(gain.low, gain.high)),
      ]
    : MISSING;

const errorOf = (row) => (row && !row.predicted && row.status === 'ok' ? row.error : null);
