import { clientOrderId } from '@algo/model';
import { expect, test } from 'vitest';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput, ExecutionOutput } from './execution-io.ts';
import {
  ACCOUNT,
  BTC,
  cancelAll,
  close,
  holding,
  LTC,
  place,
  ready,
  S,
  SETTINGS,
  sent,
  submitted,
  types,
  wall,
} from './testing/execution-scenario.ts';

/** An engine with an entry that rests in each of two instruments, and one exit that works. */
function working() {
  const { engine } = holding();
  const exit = sent(engine.handle(close(2)));
  engine.handle(submitted(exit.clientOrderId, 'confirmed', 2 * S));
  const entry = sent(engine.handle(place(3, { instrument: BTC, timeInForce: 'gtc', timeUs: 1.6 * S })));
  engine.handle(submitted(entry.clientOrderId, 'confirmed', 2 * S));
  return { engine, exit: exit.clientOrderId, entry: entry.clientOrderId };
}

const asked = (engine: ExecutionEngine, command: ReturnType<typeof cancelAll>, wallUs = S) => [
  ...engine.handle(command),
  ...engine.handle(wall(command.commandId, wallUs)),
];
const canceled = (out: readonly ExecutionOutput[]) =>
  out.flatMap((o) => (o.type === 'CancelAtVenue' ? [o.clientOrderId] : []));

test('entries are withdrawn and exits stay, once for each command', () => {
  const { engine, entry } = working();
  const out = asked(engine, cancelAll('c'));
  expect(canceled(out)).toEqual([entry]);
  expect(out.at(-1)).toMatchObject({ type: 'CommandObeyed', commandId: 'c', orders: [entry], positions: [] });
  expect(asked(engine, cancelAll('c'))).toEqual([]);
});

test('with force exits are withdrawn too; without it one is refused with what it would mean', () => {
  const { engine, exit, entry } = working();
  const refused = asked(engine, cancelAll('one', { clientOrderId: exit }));
  expect(canceled(refused)).toEqual([]);
  expect(refused.at(-1)).toMatchObject({
    type: 'CommandRefused',
    reason: expect.stringMatching(/position-risk would only make another.*--force/),
  });
  expect(canceled(asked(engine, cancelAll('all', { force: true }))).toSorted()).toEqual(
    [exit, entry].toSorted(),
  );
});

test('a scope withdraws its own entries; an order that is over is refused with those that work', () => {
  const { engine, entry, exit } = working();
  const other = { kind: 'instrument', instrument: LTC } as const;
  expect(canceled(asked(engine, cancelAll('other', { scope: other })))).toEqual([]);
  const [answer] = asked(engine, cancelAll('gone', { clientOrderId: clientOrderId('gone') })).slice(-1);
  expect(answer).toMatchObject({
    type: 'CommandRefused',
    reason: `order = "gone": no order of ${ACCOUNT} that works. There are ${exit}, ${entry}.`,
  });
});

test('a command that is taken after its time withdraws nothing and is refused, also after a restart', () => {
  const { engine } = working();
  const command = cancelAll('old');
  expect(types(engine.handle(command))).toEqual(['AskWall']);
  const restored = new ExecutionEngine(SETTINGS, engine.snapshot());
  expect(restored.handle(wall('old', command.expiresWallUs + 1))).toMatchObject([
    { type: 'CommandRefused', reason: expect.stringContaining('after its time was over: nothing was done') },
  ]);
});

test('leaving what is held withdraws its entries; position-risk answers, also when it is late', () => {
  const flatten = (
    commandId: string,
    instrument: string,
  ): Extract<ExecutionInput, { type: 'FlattenAll' }> => ({
    ...{ type: 'FlattenAll', commandId, account: ACCOUNT, scope: { kind: 'instrument', instrument } },
    ...{ position: null, reason: 'home', by: 'Ada', timeUs: S, expiresWallUs: S },
  });
  const { engine, entry } = working();
  const told = (commandId: string, instrument: string, wallUs: number) => {
    engine.handle(flatten(commandId, instrument));
    return engine.handle(wall(commandId, wallUs));
  };
  expect(told('f1', BTC, 2 * S)).toEqual([]);
  expect(told('f2', LTC, S)).toEqual([]);
  expect(told('f3', BTC, S)).toMatchObject([{ type: 'CancelAtVenue', clientOrderId: entry }]);
});

test('where nothing works a person is told so', () => {
  expect(asked(ready(), cancelAll('c')).at(-1)).toMatchObject({ type: 'CommandObeyed', orders: [] });
});
