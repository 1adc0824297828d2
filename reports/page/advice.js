// What to use under the choice made: what `advice.py` computes, from the times that the page shows.

function advise(run, choice, all = standing(run, choice)) {
  const ranked = all.filter(ranks).map((row) => ({ ...row, ...importColumns(row, choice) }));
  const [best] = ranked;
  const behind = ranked.map((row) => behindOf(run, choice, row, best));
  const baseline = ranked.some((row) => row.implementation === choice.baseline) ? choice.baseline : null;
  const told = ranked.map((row, i) => ({ ...row, behind: behind[i], verdict: i ? verdictOn(behind[i]) : '' }));
  const apart = told.findIndex((row, i) => i > 0 && row.verdict === AHEAD);
  return {
    view: choice.view,
    size: choice.size,
    calls: Number.isFinite(choice.calls) ? choice.calls : null,
    imports: choice.imports,
    ranked: told,
    verdict: told.length > 1 ? told[1].verdict : told.length ? ALONE : NOBODY,
    level: told.slice(1, apart < 0 ? told.length : apart).map(nameOf),
    baseline,
    plain: plainOf(run, told, baseline),
    pays: best
      ? breakEven(
          best,
          ranked.find((row) => row.implementation === baseline),
        )
      : null,
    disturbed: inOrder(
      run,
      choice,
      all.filter((row) => row.disturbed && isKnown(row.time)),
    ).map(nameOf),
  };
}

function behindOf(run, choice, row, best) {
  const found = row === best ? { ratio: 1, low: 1, high: 1 } : speedup(run, choice, row, best);
  return { ...found, time: found.ratio };
}

function importColumns(row, choice) {
  const { time, low, high } = importOf(row, choice);
  return { imported: { time, low, high } };
}

// The cheapest that needs no package beyond those of the baseline; null if nothing else does.
function plainOf(run, ranked, baseline) {
  if (baseline === null) return null;
  const there = new Set(run.needs[baseline]);
  const plain = ranked.filter((row) => run.needs[row.implementation].every((name) => there.has(name)));
  return plain.length < ranked.length ? plain[0].implementation : null;
}

function inOrder(run, choice, rows) {
  const names = distinct(run.casesOf(choice.view).map(nameOf));
  return rows.sort((a, b) => names.indexOf(a.implementation) - names.indexOf(b.implementation));
}

// The cheapest in all for so many calls: whether it is ahead of the next, or why it has no rank.
function cheapest(run, choice) {
  const counts = distinct([...MOST_CALLS, ...(Number.isFinite(choice.calls) ? [choice.calls] : [])]);
  return counts
    .sort((a, b) => a - b)
    .map((calls) => {
      const under = { ...choice, calls, moved: false };
      const rows = standing(run, under).filter(ranks);
      if (!rows.length) return null;
      const found = verdictOf(run, under, rows);
      const [{ time, low, high, predicted }] = rows;
      const total = [time, low, high].map((value) => (isKnown(value) ? value * calls : null));
      const chosen = calls === choice.calls;
      return { ...found, implementation: found.winner, calls, chosen, predicted, each: time, total, rows: rows.length };
    })
    .filter(Boolean);
}
