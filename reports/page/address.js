// What was chosen, as the address holds it. Back and forward undo and redo it.

const state = {};
const remembered = { step: null };

function readAddress() {
  for (const name of Object.keys(state)) delete state[name];
  Object.assign(state, Object.fromEntries(new URLSearchParams(location.hash.slice(1))));
  remembered.step = null;
}

const addressOf = (choices) => `#${new URLSearchParams(choices)}`;

// A new entry of the history. What changes again and again, as under a hand on a slider, has the name of its step: it
// is one entry until the step is over, or another begins.
function remember(step = null, over = false) {
  for (const name of Object.keys(state)) if (state[name] === '' || state[name] === null) delete state[name];
  const same = step !== null && step === remembered.step;
  remembered.step = over ? null : step;
  if (addressOf(state) === addressOf(new URLSearchParams(location.hash.slice(1)))) return;
  if (same) history.replaceState(null, '', addressOf(state));
  else history.pushState(null, '', addressOf(state));
}
