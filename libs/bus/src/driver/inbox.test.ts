import { expect, test } from 'vitest';
import { MemoryBus } from '../memory/memory-bus.ts';
import { MemoryServer } from '../memory/memory-server.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { message } from '../testing/bus-contract.ts';
import { type Arrival, Inbox } from './inbox.ts';

const WAITING_MAX = 2_048;
const SENT = 3 * WAITING_MAX;
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('of each stream so many wait, the follower waits with the rest, and none is lost', async () => {
  const bus = new MemoryBus(new MemoryServer(new VirtualClock()), 'a-0');
  const inbox = new Inbox(
    () => undefined,
    (error) => {
      throw error;
    },
  );
  for (const stream of ['CONTROL', 'SYSTEM'] as const)
    await inbox.follow(bus, { stream, subjects: ['>'], after: 0 });
  for (let n = 0; n < SENT; n++) await bus.publish(message('ctl.mode.x', `c${n}`, ''));
  // A stream that is held up holds up no other one.
  await bus.publish(message('sys.service.x', 's0', ''));
  await settled();
  expect(inbox.size).toBe(WAITING_MAX + 1);

  const taken: Arrival[] = [];
  for (let rounds = 0; rounds < 100 && taken.length < SENT + 1; rounds++) {
    for (let next = inbox.next(); next !== undefined; next = inbox.next()) {
      taken.push(next);
      expect(inbox.size).toBeLessThanOrEqual(WAITING_MAX + 1);
    }
    await settled();
  }
  const sequences = (of: string) => taken.flatMap((one) => (one.stream === of ? [one.sequence] : []));
  expect(sequences('CONTROL')).toEqual(Array.from({ length: SENT }, (_, n) => n + 1));
  expect(sequences('SYSTEM')).toEqual([1]);
});
