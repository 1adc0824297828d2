// Times where nothing can be interpolated, from the fits: what growth.py and modelled.py compute.

function movedBytes(view, size, algorithm) {
  const terms = view.byte_terms[algorithm] ?? [];
  if (!terms.length) return null;
  return terms.reduce((sum, [names, factor]) => sum + factor * names.reduce((all, name) => all * size[name], 1), 0);
}

// ns; null if a coefficient that is missing could matter.
function fittedTime(fit, moved, rows) {
  const or = (value) => (isKnown(value) ? value : null);
  const fixed = or(fit.fixed_ns);
  const perRow = or(fit.row_ns);
  const beyond = isKnown(fit.cache_bytes) && moved > fit.cache_bytes;
  const cached = beyond ? null : or(fit.cached_bytes_per_second);
  const rate = cached ?? or(fit.bytes_per_second);
  if (
    (fixed === null && rate === null && perRow === null) ||
    (fixed === null && moved < fit.least_bytes) ||
    (rate === null && moved > fit.most_bytes) ||
    (beyond && fit.most_bytes <= fit.cache_bytes)
  )
    return null;
  return (fixed ?? 0) + (rate ? (1e9 * moved) / rate : 0) + (perRow ?? 0) * rows;
}

// The time of one call, with the worst misfit as its interval; null where the fit does not hold.
function modelledTime(view, size, fit, timed, algorithm) {
  const [first, ...others] = view.size_names;
  const sameRows = (fit.reason ?? '').includes(SAME_ROWS);
  if (sameRows && others.some((name) => !timed.some((row) => row.of[name] === size[name]))) return null;
  const moved = movedBytes(view, size, algorithm);
  const time = isKnown(moved) ? fittedTime(fit, moved, first ? size[first] : 1) : null;
  if (!isKnown(time) || !(time > 0)) return null;
  const worst = fit.misfit_worst;
  if (!isKnown(worst) || worst >= 1) return { time_ns: time, low_ns: null, high_ns: null, interval: TOO_FEW };
  return { time_ns: time, low_ns: time / (1 + worst), high_ns: time / (1 - worst), interval: MISFIT };
}

// What the first call of the nearest measured size takes more than a steady one; 0 where none was read.
function firstBeside(view, size, timed) {
  const far = (row) => view.size_names.reduce((sum, name) => sum + Math.abs(Math.log(row.of[name] / size[name])), 0);
  const near = timed
    .filter((row) => isKnown(row.first_call_ns))
    .reduce((best, row) => (best === null || far(row) < far(best) ? row : best), null);
  return near && Math.max(near.first_call_ns - near.time_ns, 0);
}
