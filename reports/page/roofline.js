// The roofline: what each case reached, under what was measured of the machine.

const ROOFLINE_HEIGHT = 380;
const LABEL_HEIGHT = 21; // of a label along a slope, measured upright

// Flop/s reached against flops a byte, under what was measured of this machine on as many threads.
function roofline(run, choice) {
  const look = looker(run, choice);
  const size = sizeKey(choice.view.size_names, nearest(choice.view, choice.size));
  const roof = run.roofs.find((one) => one.threads === choice.view.threads);
  const peak = roof?.flops[choice.view.dtype];
  const rows = run
    .casesOf(choice.view)
    .filter(algorithmFits(choice))
    .filter(isShown(choice))
    .filter((row) => row.time_ns !== null && !row.disturbed && row.flops > 0 && row.bytes > 0)
    .map((row) => {
      const here = row.sizes === size;
      const reached = (row.flops / (isFault(row) ? row.time_ns : Math.max(row.time_ns, row.limit_ns ?? 0))) * 1e9;
      const own = look(row.implementation);
      return {
        ...row,
        ...own,
        name: `${isFault(row) ? '! ' : ''}${marked(row)}`,
        of: run.name,
        size: spelled(row.sizes),
        here,
        x: row.flops / row.bytes,
        time: reached,
        area: here ? 95 : 26,
        opacity: own.opacity * (here ? 1 : 0.35),
        flops: flopsText(reached),
        intensity: digits(row.flops / row.bytes),
        text: `${shareText(row)}${isFault(row) ? ', a fault' : ''}`,
        description:
          `${row.implementation}, ${spelled(row.sizes)}: ${flopsText(reached)} ` +
          `at ${digits(row.flops / row.bytes)} flop/B` +
          (isFault(row) ? '; faster than its own limit, a fault' : ''),
      };
    });
  if (!peak || !rows.length) return { any: false, rows: [], levels: [], peak: null, roof };
  const xs = rows.map((row) => row.x);
  const [low, high] = [
    Math.min(...xs) / 4,
    Math.max((peak / Math.min(...roof.levels.map(([, speed]) => speed))) * 2, ...xs.map((x) => x * 2)),
  ];
  const bend = (speed) => Math.min(high, Math.max(low, peak / speed));
  const lines = roof.levels.flatMap(([name, speed]) =>
    [low, bend(speed)].map((x) => ({ name, x, y: x * speed, time: x * speed })),
  );
  const flat = [Math.min(...roof.levels.map(([, speed]) => bend(speed))), high].map((x) => ({
    name: 'peak',
    x,
    time: peak,
  }));
  const ys = [...rows.map((row) => row.time), ...lines.map((row) => row.time), peak];
  const [y_least, y_most] = [Math.min(...ys), peak * 1.3];
  const apartBy = (y_most / y_least) ** (LABEL_HEIGHT / (ROOFLINE_HEIGHT - 2 * CHART_INSET));
  const labels = [
    ...apart(roof.levels, apartBy).map(({ names, most, least }) => ({
      x: low,
      time: low * most,
      slopes: true,
      text: `${levelNames(names)} ${ratesText(most, least)}`,
    })),
    { x: high, time: peak, slopes: false, text: `peak ${flopsText(peak)}` },
  ];
  return {
    any: true,
    rows: rows.sort((a, b) => a.here - b.here),
    roofs: [...lines, ...flat],
    labels,
    levels: roof.levels,
    peak,
    roof,
    limits: {
      x_least: low,
      x_most: high,
      y_least,
      y_most,
      x_title: 'arithmetic per byte moved, flop/B, logarithmic scale',
      y_title: 'arithmetic per second, logarithmic scale',
    },
  };
}

const ratesText = (most, least) => distinct([rateText(most), rateText(least)]).join(' to ');
const levelNames = (names) =>
  names.map((name, i) => (i < names.length - 1 ? name.replace(' cache', '') : name)).join(', ');

// Levels too near to each other for a label between them share one, above the fastest's line.
function apart(levels, ratio) {
  return [...levels]
    .sort((a, b) => b[1] - a[1])
    .reduce((made, [name, speed]) => {
      const last = made.at(-1);
      if (last && last.least / speed < ratio) Object.assign(last, { names: [...last.names, name], least: speed });
      else made.push({ names: [name], most: speed, least: speed });
      return made;
    }, []);
}
