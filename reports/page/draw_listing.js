// The table of all cases: few columns, so that it is whole at every width; on a narrow screen a case is a block.

const droppedText = (row) => (row.dropped ? `, ${whole(row.dropped)} dropped` : '');
const small = (text) => text && element('small', {}, text);

function drawListing(listing, look, shown, by, open) {
  const where = (row) =>
    listing.several
      .map((name) => (name === 'threads' ? plural(row.threads, 'thread') : String(row[name] ?? '')))
      .filter(Boolean)
      .join(' · ');
  const range = (row) => (row.disturbed ? '' : rangeText(row.low_ns, row.high_ns, timeText));
  const both = (column, under) => ({ ...column, show: (row) => [column.show(row), small(under(row))] });
  const columns = [
    { ...nameColumn(look), show: (row) => [opener(look, row, open), notesUnder(listing.notes(row))] },
    {
      text: 'case',
      order: 'sizes',
      value: (row) => row.sizes,
      show: (row) => [spelled(row.sizes) || MISSING, small(where(row))],
    },
    { text: 'status', order: 'status', value: (row) => row.status, show: badges },
    both(number('one call', 'time_ns', timeText), range),
    { text: 'of the limit', order: 'over_limit', number: true, value: shareOfLimit, show: shareText },
    number('first call', 'first_call_ns', timeText),
    number('error ÷ bound', 'error_over_bound'),
    {
      text: 'rounds',
      order: 'rounds',
      number: true,
      value: (row) => row.rounds,
      show: (row) => [String(row.rounds), small(`in ${plural(row.blocks, 'block')}${droppedText(row)}`)],
    },
  ];
  const sorting = by && { column: listing.column, down: listing.down, by };
  const made = table('All cases', columns, listing.rows.slice(0, shown), sorting, 'listing');
  for (const row of made.querySelectorAll('tbody tr'))
    [...row.cells].forEach((cell, i) => i && cell.setAttribute('data-head', columns[i].text));
  return made;
}

const notesUnder = (text) => text && element('span', { class: 'notes' }, text);

const opener = (look, row, open) =>
  element(
    'button',
    {
      type: 'button',
      class: 'open lead-to',
      'data-keep': `case ${row.index}`,
      'data-case': row.index,
      'aria-label': `Details of ${row.implementation}, ${row.operation} ${spelled(row.sizes)}`,
      onclick: () => open(row.index),
    },
    named(look(row.implementation), row.implementation),
  );
