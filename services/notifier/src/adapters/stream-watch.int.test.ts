import { FactMessage, systemClock } from '@algo/bus';
import { createLogger } from '@algo/runtime';
import { NatsFixture } from '@algo/testkit';
import { expect, test } from 'vitest';
import { fillOf, StreamWatch } from './stream-watch.ts';

const BOUND = 20_000;

test('a stream at 70 % of its bound is told of once, and once when it has room again', async () => {
  await using nats = await NatsFixture.start();
  const { jsm } = (await nats.bus('admin')).nats;
  await jsm.streams.update('CONTROL', { max_bytes: BOUND });
  const bus = await nats.bus('notifier.main');
  const watch = () => new StreamWatch({ bus, clock: systemClock, log: createLogger('test', 'silent') });
  const told = async () => {
    const said = [];
    for await (const { fact } of bus.read({ stream: 'SYSTEM', subjects: ['sys.streams.>'], after: 0 }))
      if (fact.name === 'StreamsFilling') said.push(fact.body);
    return said;
  };

  await watch().look();
  expect(await told()).toEqual([]);

  const scope = { kind: 'account', account: 'paper-main' } as const;
  const mode = {
    type: 'SetTradingMode',
    scope,
    mode: 'halted',
    by: 'anna',
    timeUs: 0,
    expiresWallUs: 0,
  } as const;
  for (let i = 0; (await bus.use('CONTROL')).bytes < 0.7 * BOUND; i++) {
    const body = { ...mode, commandId: `halt-${i}`, reason: 'x'.repeat(500) } as never;
    const speaker = { identity: 'cli', account: 'paper-main' };
    await bus.publish(FactMessage.said({ name: 'SetTradingMode', body }, speaker, { id: `halt-${i}` }));
  }
  const first = watch();
  await first.look();
  await first.look();
  await watch().look(); // a next life knows what was said
  expect(await told()).toMatchObject([
    { high: [{ stream: 'CONTROL', bytesMax: BOUND }], risen: ['CONTROL'], eased: [] },
  ]);
  const fill = (await told())[0]!.high[0]!;
  expect(fill.bytes).toBe((await bus.use('CONTROL')).bytes);
  expect(fill.refuses).toBe(true);
  expect(fill.daysLeft).toBeGreaterThan(0);

  await jsm.streams.update('CONTROL', { max_bytes: 10 * BOUND });
  await first.look();
  await first.look();
  expect((await told()).map(({ risen, eased }) => [risen, eased])).toEqual([
    [['CONTROL'], []],
    [[], ['CONTROL']],
  ]);
});

test('a stream that its bound will stop has days left; one whose messages go by age before has not', () => {
  const day = { oldestMs: 0, newestMs: 86_400_000, bytesMax: 1_000 };
  expect(fillOf('RISK', { ...day, bytes: 10 })).toMatchObject({ bytesADay: 10, daysLeft: 99, refuses: true });
  expect(fillOf('RISK', { ...day, bytes: 0.5 })).toMatchObject({ daysLeft: null });
  expect(fillOf('MARKET', { ...day, bytes: 300 })).toMatchObject({ daysLeft: null, refuses: false });
  expect(fillOf('MARKET', { ...day, bytes: 1_001 })).toMatchObject({ daysLeft: 0 });
  // A warm history of a minute says nothing of a day.
  expect(fillOf('RISK', { ...day, newestMs: 60_000, bytes: 10 })).toMatchObject({ bytesADay: 240 });
});
