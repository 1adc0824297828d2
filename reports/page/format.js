// Numbers for people: three significant digits, thousands separated, a unit, and a dash for an unknown value.

// Made once: toLocaleString makes one for each number, and a page opens with thousands of numbers.
const GROUPED = new Intl.NumberFormat('en');

const isKnown = (value) => value !== null && value !== undefined && Number.isFinite(value);

function digits(value) {
  if (!isKnown(value)) return MISSING;
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const size = Math.abs(rounded);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace('e+', 'e');
  return size >= 1000 ? GROUPED.format(rounded) : value.toPrecision(3);
}

function withUnit(value, steps) {
  if (!isKnown(value)) return MISSING;
  const rounded = Math.abs(Number(value.toPrecision(3)));
  const [scale, unit] = steps.find(([least]) => rounded >= least) || steps[steps.length - 1];
  return `${digits(value / scale)} ${unit}`;
}

const timeText = (ns) => withUnit(ns, UNITS.time);
const bytesText = (count) => withUnit(count, UNITS.bytes);
const flopsText = (rate) => withUnit(rate, UNITS.flops);
const rateText = (rate) => withUnit(rate, UNITS.rate);
// A limit that the user set: 60 s, not 60.0 s.
const shortTime = (ns) => timeText(ns).replace(/\.0+ /, ' ');
const ratioText = (ratio) => (isKnown(ratio) ? `${digits(ratio)}×` : MISSING);
// How many times as fast: 2.50×, and 9.04× slower for 0.1106.
function speedText(ratio) {
  if (!isKnown(ratio) || ratio <= 0 || ratio >= 1) return ratioText(ratio);
  const slower = ratioText(1 / ratio);
  return slower === ratioText(1) ? slower : `${slower} slower`;
}

// Both ends: 2.40 – 2.60×; 8.00 – 9.00× slower; 1.10× slower – 1.20×.
function speedRange(low, high) {
  if (!isKnown(low) || !isKnown(high)) return '';
  const ends = [low, high].map(speedText);
  const slower = ends.map((end) => end.endsWith('slower'));
  if (slower.every(Boolean)) return `${digits(1 / high)} – ${ends[0]}`;
  return `${slower.some(Boolean) ? ends[0] : ends[0].replace('×', '')} – ${ends[1]}`;
}

// A lead of 1.04 reads better as 4.0 %.
function leadText(lead) {
  if (!isKnown(lead) || lead >= 1.095) return ratioText(lead);
  const ahead = (lead - 1) * 100;
  return isTiny(ahead) ? `< ${LEAST_PERCENT} %` : `${ahead.toPrecision(2)} %`;
}

const isTiny = (ahead) => ahead !== 0 && Math.abs(ahead) < LEAST_PERCENT;

function percent(share) {
  if (!isKnown(share)) return MISSING;
  if (isTiny(share * 100)) return `< ${LEAST_PERCENT} %`;
  return `${share >= 0.0995 ? Math.round(share * 100) : (share * 100).toPrecision(share < 0.001 ? 1 : 2)} %`;
}

const rangeText = (low, high, form = digits) => (isKnown(low) && isKnown(high) ? `${form(low)} – ${form(high)}` : '');
const whole = (value) => GROUPED.format(Number(value));
const plural = (count, word) => `${whole(count)} ${word}${count === 1 ? '' : 's'}`;

// Sizes as the frames write them, "m=1000 n=10", and as people read them, "m = 1,000, n = 10".
const sizeKey = (names, size) => names.map((name) => `${name}=${size[name]}`).join(' ');
const sizeText = (names, size) => names.map((name) => `${name} = ${whole(size[name])}`).join(', ') || 'the only size';
const spelled = (sizes) =>
  (sizes ?? '')
    .split(' ')
    .map((size) => size.replace(/^([^=]+)=(\d+)$/, (_, name, value) => `${name} = ${whole(value)}`))
    .join(', ');
