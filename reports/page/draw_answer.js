// The answer as elements: key figures, the map of winners, sliders, a bar for every implementation.

const SVG = 'http://www.w3.org/2000/svg';
const SLIDER = 1000;
const SNAP = 0.012;
const PLANE = { width: 320, height: 304, flat: 72 }; // about so many pixels: see .plane in views.css

function svg(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const drawTiles = (tiles) =>
  tiles.map(({ key, label, value, number: raw, note: told }) =>
    element(
      'div',
      { class: 'tile', 'data-tile': key, 'data-value': raw },
      element('dt', {}, breakable(label)),
      element('dd', {}, element('strong', {}, breakable(value)), element('small', {}, told)),
    ),
  );

// Where a value lies between the least and the most measured, logarithmically; and back, drawn to what was measured.
const shareOf = (values, value) => Math.log(value / values[0]) / Math.log(values.at(-1) / values[0]);

function valueAt(values, share) {
  const value = values[0] * (values.at(-1) / values[0]) ** within(0, share, 1);
  const near = values.find((one) => Math.abs(shareOf(values, one) - share) < SNAP);
  return near ?? within(values[0], Math.round(Number(value.toPrecision(2))), values.at(-1));
}

function drawSlider(name, choice, slide) {
  const values = valuesOf(choice.view, name);
  const input = element('input', {
    type: 'range',
    min: '0',
    max: String(SLIDER),
    step: 'any',
    id: `slide-${name}`,
    'data-slide': name,
    'data-keep': `slide ${name}`,
    oninput: (event) => slide(name, valueAt(values, event.target.valueAsNumber / SLIDER), false),
    onchange: (event) => slide(name, valueAt(values, event.target.valueAsNumber / SLIDER), true),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      const jump = { PageUp: 1, PageDown: -1 }[event.key];
      if (!step && !jump) return;
      event.preventDefault();
      const now = shareOf(values, choiceNow(name));
      const next =
        jump > 0
          ? values.find((one) => shareOf(values, one) > now + 1e-9)
          : jump < 0
            ? values.findLast((one) => shareOf(values, one) < now - 1e-9)
            : null;
      slide(name, jump ? (next ?? choiceNow(name)) : valueAt(values, now + step * SNAP * 2), true);
    },
  });
  const marks = element(
    'span',
    { class: 'marks', 'aria-hidden': 'true' },
    values.map((value) => {
      const mark = element('i', {});
      mark.style.setProperty('left', `${shareOf(values, value) * 100}%`);
      return mark;
    }),
  );
  return element(
    'div',
    { class: 'slider' },
    element('label', { for: `slide-${name}` }, element('span', {}, name), element('output', { id: `at-${name}` })),
    element('span', { class: 'rail' }, marks, input),
  );
}

function placeSlider(name, choice) {
  const values = valuesOf(choice.view, name);
  const input = byId(`slide-${name}`);
  const value = choice.size[name];
  if (input !== document.activeElement || Math.abs(input.valueAsNumber / SLIDER - shareOf(values, value)) > SNAP)
    input.valueAsNumber = shareOf(values, value) * SLIDER;
  input.setAttribute('aria-valuetext', `${name} ${whole(value)}${values.includes(value) ? '' : ', predicted'}`);
  byId(`at-${name}`).textContent = whole(value) + (values.includes(value) ? '' : ' predicted');
}

