import { accountId, positionId, type TradingMode } from '@algo/model';
import { expect, test } from 'vitest';
import { PersonCommands } from './person-commands.ts';
import { ACCOUNT, at, BTC, d, ETH, flattenAll, PLAN, Scenario } from './testing/position-risk-scenario.ts';

const ETH_PLAN = { ...PLAN, stopPrice: d('1900') };

/** A machine that holds a position in each of two instruments. */
function holdingTwo(): Scenario {
  const story = new Scenario();
  story.open('long', '1', '50000');
  story.open('long', '1', '2000', ETH_PLAN, ETH);
  return story;
}

test('a person who leaves all leaves every position once, however often the command comes', () => {
  const story = holdingTwo();
  const out = story.flatten(1);
  expect(story.commands.map(({ reason }) => reason)).toEqual(['operator', 'operator']);
  const positions = story.engine.books.positions().map(({ id }) => id);
  expect(out.at(-1)).toMatchObject({ type: 'CommandObeyed', commandId: 'flatten-1', positions, orders: [] });
  expect(story.flatten(1)).toEqual([]);
  expect(story.flatten(2, { account: accountId('other') })).toEqual([]);
});

test('what is left is what the scope binds, and of that only the position that is named', () => {
  for (const scope of [
    { kind: 'instrument', instrument: ETH },
    { kind: 'venue', venue: 'nowhere' },
    { kind: 'strategy', strategy: 'nobody' },
  ] as const) {
    const story = holdingTwo();
    story.flatten(1, { scope });
    expect(story.commands.map(({ instrument }) => instrument)).toEqual(
      scope.kind === 'instrument' ? [ETH] : [],
    );
  }
  const story = holdingTwo();
  const { id } = story.engine.books.positions()[0]!;
  story.flatten(1, { position: id });
  expect(story.commands).toMatchObject([{ position: id, instrument: BTC }]);
});

test('a position that is not open and an instrument that is not ours are refused with what there is', () => {
  const story = holdingTwo();
  expect(() => story.flatten(1, { position: positionId('gone') })).toThrow(
    /"gone": not open. Open are .*BTCUSDT.*ETHUSDT/,
  );
  expect(() => story.flatten(2, { scope: { kind: 'instrument', instrument: 'binance.spot.XUSDT' } })).toThrow(
    /not an instrument of this account. There are .*BTCUSDT/,
  );
  expect(story.commands).toEqual([]);
});

test('a command that is taken after its time leaves nothing, whatever event time says', () => {
  const story = holdingTwo();
  const asked = flattenAll('old', { timeUs: at(1) });
  expect(story.give(asked)).toEqual([{ type: 'AskWall', commandId: 'old' }]);
  story.restart();
  const late = { type: 'WallTold', commandId: 'old', wallUs: asked.expiresWallUs + 1 } as const;
  expect(() => story.give(late)).toThrow(/taken 1 s after its time was over: nothing was done/);
  expect(story.give({ ...late, wallUs: asked.expiresWallUs })).toEqual([]);
  expect(story.commands).toEqual([]);
});

test('what allows more is not obeyed after its time; a halt is, however late it is read', () => {
  const story = new Scenario();
  const scope = { kind: 'account', account: ACCOUNT } as const;
  const asked = { scope, reason: 'seen', by: 'Ada', timeUs: 1, expiresWallUs: at(60) };
  const set = (commandId: string, mode: TradingMode) =>
    story.give({ type: 'SetTradingMode', commandId, mode, ...asked });
  expect(set('c1', 'halted')).toMatchObject([{ type: 'TradingModeChanged', mode: 'halted' }]);
  for (const mode of ['reducing', 'active'] as const) {
    expect(set(mode, mode)).toEqual([{ type: 'AskWall', commandId: mode }]);
    const late = { type: 'WallTold', commandId: mode, wallUs: asked.expiresWallUs + 1 } as const;
    expect(() => story.give(late)).toThrow(/after its time was over/);
    expect(story.engine.account.modes()).toMatchObject([{ mode: 'halted' }]);
  }
  expect(story.setMode('c2', 'active')).toMatchObject([{ mode: 'active', commandId: 'c2' }]);
});

test('a person takes over an exit of the engine, and one who asks again is in a hurry', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  story.prices(BTC, [1, 48_000]);
  expect(story.commands).toMatchObject([{ reason: 'trailing_stop' }]);
  for (const seconds of [2, 3]) {
    story.denied(story.commands.at(-1)!, 'VENUE_SHUT', seconds);
    story.denied(story.commands.at(-1)!, 'VENUE_SHUT', seconds);
    const before = story.commands.length;
    story.flatten(seconds);
    story.time(seconds);
    expect(story.commands.slice(before)).toMatchObject([{ reason: 'operator' }]);
  }
});

test('of all commands the last 1,024 are known, in a snapshot that does not grow', () => {
  const commands = new PersonCommands();
  const asked = (n: number) => flattenAll(`flatten-${n}`, {});
  for (let n = 0; n < 3_000; n++) expect(commands.isNew(asked(n))).toBe(true);
  expect(commands.state().known).toHaveLength(1_024);
  const restored = new PersonCommands(commands.state());
  for (let n = 3_000 - 1_024; n < 3_000; n++) expect(restored.isNew(asked(n))).toBe(false);
});

test('nothing held is an answer too', () => {
  const story = new Scenario();
  const scope = { kind: 'account', account: ACCOUNT } as const;
  expect(story.flatten(1, { scope }).at(-1)).toMatchObject({ type: 'CommandObeyed', positions: [] });
});
