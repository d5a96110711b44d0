import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { diskWords } from './disk-room.ts';

test('a disk without room is told with its directory and what to do; one with room is not', () => {
  const dir = tmpdir();
  expect([diskWords(dir, 1), diskWords(`${dir}/gone`, 1)]).toEqual([undefined, undefined]);
  expect(diskWords(dir, Number.MAX_SAFE_INTEGER)).toMatch(
    /^the disk of .+ (is full|has \d+ MiB left): .+ Make room/,
  );
});
