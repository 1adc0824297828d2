// A part of the page as SVG, read from the screen: boxes, borders, words and drawings where the browser put them.

const PICTURE_EDGE = 12;
const PIXELS = 2; // of a PNG for each of the screen's
const DRAWN_WITH = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'fill-opacity',
  'font-size',
  'vector-effect',
];

const xml = (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
const rounded = (value) => Number(value.toFixed(2));
const attributesOf = (values) =>
  Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => ` ${name}="${xml(String(value))}"`)
    .join('');

const pixel = { context: null, known: new Map() };

// Any colour that the browser understands as one that every program does.
function plainColour(text) {
  if (!pixel.known.has(text)) {
    pixel.context ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    pixel.context.clearRect(0, 0, 1, 1);
    pixel.context.fillStyle = text;
    pixel.context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pixel.context.getImageData(0, 0, 1, 1).data;
    pixel.known.set(text, {
      colour: `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`,
      a: a / 255,
    });
  }
  return pixel.known.get(text);
}

const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const withColours = (text) => text.replace(/var\((--[\w-]+)\)/g, (_, name) => plainColour(variable(name)).colour);

// Vega's drawings have no ground of their own.
const onPaper = (text) =>
  text.replace(
    /(<svg[^>]*>)/,
    `$1<rect width="100%" height="100%" fill="${plainColour(variable('--paper')).colour}"/>`,
  );

function pictureOf(root) {
  const parts = [];
  const box = root.getBoundingClientRect();
  const at = { x: box.left - PICTURE_EDGE, y: box.top - PICTURE_EDGE, right: box.left, bottom: box.top };
  for (const child of root.childNodes) drawNode(child, at, parts);
  const [width, height] = [at.right - at.x + PICTURE_EDGE, at.bottom - at.y + PICTURE_EDGE].map(Math.ceil);
  const paper = plainColour(variable('--paper')).colour;
  return (
    `<svg xmlns="${SVG}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<title>${xml(root.dataset.title ?? '')}</title><rect width="100%" height="100%" fill="${paper}"/>` +
    `${parts.join('')}</svg>`
  );
}

function drawNode(node, at, parts) {
  if (node.nodeType === Node.TEXT_NODE) drawWords(node, at, parts);
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches('.tools, .hidden, caption')) return;
  const style = getComputedStyle(node);
  if (style.display === 'none' || style.visibility === 'hidden') return;
  const box = node.getBoundingClientRect();
  if (node instanceof SVGElement) parts.push(drawingOf(node, box, at));
  else {
    drawBox(style, box, at, parts);
    for (const child of node.childNodes) drawNode(child, at, parts);
    if (style.overflowX !== 'visible') return;
  }
  if (box.width && box.height) reach(at, box);
}

function reach(at, { right, bottom }) {
  at.right = Math.max(at.right, right);
  at.bottom = Math.max(at.bottom, bottom);
}

function drawBox(style, box, at, parts) {
  if (!box.width || !box.height) return;
  const [x, y] = [rounded(box.left - at.x), rounded(box.top - at.y)];
  const size = { x, y, width: rounded(box.width), height: rounded(box.height) };
  const rx = style.borderTopLeftRadius.endsWith('%')
    ? box.width / 2
    : Math.min(parseFloat(style.borderTopLeftRadius), box.height / 2);
  const ground = plainColour(style.backgroundColor);
  const edges = ['Top', 'Right', 'Bottom', 'Left'].map((side) => ({
    side,
    wide: style[`border${side}Style`] === 'none' ? 0 : parseFloat(style[`border${side}Width`]),
    ink: plainColour(style[`border${side}Color`]),
  }));
  const whole = edges.every(({ wide, ink }) => wide && ink.a && wide === edges[0].wide);
  if (ground.a || whole)
    parts.push(
      `<rect${attributesOf({
        ...size,
        rx: rx || null,
        fill: ground.a ? ground.colour : 'none',
        'fill-opacity': ground.a < 1 ? rounded(ground.a) : null,
        stroke: whole ? edges[0].ink.colour : null,
        'stroke-width': whole ? edges[0].wide : null,
      })}/>`,
    );
  if (style.backgroundImage.includes('repeating')) parts.push(hatching(size));
  if (!whole) for (const edge of edges) drawEdge(edge, size, parts);
}

function drawEdge({ side, wide, ink }, { x, y, width, height }, parts) {
  if (!wide || !ink.a) return;
  const lies = { Top: [x, y, width, wide], Bottom: [x, y + height - wide, width, wide] };
  const stands = { Left: [x, y, wide, height], Right: [x + width - wide, y, wide, height] };
  const [left, top, across, down] = { ...lies, ...stands }[side];
  const size = { x: left, y: top, width: across, height: down };
  const opacity = ink.a < 1 ? rounded(ink.a) : null;
  parts.push(`<rect${attributesOf({ ...size, fill: ink.colour, 'fill-opacity': opacity })}/>`);
}

// Slanting lines as in the page's hatched cells.
function hatching({ x, y, width, height }) {
  const lines = [];
  for (let from = -height; from < width; from += 8) {
    const [start, end] = [Math.max(from, 0), Math.min(from + height, width)];
    const [low, high] = [start, end].map((one) => y + height - (one - from));
    lines.push(`M${rounded(x + start)} ${rounded(low)}L${rounded(x + end)} ${rounded(high)}`);
  }
  const stroke = plainColour(variable('--ink')).colour;
  return `<path${attributesOf({ d: lines.join(''), stroke, 'stroke-opacity': 0.15 })}/>`;
}

// A text of several lines is a text for each.
function drawWords(node, at, parts) {
  const words = [...node.data.matchAll(/\S+/g)];
  const style = words.length && getComputedStyle(node.parentElement);
  if (!words.length || style.visibility === 'hidden') return;
  const range = document.createRange();
  const lines = [];
  for (const word of words) {
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.box.top - box.top) < 2) last.text += ` ${word[0]}`;
    else lines.push({ box, text: word[0] });
    reach(at, box);
  }
  const ink = plainColour(style.color);
  for (const { box, text } of lines)
    parts.push(
      `<text${attributesOf({
        x: rounded(box.left - at.x),
        y: rounded(box.top - at.y + box.height * 0.78),
        fill: ink.colour,
        'font-family': style.fontFamily,
        'font-size': style.fontSize,
        'font-weight': style.fontWeight,
      })}>${xml(text)}</text>`,
    );
}

// A drawing of the page with the colours that its style gives it.
function drawingOf(drawing, box, at) {
  const copy = drawing.cloneNode(true);
  const originals = [drawing, ...drawing.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((node, i) => {
    const style = getComputedStyle(originals[i]);
    for (const name of DRAWN_WITH) {
      const value = style.getPropertyValue(name);
      const isColour = (name === 'fill' || name === 'stroke') && value !== 'none' && !value.startsWith('url');
      if (value) node.setAttribute(name, isColour ? plainColour(value).colour : value);
    }
    node.removeAttribute('class');
    node.removeAttribute('style');
  });
  const [x, y] = [rounded(box.left - at.x), rounded(box.top - at.y)];
  for (const [name, value] of Object.entries({ x, y, width: box.width, height: box.height }))
    copy.setAttribute(name, value);
  return new XMLSerializer().serializeToString(copy);
}

// Drawn by the browser, twice as fine as the screen. An address of data is all that the page's policy lets it load.
async function pixelsOf(text) {
  const image = new Image();
  image.setAttribute('src', `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`);
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth * PIXELS, image.naturalHeight * PIXELS];
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
}
