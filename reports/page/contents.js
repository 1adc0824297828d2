// The contents: a link for each section, the one on the screen marked.

const SHORT_NAMES = {
  answer: 'Answer',
  sizes: 'Sizes',
  steps: 'What makes it faster',
  scale: 'Time and size',
  limits: 'Limits',
  correctness: 'Is it right?',
  lab: 'Course',
  'costs-section': 'Costs',
  'beside-section': 'Precision, threads',
  'runs-section': 'Runs',
  'missing-section': 'Missing',
  all: 'All cases',
  method: 'Method',
};
const READ_FROM = 40; // pixels below the bar

const sectionsShown = () => [...document.querySelectorAll('main > section[id]')].filter((one) => !one.hidden);

function drawContents() {
  const links = sectionsShown().map((section) =>
    element(
      'a',
      {
        href: addressOf({ ...state, figure: section.id }),
        'data-to': section.id,
        onclick: (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          goTo(section);
        },
      },
      SHORT_NAMES[section.id] ?? section.querySelector('h2')?.textContent ?? section.id,
    ),
  );
  const kept = document.activeElement?.dataset?.to;
  byId('contents').replaceChildren(...links);
  if (kept) byId('contents').querySelector(`[data-to="${kept}"]`)?.focus({ preventScroll: true });
  followSoon();
}

function goTo(target) {
  for (let fold = target.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
  target.setAttribute('tabindex', '-1');
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: 'start' });
}

// The last section that began above the line where one reads; at the end of the page the last one.
function followScroll() {
  const bar = byId('bar').getBoundingClientRect();
  const line = Math.max(0, bar.bottom) + READ_FROM;
  const shown = sectionsShown();
  const ended = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
  const begun = shown.filter((section) => section.getBoundingClientRect().top <= line);
  const here = ended && window.scrollY > 0 ? shown.at(-1) : (begun.at(-1) ?? shown[0]);
  for (const link of byId('contents').children) {
    const current = link.dataset.to === here?.id;
    if (current === link.hasAttribute('aria-current')) continue;
    if (current) {
      link.setAttribute('aria-current', 'true');
      showLink(link);
    } else link.removeAttribute('aria-current');
  }
}

// Within its row alone: the page itself must not move.
function showLink(link) {
  const row = byId('contents');
  const before = link.offsetLeft - row.offsetLeft;
  if (before < row.scrollLeft || before + link.offsetWidth > row.scrollLeft + row.clientWidth)
    row.scrollLeft = before - (row.clientWidth - link.offsetWidth) / 2;
}

// With the next frame, which computes the layout anyway.
let followsSoon = false;

function followSoon() {
  if (followsSoon) return;
  followsSoon = true;
  requestAnimationFrame(() => {
    followsSoon = false;
    followScroll();
  });
}

function listenToScroll() {
  window.addEventListener('scroll', followSoon, { passive: true });
  window.addEventListener('resize', followSoon);
  // Where the bar has more lines, what a link leads to must still lie below it.
  new ResizeObserver(([{ target }]) => {
    document.documentElement.style.setProperty('scroll-padding-top', `${target.offsetHeight + 12}px`);
  }).observe(byId('bar'));
}

// An address with a figure opens there, once.
let figureShown = null;

function showFigure() {
  const wanted = state.figure ?? null;
  if (wanted === figureShown) return;
  figureShown = wanted;
  const target = wanted && (document.querySelector(`[data-figure="${CSS.escape(wanted)}"]`) ?? byId(wanted));
  if (target && document.querySelector('main').contains(target)) goTo(target);
}

// Where the screen has no room for the choices, a button opens them.
function listenToFold() {
  const button = byId('fold');
  const set = (open) => {
    byId('bar').classList.toggle('open', open);
    button.setAttribute('aria-expanded', String(open));
  };
  button.addEventListener('click', () => set(button.getAttribute('aria-expanded') !== 'true'));
  byId('bar').addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (byId('figures').open) {
      byId('figures').open = false;
      byId('figures').querySelector('summary').focus();
    } else if (button.offsetParent) {
      set(false);
      button.focus();
    }
  });
  document.addEventListener('click', (event) => {
    if (!byId('figures').contains(event.target) && event.target.isConnected) byId('figures').open = false;
  });
}

const foldText = (choice) =>
  [choice.view.operation, choice.view.dtype, sizeText(choice.view.size_names, choice.size)].filter(Boolean).join(' · ');
