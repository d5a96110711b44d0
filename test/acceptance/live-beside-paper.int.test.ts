// A live account at the stand-in of spot and a paper account on the same feed, order by order. It takes long,
// and runs in soaks alone: ALGO_SOAK=1, for ALGO_BESIDE_MINUTES. Its table is left in .cache.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AccountComparison, type ComparedEntry, compareAccounts } from './support/account-comparison.ts';
import { algo, ROOT } from './support/algo-process.ts';
import { comparisonTable } from './support/comparison-table.ts';
import { besideMinutes, soak } from './support/config.ts';
import { eagerTrading } from './support/eager-trading.ts';
import { EngineRecord, factsOf } from './support/engine-record.ts';
import { EngineRun } from './support/engine-run.ts';
import { LIVE_ACCOUNT, limitsFor } from './support/live-market.ts';
import { LiveSpot } from './support/live-spot.ts';

const PAPER = 'paper-main';
const RUN_MS = besideMinutes * 60_000;
const TABLE = join(ROOT, '.cache', 'live-beside-paper.md');
const PATIENCE_MS = 180_000;
/**
 * What keeps an account from what the other does: its own position, or that it left one a moment ago; in the
 * end one is halted a few seconds before the other.
 */
const OWN_REASONS = ['COOL_DOWN', 'POSITION_OPEN', 'POSITION_LIMIT', 'HALTED'];
// tidy-ok: a quarter of an hour belongs into a soak
const long = soak ? test : test.skip;

let dir = '';
let compared: AccountComparison;
let env: NodeJS.ProcessEnv = {};
let dataDir = '';

beforeAll(async () => {
  if (!soak) return;
  dir = mkdtempSync(join(tmpdir(), 'algo-beside-'));
  await using market = await LiveSpot.open(dir);
  env = {
    ...{ ...market.env, ...limitsFor(dir, [LIVE_ACCOUNT, PAPER]) },
    // Only what follows a signal can be held against the other account's word on the same signal.
    ...eagerTrading(dir, true, [['enabled_strategies', '[order_flow_scalping]']]),
    ...{ ALGO_STARTING_BALANCE: '10000', ALGO_STARTING_EQUITY: '10000', ALGO_PAPER_VICES: 'spotNoShort=1' },
  };
  const options = [...market.options(), '--confirm-live', LIVE_ACCOUNT, '--accounts', PAPER];
  await using run = new EngineRun(join(dir, 'data'), options, env);
  ({ dataDir } = run);
  await run.bus(PATIENCE_MS);
  await setTimeout(RUN_MS);
  for (const account of [LIVE_ACCOUNT, PAPER])
    await algo(['halt', '--account', account, '--reason', 'enough', '--data-dir', dataDir]);
  const isFlat = async () => {
    const said = (await factsOf(await run.bus(PATIENCE_MS), 'pos.evt')).map(({ fact }) => fact.name);
    const count = (name: string) => said.filter((each) => each === name).length;
    return count('PositionOpened') === count('PositionClosed');
  };
  await run.until('all positions to be closed', isFlat, PATIENCE_MS);
  market.end();
  await run.stop();
  await using record = await EngineRecord.open(dataDir);
  compared = await compareAccounts(record.bus, LIVE_ACCOUNT, PAPER);
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  writeFileSync(TABLE, `${comparisonTable(compared)}\n`);
}, RUN_MS + 600_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

long('both leave what both entered, for the same reason', () => {
  const left = compared.both.filter(([live, paper]) => live.exit !== null && paper.exit !== null);
  expect(left.length).toBeGreaterThan(5);
  const differs = left.filter(([live, paper]) => live.exit?.reason !== paper.exit?.reason);
  expect(differs.map((pair) => pair.map(words))).toEqual([]);
});

long('both plan the same stop and limit for a signal', () => {
  const differs = compared.both.filter(([{ command: live }, { command: paper }]) =>
    [[live.limitPrice, paper.limitPrice] as const, [live.plan.stopPrice, paper.plan.stopPrice] as const].some(
      ([one, two]) => `${one}` !== `${two}`,
    ),
  );
  expect(differs.map((pair) => pair.map(words))).toEqual([]);
});

long('where one enters alone, the other says what of its own keeps it', () => {
  const unexplained = compared.alone.filter(({ why }) => why === null || !OWN_REASONS.includes(why));
  expect(unexplained.map(({ account, entry, why }) => `${account} ${words(entry)} ${why}`)).toEqual([]);
});

long(
  'gone through again, each process says what it said then',
  async () => {
    const { code, said } = await algo(['replay', dataDir], env);
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  },
  RUN_MS,
);

function words({ command, exit }: ComparedEntry): string {
  const { account, instrument, limitPrice, plan, timeUs } = command;
  const end = exit === null ? 'opened nothing' : `left by ${exit.reason} at ${exit.closed.exitPrice}`;
  return `${account} ${instrument} at ${timeUs}, limit ${limitPrice}, stop ${plan.stopPrice}: ${end}`;
}
