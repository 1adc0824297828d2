// Which implementations figures and tables show: all, or without those hidden by name, by library or as too slow.

const NEARNESS = ['', '2', '10', '100'];

const hiddenNames = (state, run) => {
  const words = (state.hidden ?? '').split(',').filter(Boolean).map(decoded);
  return new Set(words.filter((name) => run.looks[name]));
};
const hiddenWords = (names) => [...names].map(encodeURIComponent).join(',');

function decoded(word) {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

// rows: all with a time at the chosen size, under the choice made. Those that cannot be near have none.
function shownNames(run, choice, rows) {
  const best = Math.min(...rows.map((row) => row.time));
  const near = new Set(rows.filter((row) => row.time <= best * choice.near).map((row) => row.implementation));
  return new Set(
    run.implementations.filter(
      (name) => !choice.hidden.has(name) && (!Number.isFinite(choice.near) || !rows.length || near.has(name)),
    ),
  );
}

const shows = (choice, name) => !choice.shown || choice.shown.has(name);
const isShown = (choice) => (row) => shows(choice, row.implementation);

function hiddenText(run, choice) {
  const away = run.contenders.filter((name) => !shows(choice, name));
  if (!away.length) return '';
  const counted = 'the sentences, the map and the steps below count them';
  return `Figures and tables leave out ${joined(away)}, as chosen; ${counted}.`;
}

const nearText = (near) => (near ? `within ${near}× of the fastest` : 'all');

// A tick for each library, and beside it one for each of its implementations.
function drawContenders(run, choice, look, hide) {
  const names = run.contenders;
  const groups = [...grouped(names, (name) => run.libraries[name])].sort((a, b) => b[1].length - a[1].length);
  const set = (some, away) => {
    const hidden = new Set(choice.hidden);
    for (const name of some) hidden[away ? 'add' : 'delete'](name);
    hide(hiddenWords(hidden));
  };
  const tick = (text, some, id, mark = null) => {
    const left = some.filter((name) => !choice.hidden.has(name));
    const box = element('input', {
      type: 'checkbox',
      'data-keep': id,
      'data-shows': id,
      onchange: (event) => set(some, !event.target.checked),
    });
    box.checked = left.length > 0;
    box.indeterminate = left.length > 0 && left.length < some.length;
    return element('label', { class: 'tick' }, box, mark, element('span', {}, breakable(text)));
  };
  return groups.map(([library, own]) =>
    element(
      'li',
      {},
      own.length > 1 || own[0] !== library ? tick(library, own, `library ${library}`) : '',
      element(
        'span',
        { class: 'own' },
        own.map((name) => tick(name, [name], `name ${name}`, marker(look(name)))),
      ),
    ),
  );
}
