import { crc32, inflateSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { equityCurvePng } from './equity-curve-png.ts';

/** Reads a PNG as any viewer would: signature, chunk sums, zlib stream, unfiltered rows of two-bit pixels. */
function read(base64: string): { width: number; height: number; pixel: (x: number, y: number) => number } {
  const bytes = Buffer.from(base64, 'base64');
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.subarray(0, 4).toString('latin1'), body.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
  const header = chunks.get('IHDR')!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const rows = inflateSync(chunks.get('IDAT')!);
  const stride = 1 + width / 4;
  expect(rows).toHaveLength(stride * height);
  return { width, height, pixel: (x, y) => (rows[y * stride + 1 + (x >> 2)]! >> (6 - 2 * (x & 3))) & 3 };
}

test.each([
  ['a gain rises in green', [100, 120, 140], 2, 'up'],
  ['a loss falls in red', [140, 120, 100], 3, 'down'],
] as const)('%s', (_, curve, ink, way) => {
  const { width, height, pixel } = read(equityCurvePng(curve));
  expect([width, height]).toEqual([600, 200]);
  const rowAt = (x: number) => Array.from({ length: height }, (_row, y) => pixel(x, y)).indexOf(ink);
  const [left, right] = [rowAt(1), rowAt(width - 2)];
  expect(left).toBeGreaterThanOrEqual(0);
  expect(way === 'up' ? left > right : left < right).toBe(true);
});

test.each([
  [[]],
  [[5]],
  [[5, 5, 5]],
  [[Number.NaN, Infinity]],
  [Array.from({ length: 200_000 }, (_, i) => i % 7)],
])('draws something for a curve of %#', (curve) => {
  expect(read(equityCurvePng(curve)).width).toBe(600);
});
