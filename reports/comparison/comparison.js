(() => {
  'use strict';
  const cases = [...document.querySelectorAll('section.cases[aria-labelledby=h-cases] > details')];
  const chosen = ['verdict', 'operation', 'implementation'].map((name) => [
    name,
    document.getElementById('choose-' + name),
  ]);
  const find = document.getElementById('find');
  const none = document.getElementById('none');

  function show() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const each of cases) {
      const fits = chosen.every(([name, select]) => !select.value || each.dataset[name] === select.value);
      each.hidden = !(fits && words.every((word) => each.dataset.text.includes(word)));
    }
    none.hidden = cases.some((each) => !each.hidden);
  }

  for (const [, select] of chosen) select.addEventListener('change', show);
  find.addEventListener('input', show);
  document.getElementById('controls').addEventListener('submit', (event) => event.preventDefault());
  addEventListener('beforeprint', () => {
    for (const each of cases) each.open ||= each.dataset.verdict === 'slower';
  });
})();
