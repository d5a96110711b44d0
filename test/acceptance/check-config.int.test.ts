// A configuration is looked at before what runs is stopped for it: by each service, and by algo up for all.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { algo } from './support/algo-process.ts';
import { EngineRun } from './support/engine-run.ts';
import { ServiceProcess } from './support/service-process.ts';

const PATIENCE_MS = 120_000;
const MISCONFIGURED = 78;

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-check-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Writes a file for a test and returns its path. */
function written(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

describe('a service that is only to look', () => {
  const look = async (service: string, told: Readonly<Record<string, string>>) => {
    await using process = new ServiceProcess(service, { ALGO_DATA_DIR: join(dir, 'data'), ...told }, [
      '--check',
    ]);
    return { code: await process.runOnce(), said: process.said };
  };

  test.each([
    [
      'execution',
      () => ({ ALGO_LIMITS_FILE: written('l.yaml', 'accounts: { default: { positions: 1 } }\n') }),
      /positions/,
    ],
    [
      'execution',
      () => ({ ALGO_LIMITS_FILE: '/nowhere/limits.yaml' }),
      /\/nowhere\/limits\.yaml.*cannot be read/,
    ],
    [
      'reconcile',
      () => ({ ALGO_LIVE_ACCOUNTS: 'paper-main=binance-spot/100' }),
      /ALGO_VENUE_KEY_FILE.*no file of one is named/,
    ],
    [
      'position-risk',
      () => ({ ALGO_PORTFOLIO_FILE: written('p.yaml', 'health: { enabled: maybe }\n') }),
      /health = a section: not a setting/,
    ],
    ['decision', () => ({ ALGO_TRADING_CONFIG: 'none' }), /there is none of that name \(config_1/],
    ['notifier', () => ({ ALGO_SENDGRID_KEY_FILE: written('key', 'k\n') }), /ALGO_MAIL_FROM.*need a sender/],
    ['analytics', () => ({ ALGO_OWN_DISK: 'true' }), /ALGO_ARCHIVE_DIR.*not set/],
    ['ingest', () => ({ ALGO_INSTRUMENTS: 'BTCUSDT' }), /BTCUSDT/],
    ['paper-venue', () => ({ ALGO_NATS_CA_FILE: '/nowhere/ca.crt' }), /ALGO_NATS_CA_FILE.*cannot be read/],
    ['paper-venue', () => ({ ALGO_NATS_KEY_FILE: '/nowhere/key.nk' }), /ALGO_NATS_KEY_FILE.*cannot be read/],
  ] as const)('%s refuses what its start would refuse, and touches nothing', async (service, told, says) => {
    const { code, said } = await look(service, told());
    expect([code, said]).toEqual([MISCONFIGURED, expect.stringMatching(says)]);
    expect(existsSync(join(dir, 'data'))).toBe(false);
  });

  test('takes what is right without a bus, also limits of what only an exchange lists', async () => {
    const limits = readFileSync('config/limits.yaml', 'utf8').replace(
      /^instruments:\n/m,
      '$&  binance.spot.ODDUSDT: { order_notional_max: 5 }\n',
    );
    expect(limits).toContain('ODDUSDT');
    const { code, said } = await look('execution', { ALGO_LIMITS_FILE: written('odd.yaml', limits) });
    expect([code, said]).toEqual([
      0,
      expect.stringContaining('execution.paper-main: its configuration can be used'),
    ]);
  });
});

test(
  'a wrong configuration is refused beside the engine that runs, which goes on untouched',
  async () => {
    // What it trades matters to nobody here.
    const quiet = { ALGO_SPEED: '1', ALGO_WARM_HISTORY_MINUTES: '0' };
    await using run = new EngineRun(join(dir, 'engine'), ['--feed', 'synthetic'], quiet);
    await run.bus(PATIENCE_MS);
    const names = ['execution.paper-main', 'position-risk.paper-main', 'decision.paper-main', 'nats-server'];
    await run.until('all to run', () => names.every((name) => run.pidOf(name) !== undefined), PATIENCE_MS);
    const pids = names.map((name) => run.pidOf(name));
    const options = ['up', '--check', '--data-dir', run.dataDir];

    const wrong = written('wrong.yaml', 'accounts: { default: { positions_max: many } }\n');
    const refused = await algo(options, { ALGO_LIMITS_FILE: wrong });
    expect([refused.code, refused.said]).toEqual([MISCONFIGURED, expect.stringContaining('positions_max')]);
    expect(refused.said).toContain('1 of 8 services would refuse this configuration');
    const right = await algo(options);
    expect([right.code, right.said.match(/^ok /gm)?.length]).toEqual([0, 8]);
    const other = await algo([...options, '--feed', 'binance']);
    expect([other.code, other.said]).toEqual([2, expect.stringContaining('holds the history of synthetic')]);

    expect(names.map((name) => run.pidOf(name))).toEqual(pids);
    expect((await run.stop()).code).toBe(0);
  },
  3 * PATIENCE_MS,
);
