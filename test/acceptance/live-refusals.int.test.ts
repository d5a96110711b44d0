// What keeps real money from being traded, as a person meets it on the command line: nothing is started then.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { algo } from './support/algo-process.ts';
import { LIVE_ACCOUNT, type LiveMarket, limitsFor } from './support/live-market.ts';
import { LiveSpot } from './support/live-spot.ts';
import { LiveUsdm } from './support/live-usdm.ts';

const TEST_MAX_MS = 60_000;

let dir = '';
let live: LiveSpot;
let contracts: LiveUsdm;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'algo-refused-'));
  live = await LiveSpot.open(dir);
  contracts = await LiveUsdm.open(dir);
});
afterAll(async () => {
  await live[Symbol.asyncDispose]();
  await contracts[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

type Spoil = (args: string[]) => NodeJS.ProcessEnv | undefined;

/** Starts it with one thing wrong. Returns how it ended. */
async function started(
  spoil: Spoil,
  at: Pick<LiveMarket<never>, 'env' | 'names' | 'options'> = live,
  more: readonly string[] = [],
): Promise<string> {
  const options = [...at.options(more), '--confirm-live', LIVE_ACCOUNT];
  const args = ['up', '--data-dir', join(dir, 'data'), ...options];
  const env = { ...limitsFor(dir), ...spoil(args) };
  const { code, said } = await algo(args, { ...at.env, ...env });
  expect(code).not.toBe(0);
  expect(existsSync(join(dir, 'data', 'engine.json'))).toBe(false);
  expect(at.names()).toEqual([]);
  return said;
}

const without = (args: string[], option: string) => void args.splice(args.indexOf(option), 2);

test.each<[string, Spoil, RegExp]>([
  [
    'an account without limits of its own',
    () => ({ ALGO_LIMITS_FILE: 'config/limits.yaml' }),
    /sets no positions_max, gross_notional_max, entry_notional_per_minute_max for it/,
  ],
  [
    'nobody who could type its name',
    (args) => {
      without(args, '--confirm-live');
      return undefined;
    },
    /--confirm-live = "not given": there is nobody here who could be asked\. Give live-main/,
  ],
  [
    'another name',
    (args) => {
      args.splice(-1, 1, 'paper-main');
      return undefined;
    },
    /--confirm-live = "paper-main": it does not name the live accounts/,
  ],
  [
    'the feed of another market',
    (args) => {
      args.push('--feed', 'synthetic');
      return undefined;
    },
    /--feed = "synthetic": live-main trades on binance-spot.*Use binance/,
  ],
  [
    'an instrument that nobody has rules of',
    (args) => {
      args[args.indexOf('--instruments') + 1] = 'binance.spot.LTCUSD';
      return undefined;
    },
    /--instruments = "binance\.spot\.LTCUSD": .* lists no .*; its nearest is binance\.spot\.LTCUSDT/,
  ],
  [
    'a file that is not there',
    (args) => {
      args[args.indexOf('--live') + 1] = join(dir, 'none.yaml');
      return undefined;
    },
    /--live = ".*none\.yaml": cannot be read/,
  ],
  [
    'a secret that others may read',
    () => {
      chmodSync(join(dir, 'keys', 'api.secret'), 0o644);
      return undefined;
    },
    /secret file = ".*api\.secret": others than its owner may read or change it/,
  ],
  [
    'the secret of another key',
    () => {
      live.writeKey('liveKey', 'another');
      return undefined;
    },
    /fail {2}rights of the key: refused: .*Signature.*stand against trading.*nothing was started/s,
  ],
  [
    'a key that may withdraw',
    () => {
      live.exchange.addKey('one', { apiKey: 'greedy', secret: 's', rights: { withdrawals: true } });
      live.writeKey('greedy', 's');
      return undefined;
    },
    /it may withdraw; it may be used from anywhere/,
  ],
])(
  '%s: nothing is started, and it is said what is missing',
  async (_, spoil, words) => {
    expect(await started(spoil)).toMatch(words);
  },
  TEST_MAX_MS,
);

test.each<[string, () => void, readonly string[], RegExp]>([
  [
    'hedge mode',
    () => contracts.setUp({ isHedged: true }),
    [],
    /fail {2}setup of the account: the account is in hedge mode\. Set it to one-way mode at the venue/,
  ],
  [
    'multi-assets mode',
    () => contracts.setUp({ isHedged: false, isMultiAssets: true }),
    [],
    /the account is in multi-assets mode\. Set it to single-asset mode at the venue/,
  ],
  [
    'a leverage above the exchange’s own',
    () => contracts.setUp({ isMultiAssets: false, leverage: { SOLUSDT: 75 } }),
    [],
    /the leverage of binance\.perp\.SOLUSDT is 75, above leverage_max 20\. Set it lower at the venue/,
  ],
  [
    'a leverage above the limit of the account',
    () => contracts.setUp({ leverage: { SOLUSDT: 20 } }),
    ['leverage_max: 10'],
    /the leverage of binance\.perp\.LTCUSDT is 20, above leverage_max 10/,
  ],
  [
    'a key that may withdraw',
    () => {
      contracts.exchange.addKey('one', { apiKey: 'greedy', secret: 's', rights: { withdrawals: true } });
      contracts.writeKey('greedy', 's');
    },
    [],
    /it may withdraw; it may be used from anywhere/,
  ],
])(
  'a USD-M account with %s: nothing is started, and it is said what is missing',
  async (_, spoil, more, words) => {
    expect(await started(() => void spoil(), contracts, more)).toMatch(words);
  },
  TEST_MAX_MS,
);

test(
  'the books of a paper account are never taken for those of a live one, nor the other way round',
  async () => {
    const dataDir = join(dir, 'paper');
    const before = {
      ...{ layout: 3, version: '0', pid: 1, birth: '', running: false, natsUrl: 'nats://127.0.0.1:1' },
      ...{ natsPort: 1, natsPid: null, feed: 'binance', accounts: [LIVE_ACCOUNT], analytics: 1 },
      ...{ startedMs: 0, services: {} },
    };
    const options = ['up', '--data-dir', dataDir, ...live.options(), '--confirm-live', LIVE_ACCOUNT];
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'engine.json'), JSON.stringify(before));
    const { said } = await algo(options, { ...live.env, ...limitsFor(dir) });
    expect(said).toMatch(/holds the books of live-main on paper\. Choose another --data-dir/);
    expect(JSON.parse(readFileSync(join(dataDir, 'engine.json'), 'utf8'))).toEqual(before);
  },
  TEST_MAX_MS,
);
