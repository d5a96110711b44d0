import { expect, test } from 'vitest';
import { FactMessage } from '../fact-message.ts';
import { MemoryBus } from './memory-bus.ts';
import { MemoryServer } from './memory-server.ts';
import { VirtualClock } from './virtual-clock.ts';

test('a bounded stream keeps the last messages, and fails who would miss one', () => {
  const server = new MemoryServer(new VirtualClock(), { messagesMax: 3 });
  const bus = new MemoryBus(server, 'position-risk.a');
  const speaker = { identity: 'position-risk.a', account: 'a' };
  for (let n = 1; n <= 6; n++) {
    const body = { account: 'a', feed: 'f', timeUs: n } as never;
    bus.say(FactMessage.said({ name: 'GuardAlive', body }, speaker, { id: String(n) }), () => {});
  }
  const read = (after: number) => {
    const subjects = ['sys.guard.>'];
    return [...bus.stored({ stream: 'SYSTEM', subjects, after })].map(({ sequence }) => sequence);
  };
  expect(read(3)).toEqual([4, 5, 6]);
  expect(() => read(2)).toThrow('message 3 was let go before it was read');
});
