// Numbers for people: three significant digits, a unit, and a dash for what is not known.

const MISSING = '—';
const isKnown = (value) => value !== null && value !== undefined && Number.isFinite(value);

function digits(value) {
  if (!isKnown(value)) return MISSING;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace('e+', 'e');
  const rounded = Number(value.toPrecision(3));
  if (Math.abs(rounded) >= 1000) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}

function withUnit(value, steps) {
  if (!isKnown(value)) return MISSING;
  const rounded = Number(value.toPrecision(3));
  const [scale, unit] = steps.find(([least]) => rounded >= least) || steps[steps.length - 1];
  return `${digits(value / scale)} ${unit}`;
}

const timeText = (ns) =>
  withUnit(ns, [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
    [1, 'ns'],
  ]);
// A limit that somebody set: 60 s, not 60.0 s.
const shortTime = (ns) => timeText(ns).replace(/\.0+ /, ' ');
const bytesText = (count) =>
  withUnit(count, [
    [2 ** 40, 'TiB'],
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
    [1, 'B'],
  ]);
const flopsText = (rate) =>
  withUnit(rate, [
    [1e12, 'Tflop/s'],
    [1e9, 'Gflop/s'],
    [1e6, 'Mflop/s'],
    [1e3, 'kflop/s'],
    [1, 'flop/s'],
  ]);
const bandwidthText = (rate) =>
  withUnit(rate, [
    [1e12, 'TB/s'],
    [1e9, 'GB/s'],
    [1e6, 'MB/s'],
    [1, 'B/s'],
  ]);
const ratioText = (ratio) => (isKnown(ratio) ? `${digits(ratio)}×` : MISSING);
// A lead of 1.04 reads better as 4.0 %.
const leadText = (lead) => (lead < 1.095 ? `${((lead - 1) * 100).toPrecision(2)} %` : ratioText(lead));
const rangeText = (low, high, form = digits) => (isKnown(low) && isKnown(high) ? `${form(low)} – ${form(high)}` : '');
const percent = (share) =>
  isKnown(share)
    ? `${share >= 0.0995 ? Math.round(share * 100) : (share * 100).toPrecision(share < 0.001 ? 1 : 2)} %`
    : MISSING;
const whole = (value) => Number(value).toLocaleString('en');
const plural = (count, word) => `${whole(count)} ${word}${count === 1 ? '' : 's'}`;

// "m=1000 n=10" as the frames write it, and as people read it.
const sizeKey = (names, size) => names.map((name) => `${name}=${size[name]}`).join(' ');
const sizeText = (names, size) => names.map((name) => `${name} = ${whole(size[name])}`).join(', ') || 'the only size';
