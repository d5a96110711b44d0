import { expect, test } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { QuietWatch } from './quiet-watch.ts';

/** A process whose inputs come as a test says. */
function watching() {
  const clock = new VirtualClock(0);
  const at = { taken: 0, isIdle: true, quietMs: [] as number[] };
  const quiet = new QuietWatch({
    ...{ clock, taken: () => at.taken, isIdle: () => at.isIdle },
    onQuiet: () => at.quietMs.push(clock.nowMs()),
  });
  const input = () => {
    at.taken++;
    quiet.onIdle();
  };
  return { clock, at, quiet, input };
}

test('a moment is quiet 2 ms behind an input, with none in hand or on its way to the disk', async () => {
  const { clock, at, input } = watching();
  for (let ms = 0; ms < 10; ms++) {
    input();
    await clock.advance(1);
  }
  at.isIdle = false;
  await clock.advance(10);
  expect(at.quietMs).toEqual([]);
  at.isIdle = true;
  await clock.advance(10);
  expect(at.quietMs).toEqual([22]);
  input();
  await clock.advance(10);
  expect(at.quietMs).toEqual([22, 32]);
});

test('who waits for a quiet moment can give that up at any time', async () => {
  const { clock, at, quiet } = watching();
  const found: string[] = [];
  const cancel = quiet.next(() => found.push('it was given up'));
  at.taken++; // the first look finds an input, so there is a second one
  await clock.advance(3);
  cancel();
  await clock.advance(10);
  expect(found).toEqual([]);
});

test('a process that has stopped has no quiet moments', async () => {
  const { clock, at, quiet, input } = watching();
  input();
  quiet.stop();
  await clock.advance(10);
  expect(at.quietMs).toEqual([]);
});