function drawSurface(run, found, choice, look, pick) {
  const xs = valuesOf(choice.view, found.across);
  const ys = found.down ? valuesOf(choice.view, found.down) : null;
  const { areas, level, border } = outlines(found);
  const [width, height] = [found.x.length, found.y.length];
  // A cell is not square on the screen: without the scale, lines would not be straight across cells.
  const square = (PLANE.width / width) * (height / (ys ? PLANE.height : PLANE.flat));
  const turn = `scale(1 ${square}) rotate(45)`;
  const hatch = svg(
    'pattern',
    { id: 'hatch', width: '2', height: '2', patternUnits: 'userSpaceOnUse', patternTransform: turn },
    svg('rect', { width: '.55', height: '2', class: 'hatch' }),
  );
  const picture = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('defs', {}, hatch),
    ...areas.map(([name, path]) => svg('path', { d: path, class: 'area', fill: look(name).colour })),
    svg('path', { d: level, fill: 'url(#hatch)' }),
    svg('path', { d: border, class: 'border' }),
  );
  const put = (made, x, y) => {
    made.style.setProperty('left', `${x * 100}%`);
    made.style.setProperty('top', `${(1 - y) * 100}%`);
    return made;
  };
  const best = new Map(winnersUnder(run, choice).map((row) => [row.sizes, row.winner]));
  const dots = choice.view.sizes.map((size) => {
    const winner = best.get(sizeKey(choice.view.size_names, size));
    return put(
      element('i', { class: 'dot' }, winner ? marker(look(winner)) : ''),
      shareOf(xs, size[found.across]),
      ys ? shareOf(ys, size[found.down]) : 0.5,
    );
  });
  const names = places(found).map(({ name, x, y, wide }) => {
    const made = put(
      element('span', { class: 'region' }, marker(look(name)), element('span', {}, breakable(name))),
      x,
      1 - y,
    );
    made.style.setProperty('max-width', `${Math.max(wide * 100, 16)}%`);
    return made;
  });
  const plane = element(
    'div',
    {
      class: `plane ${ys ? '' : 'flat'}`,
      role: 'img',
      'aria-label': spokenSurface(found, choice),
      onclick: (event) => {
        const box = event.currentTarget.getBoundingClientRect();
        pick({
          [found.across]: valueAt(xs, (event.clientX - box.left) / box.width),
          ...(ys && { [found.down]: valueAt(ys, 1 - (event.clientY - box.top) / box.height) }),
        });
      },
    },
    picture,
    dots,
    names,
    element('i', { class: 'cross', id: 'cross' }),
  );
  const tick = (values, side) => (value) => {
    const made = element('span', {}, short(value));
    made.style.setProperty(side, `${shareOf(values, value) * 100}%`);
    return made;
  };
  return element(
    'div',
    { class: 'surface' },
    ys &&
      element(
        'div',
        { class: 'axis-y', 'aria-hidden': 'true' },
        element('b', {}, found.down),
        ys.map(tick(ys, 'bottom')),
      ),
    plane,
    element(
      'div',
      { class: 'axis-x', 'aria-hidden': 'true' },
      xs.map(tick(xs, 'left')),
      element('b', {}, found.across),
    ),
  );
}

function spokenSurface(found, choice) {
  const axes = [found.across, found.down].filter(Boolean).join(' and ');
  const { view } = choice;
  const what = isPlain(choice) ? 'the fastest implementation' : 'the implementation with the least time';
  const where = `Map of ${what} over ${axes}, for ${view.operation}: ${joined(found.winners) || 'none'}.`;
  return `${where} The table below lists every measured size.`;
}

const short = (value) => (value >= 1e6 ? `${value / 1e6} M` : value >= 1e4 ? `${value / 1e3} k` : whole(value));

function placeCross(found, choice) {
  const xs = valuesOf(choice.view, found.across);
  const cross = byId('cross');
  cross.style.setProperty('left', `${shareOf(xs, choice.size[found.across]) * 100}%`);
  cross.style.setProperty(
    'top',
    found.down ? `${(1 - shareOf(valuesOf(choice.view, found.down), choice.size[found.down])) * 100}%` : '50%',
  );
}

function separateNames(plane) {
  const names = [...plane.querySelectorAll('.region')];
  const downs = movedDown(names.map((node) => node.getBoundingClientRect()));
  downs.forEach((down, k) => down && names[k].style.setProperty('margin-top', `${down}px`));
}

