const WIDTH = 600;
const HEIGHT = 200;
const MARGIN = 10;
/** White, grid grey, gain green, loss red: two bits for a pixel. */
const PALETTE = [255, 255, 255, 204, 208, 214, 22, 128, 60, 185, 28, 28];
const ROW_BYTES = WIDTH / 4;

/**
 * Returns a line chart of equity as base64 of a PNG: green when the day gained, red when it lost, a grey line
 * where it began. Fewer than two values draw a flat line. *Shape*: 600 × 200, 4 colours, stored without
 * compression (about 30 kB).
 */
export function equityCurvePng(equity: readonly number[]): string {
  const values = equity.filter(Number.isFinite);
  const first = values[0] ?? 0;
  const curve = values.length > 1 ? values : [first, first];
  const [low, high] = extremes(curve);
  const span = high - low;
  const y = (value: number) =>
    Math.round(span === 0 ? HEIGHT / 2 : HEIGHT - MARGIN - ((value - low) / span) * (HEIGHT - 2 * MARGIN));
  const pixels = new Uint8Array((ROW_BYTES + 1) * HEIGHT);
  for (let x = 0; x < WIDTH; x++) dot(pixels, x, y(first), 1);
  const ink = curve.at(-1)! >= first ? 2 : 3;
  let before = y(first);
  for (let x = 0; x < WIDTH; x++) {
    const here = y(along(curve, x / (WIDTH - 1)));
    for (let row = Math.min(before, here); row <= Math.max(before, here) + 1; row++) dot(pixels, x, row, ink);
    before = here;
  }
  return base64(png(pixels));
}

/** Returns lowest and highest, without spreading a long curve over the call stack. */
function extremes(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function along(curve: readonly number[], share: number): number {
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
  return joined(
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    chunk('IHDR', joined(uint32(WIDTH), uint32(HEIGHT), [2, 3, 0, 0, 0])),
    chunk('PLTE', PALETTE),
    chunk('IDAT', zlibStored(pixels)),
    chunk('IEND', []),
  );
}

function chunk(type: string, data: ArrayLike<number>): Uint8Array {
  const name = Array.from(type, (letter) => letter.charCodeAt(0));
  const body = joined(name, data);
  return joined(uint32(data.length), body, uint32(crc32(body)));
}

/** One stored block holds 65,535 bytes; the picture is smaller than that. */
function zlibStored(data: Uint8Array): Uint8Array {
  const size = data.length;
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  const lengths = [size & 255, size >> 8, ~size & 255, (~size >> 8) & 255];
  return joined([0x78, 0x01, 0x01], lengths, data, uint32(((b << 16) | a) >>> 0));
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}

function uint32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function joined(...parts: readonly ArrayLike<number>[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
