const WIDTH = 600;
const HEIGHT = 200;
const MARGIN = 10;
/** White, grid grey, gain green, loss red: two bits for a pixel. */
const PALETTE = [255, 255, 255, 204, 208, 214, 22, 128, 60, 185, 28, 28];
const ROW_BYTES = WIDTH / 4;

/**
 * Returns a line chart of equity as base64 of a PNG: green when the day gained, red when it lost, a grey line where it
 * began. Fewer than two values draw a flat line. *Shape*: 600 × 200, 4 colours, stored without compression (about 30 kB).
 */
export function equityCurvePng(equity: readonly number[]): string {
  const values = equity.filter(Number.isFinite);
  const first = values[0] ?? 0;
  const curve = values.length > 1 ? values : [first, first];
  const low = Math.min(...extremes(curve));
  const span = Math.max(...extremes(curve)) - low;
  const y = (value: number) =>
    Math.round(span === 0 ? HEIGHT / 2 : HEIGHT - MARGIN - ((value - low) / span) * (HEIGHT - 2 * MARGIN));
  const pixels = new Uint8Array((ROW_BYTES + 1) * HEIGHT);
  for (let x = 0; x < WIDTH; x++) dot(pixels, x, y(first), 1);
  const ink = curve.at(-1)! >= first ? 2 : 3;
  let before = y(first);
  for (let x = 0; x < WIDTH; x++) {
    const here = y(at(curve, x / (WIDTH - 1)));
    for (let row = Math.min(before, here); row <= Math.max(before, here) + 1; row++) dot(pixels, x, row, ink);
    before = here;
  }
  return base64(png(pixels));
}

/** Lowest and highest without spreading a long curve over the call stack. */
function extremes(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function at(curve: readonly number[], share: number): number {
  const position = share * (curve.length - 1);
  const left = Math.floor(position);
  const right = Math.min(left + 1, curve.length - 1);
  return curve[left]! + (curve[right]! - curve[left]!) * (position - left);
}

function dot(pixels: Uint8Array, x: number, y: number, colour: number): void {
  if (y < 0 || y >= HEIGHT) return;
  const index = y * (ROW_BYTES + 1) + 1 + (x >> 2);
  const shift = 6 - 2 * (x & 3);
  pixels[index] = (pixels[index]! & ~(3 << shift)) | (colour << shift);
}

/** *Source*: PNG (W3C, third edition) for chunks; RFC 1950 and 1951 for a zlib stream of stored blocks. */
function png(pixels: Uint8Array): Uint8Array {
  const header = [...uint32(WIDTH), ...uint32(HEIGHT), 2, 3, 0, 0, 0];
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk('IHDR', header),
    ...chunk('PLTE', PALETTE),
    ...chunk('IDAT', zlibStored(pixels)),
    ...chunk('IEND', []),
  ]);
}

function chunk(type: string, data: readonly number[]): number[] {
  const body = [...Array.from(type, (letter) => letter.charCodeAt(0)), ...data];
  return [...uint32(data.length), ...body, ...uint32(crc32(body))];
}

/** One stored block holds 65,535 bytes; the picture is smaller than that. */
function zlibStored(data: Uint8Array): number[] {
  const size = data.length;
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  const lengths = [size & 255, size >> 8, ~size & 255, (~size >> 8) & 255];
  return [0x78, 0x01, 0x01, ...lengths, ...data, ...uint32(((b << 16) | a) >>> 0)];
}

function crc32(bytes: readonly number[]): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function uint32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
