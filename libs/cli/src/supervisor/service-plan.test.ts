import { expect, test } from 'vitest';
import { planServices } from './service-plan.ts';
import { parseUpOptions, type RawUpOptions } from './up-options.ts';

const there = (path: string) => `/there/${path}`;
const specs = (raw: RawUpOptions) =>
  planServices(
    parseUpOptions(raw, there, (list) => [there(list)]),
    {
      root: '/checkout',
      dataDir: '/data',
      isFresh: false,
      natsUrl: 'nats://127.0.0.1:4222',
      keyFileOf: (service) => `/data/keys/${service}.nk`,
      inherited: { HOME: '/somewhere', ALGO_ACCOUNT: 'inherited' },
    },
  );
const settings = (raw: RawUpOptions, identity: string) =>
  specs(raw).find((spec) => spec.identity === identity)!.env;

test('each account has five processes of its own, whoever is asked before whoever asks', () => {
  expect(specs({ accounts: 'paper-main,paper-two', analytics: '2' }).map(({ identity }) => identity)).toEqual(
    [
      ...['paper-venue.paper-main', 'paper-venue.paper-two', 'reconcile.paper-main', 'reconcile.paper-two'],
      ...[
        'execution.paper-main',
        'execution.paper-two',
        'position-risk.paper-main',
        'position-risk.paper-two',
      ],
      ...['decision.paper-main', 'decision.paper-two', 'analytics.0', 'analytics.1', 'notifier.main'],
      'ingest.synthetic',
    ],
  );
});

test('a process is told its own account and all of them, and logs under its identity', () => {
  const raw = { accounts: 'paper-main,paper-two' };
  const [first, second] = specs(raw);
  expect([first!.env.ALGO_ACCOUNT, second!.env.ALGO_ACCOUNT]).toEqual(['paper-main', 'paper-two']);
  for (const { env } of specs(raw))
    expect(env).toMatchObject({
      ...{ HOME: '/somewhere', ALGO_ACCOUNTS: 'paper-main,paper-two', ALGO_FEEDS: 'synthetic' },
      ...{ ALGO_ANALYTICS_INSTANCES: '', ALGO_SHARES_AMONG_PRESENT: '' },
      ...{ ALGO_DATA_DIR: '/data', ALGO_WATCH_PARENT: 'true' },
    });
  expect(second).toMatchObject({
    script: '/checkout/services/paper-venue/src/main.ts',
    logPath: '/data/logs/paper-venue.paper-two.log',
  });
});

test('what a person asks of a service reaches that service alone', () => {
  const raw = { feed: 'file:a.csv', seed: '7', speed: '50', tradingConfig: 'config_2', analytics: '2' };
  expect(settings(raw, 'ingest.file')).toMatchObject({
    ...{ ALGO_FEED: 'file:/there/a.csv', ALGO_LAYOUT: '', ALGO_SPEED: '50', ALGO_SEED: '7' },
  });
  expect(settings(raw, 'paper-venue.paper-main').ALGO_SEED).toBe('7');
  expect(settings(raw, 'decision.paper-main').ALGO_TRADING_CONFIG).toBe('config_2');
  expect(settings(raw, 'analytics.1').ALGO_ORDINAL).toBe('1');
  expect(settings(raw, 'execution.paper-main')).not.toHaveProperty('ALGO_SEED');
  expect(settings({ feed: 'binance' }, 'ingest.binance')).not.toHaveProperty('ALGO_SPEED');
});

test('of whom a second process stands by there are two, each with a log of its own', () => {
  const pair = specs({ standby: 'execution' }).filter(({ identity }) => identity === 'execution.paper-main');
  expect(pair.map(({ logPath }) => logPath)).toEqual([
    '/data/logs/execution.paper-main.log',
    '/data/logs/execution.paper-main.standby.log',
  ]);
  for (const { env } of specs({ standby: 'execution' })) expect(env.ALGO_STANDBY).toBe('execution');
});

test('a service of which none can stand by is refused with those of which one can', () => {
  expect(() => specs({ standby: 'ingest' })).toThrow(/--standby.*ingest(.|\n)*execution or position-risk/);
});
