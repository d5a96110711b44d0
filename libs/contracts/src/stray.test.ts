import { expect, test } from 'vitest';
import { typeOf } from './fact.ts';
import { strayReason } from './stray.ts';
import { FAMILIES, type Family } from './topology.ts';

test('no message of the topology is a stray under its family, and each is one under any other', () => {
  for (const [family, { messages }] of Object.entries(FAMILIES))
    for (const name of messages)
      for (const other of Object.keys(FAMILIES) as Family[]) {
        const isThere = (FAMILIES[other].messages as readonly string[]).includes(name);
        const { stream } = FAMILIES[other];
        const reason = strayReason({ stream, subject: `${other}.paper-main.x`, type: typeOf(name) });
        expect([family, name, other, reason === null]).toEqual([family, name, other, isThere]);
      }
});

test.each<[string, string, string | null]>([
  ['ord.cmd.paper-main', '', 'it has no type, as all our messages have'],
  ['fence.ORDERS.execution.paper-main', 'algo.v1.LaneFenced', null],
  ['fence.ORDERS.execution.paper-main', 'algo.v1.OrderFilled', 'nobody says OrderFilled there'],
  ['ord.evt.paper-main.a.b.c', 'algo.v1.LaneFenced', 'nobody says LaneFenced there'],
  ['ord.evt.paper-main.a.b.c', 'algo.v1.OrderTeleported', null],
  ['md.time.x', 'algo.v1.TimeAdvanced', 'nobody says TimeAdvanced there'],
])('%s of type %j: %s', (subject, type, reason) => {
  expect(strayReason({ stream: 'ORDERS', subject, type })).toBe(reason);
});