function drawBars(model, choice, look, open = null) {
  if (!model.rows.length) return note('There are no results at this size.');
  const head = model.any
    ? element(
        'span',
        { class: 'scale' },
        model.ticks.map(({ time, at, edge }) => {
          const made = element('span', { class: edge }, shortTime(time));
          made.style.setProperty('left', `${at * 100}%`);
          return made;
        }),
      )
    : '';
  return table(
    'One call of every implementation at this size',
    [
      { ...nameColumn(look, open), order: undefined },
      {
        text: head,
        show: (row) =>
          row.at === null || row.at === undefined
            ? element('span', { class: 'absent', title: row.disturbed ? disturbedText(row) : null }, absentText(row))
            : track(row.at, row.colour, row.from, row.to, row.limitAt),
      },
      {
        text: 'one call',
        number: true,
        unit: 'ns',
        value: (row) => row.time,
        show: (row) => (isKnown(row.time) ? `${row.predicted ? '≈ ' : ''}${timeText(row.time)}` : MISSING),
      },
      { text: 'speed-up', number: true, value: (row) => row.gain?.ratio, show: ratioOf },
      { text: '95 %', number: true, wide: true, show: (row) => endsOf(row.gain) },
    ],
    model.rows,
    null,
    'bars',
  );
}

const absentText = (row) => (row.predicted ? row.reason : row.disturbed ? 'disturbed' : statusText(row));

function drawWinners(map, choose) {
  if (!map.any) return note('No sizes were run.');
  const heads = map.columns.map((value) =>
    element('th', { scope: 'col' }, value === null ? '' : `${map.across} = ${whole(value)}`),
  );
  const rows = map.rows.map(({ value, cells }) =>
    element(
      'tr',
      {},
      map.down && element('th', { scope: 'row' }, `${map.down} = ${whole(value)}`),
      cells.map((cell) => drawCell(cell, choose)),
    ),
  );
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Fastest at each size' },
    element(
      'table',
      { class: 'map' },
      element('caption', { class: 'hidden' }, 'The fastest implementation at each size'),
      element('thead', {}, element('tr', {}, map.down && element('td'), heads)),
      element('tbody', {}, rows),
    ),
  );
}

function drawCell(cell, choose) {
  if (!cell) return element('td', { class: 'empty' }, 'not measured');
  if (!cell.winner) return element('td', { class: 'empty', 'data-value': '' }, NOBODY);
  const noisy = cell.verdict === WITHIN_NOISE;
  const untold = cell.verdict === UNKNOWN_LEAD;
  const lead = noisy
    ? `≈ ${cell.runner_up}`
    : cell.lead && !untold
      ? [leadText(cell.lead), element('span', { class: 'wide-only' }, ' ahead')]
      : cell.verdict;
  const other = cell.winner_algorithm !== 'direct' ? ' †' : '';
  const spoken =
    `${cell.text}: ${cell.winner}${other && ', by another algorithm'}, ${timeText(cell.winner_ns)}, ` +
    (noisy
      ? `level with ${cell.runner_up} within noise`
      : untold
        ? `the least time, ${cell.verdict} for a ranking`
        : cell.lead
          ? `${leadText(cell.lead)} ahead of ${cell.runner_up}`
          : cell.verdict);
  const button = element(
    'button',
    {
      type: 'button',
      'aria-pressed': String(cell.chosen),
      'aria-label': spoken,
      title: spoken,
      'data-keep': `size ${cell.key}`,
      onclick: () => choose(cell.key),
    },
    element('span', { class: 'winner' }, marker(cell), element('span', {}, breakable(cell.winner), other)),
    element('span', { class: 'lead' }, noisy ? breakable(lead) : lead),
    element('span', { class: 'time' }, timeText(cell.winner_ns)),
  );
  const made = element(
    'td',
    {
      class: noisy || untold ? 'noisy' : null,
      'data-value': cell.winner,
      'data-size': cell.key,
      'data-lead': cell.lead,
      'data-verdict': cell.verdict,
    },
    button,
  );
  made.style.setProperty('--own', cell.colour);
  return made;
}
