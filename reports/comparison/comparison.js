(() => {
  'use strict';
  const byId = (id) => document.getElementById(id);
  const cases = [...document.querySelectorAll('section.cases[aria-labelledby=h-cases] > details')];
  const fields = ['verdict', 'operation', 'implementation', 'find'];
  const field = (name) => byId(name === 'find' ? name : `choose-${name}`);
  let typing = false;

  const address = () => new URLSearchParams(location.hash.slice(1));

  function show() {
    const words = field('find').value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const each of cases) {
      const fits = fields.slice(0, 3).every((name) => !field(name).value || each.dataset[name] === field(name).value);
      each.hidden = !(fits && words.every((word) => each.dataset.text.includes(word)));
    }
    byId('none').hidden = cases.some((each) => !each.hidden);
  }

  // What is typed is one entry of the history.
  function remember(name) {
    const chosen = new URLSearchParams(fields.map((each) => [each, field(each).value]).filter(([, value]) => value));
    if (String(chosen) === String(address())) return;
    if (typing && name === 'find') history.replaceState(null, '', `#${chosen}`);
    else history.pushState(null, '', `#${chosen}`);
    typing = name === 'find';
  }

  function read() {
    const chosen = address();
    for (const name of fields) {
      field(name).value = chosen.get(name) ?? '';
      if (field(name).selectedIndex === -1) field(name).value = '';
    }
    typing = false;
    show();
    const wanted = cases[Number(chosen.get('case') ?? -1)];
    if (!wanted) return;
    wanted.hidden = false;
    wanted.open = true;
    wanted.scrollIntoView({ block: 'center' });
    wanted.querySelector('summary').focus({ preventScroll: true });
  }

  async function copy() {
    const text = byId('markdown').value;
    try {
      await navigator.clipboard.writeText(text);
      byId('exported').textContent = 'Copied.';
    } catch {
      byId('markdown').closest('details').open = true;
      byId('markdown').select();
      byId('exported').textContent = 'Selected: copy with your keyboard.';
    }
  }

  for (const name of fields)
    field(name).addEventListener(name === 'find' ? 'input' : 'change', () => {
      remember(name);
      show();
    });
  byId('export').addEventListener('click', copy);
  byId('controls').addEventListener('submit', (event) => event.preventDefault());
  addEventListener('hashchange', read);
  addEventListener('beforeprint', () => {
    for (const each of cases) each.open ||= each.dataset.verdict === 'slower';
  });
  read();
})();
