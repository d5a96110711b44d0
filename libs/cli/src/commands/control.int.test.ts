import { FactMessage } from '@algo/bus';
import { type ServiceName, subjects } from '@algo/contracts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { EngineStatus } from '../reading/engine-status.ts';
import { ACCOUNT, EngineAtHand, run } from './testing/engine-at-hand.ts';

let engine: EngineAtHand;
beforeAll(async () => {
  engine = await EngineAtHand.open();
}, 60_000);
afterAll(() => engine[Symbol.asyncDispose]());

const algo = (...args: string[]) => engine.algo(...args);

test('a halt that the engine refuses fails with its words', async () => {
  await using _risk = await engine.answerModes('already 1024 scopes are limited');
  const { code, err } = await algo('halt', '--reason', 'a test');
  expect(code).toBe(1);
  expect(err).toContain('The engine refused: already 1024 scopes are limited');
}, 30_000);

test('a command carries the time that the feed told', async () => {
  expect((await engine.bus.last('CONTROL', subjects.controlMode(ACCOUNT)))?.timeUs).toBe(5_000_000);
});

test('a halt that nobody confirms fails and says what stands', async () => {
  const { code, err } = await algo('halt', '--scope', 'venue:synthetic', '--reason', 'a test');
  expect(code).toBe(1);
  expect(err).toContain('venue:synthetic is active');
}, 30_000);

test('a halt returns once the engine has said that it is halted', async () => {
  await using _risk = await engine.answerModes();
  const { code, out } = await algo('halt', '--reason', 'a test', '--json');
  expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({
    code: 0,
    mode: 'halted',
    confirmed: true,
  });
}, 30_000);

test('asking for a mode that stands already is no failure', async () => {
  const { code, out } = await algo('halt', '--reason', 'once more', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ mode: 'halted', confirmed: false });
}, 30_000);

test('a reason is asked for, and a scope must be one', async () => {
  expect((await algo('halt')).code).toBe(2);
  const { code, err } = await algo('halt', '--scope', 'galaxy:x', '--reason', 'a test');
  expect(code).toBe(2);
  expect(err).toContain('--scope');
}, 30_000);

test('an unknown configuration never reaches the engine', async () => {
  const { code } = await algo('config', 'use', 'no_such');
  expect(code).toBe(2);
  expect(await engine.bus.last('CONTROL', subjects.controlConfig(ACCOUNT))).toBeUndefined();
}, 30_000);

test('who switches the configuration signs for it', async () => {
  await engine.bus.bucket('documents').put('trading_configs.config_2', new Uint8Array());
  expect((await algo('config', 'use', 'config_2', '--by', 'engine:me')).code).toBe(2);
  const { code, err } = await algo('config', 'use', 'config_2', '--by', 'Ada');
  expect([code, err]).toEqual([1, expect.stringContaining('takes effect when decision reads it')]);
  const said = (await engine.bus.last('CONTROL', subjects.controlConfig(ACCOUNT)))?.fact.body;
  expect(said).toMatchObject({ configuration: 'config_2', by: 'Ada' });
}, 30_000);

test('an engine elsewhere is read and steered by the address of its server', async () => {
  const { out } = await run(['status', '--json', '--nats', engine.server.url]);
  expect(JSON.parse(out)).toMatchObject({
    ...{ running: true, dataDir: null, place: engine.server.url, feed: 'binance', tradesIn: 12, stored: 10 },
    // The halt of a test before this one was said after it.
    ...{ positionsOpen: 1, equity: '1001' },
  });
  await using _risk = await engine.answerModes();
  const resumed = await run(['resume', '--reason', 'a test', '--nats', engine.server.url, '--json']);
  expect({ code: resumed.code, ...(JSON.parse(resumed.out) as object) }).toMatchObject({
    code: 0,
    mode: 'active',
    confirmed: true,
  });
}, 30_000);

test('resuming is asked for also where it was said already, and fails where nobody answers', async () => {
  {
    await using _risk = await engine.answerModes();
    const { code, out } = await algo('resume', '--reason', 'once more', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ mode: 'active', confirmed: true });
  }
  const { code, err } = await algo('resume', '--reason', 'and again');
  expect([code, err]).toEqual([1, expect.stringContaining('takes effect when position-risk reads it')]);
}, 30_000);

/** A service says how it is, by a clock that is so far ahead of the server's. */
async function lives(instance: string, aheadS = 0): Promise<void> {
  const service = instance.split('.')[0] as ServiceName;
  const body = {
    ...{ service, instance, version: '0.1.0', pid: 1, ready: true, counters: {}, notes: [] },
    timeUs: (Date.now() + aheadS * 1_000) * 1_000,
  };
  const speaker = { identity: instance, account: ACCOUNT };
  const id = `${instance} ${body.timeUs}`;
  await engine.bus.publish(FactMessage.said({ name: 'ServiceStatus', body }, speaker, { id }));
}

/** Longer than a service that lives is silent. */
const silence = () => new Promise((resolve) => setTimeout(resolve, 3_100));

/** A service that goes on saying how it is. */
function living(...service: Parameters<typeof lives>): Disposable {
  const timer = setInterval(() => void lives(...service), 200);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

test('a halt that execution keeps already is one, though nobody else confirms it', async () => {
  const scope = { kind: 'instrument', instrument: 'binance.spot.BTCUSDT' } as const;
  await engine.say('EntryStanding', {
    ...{ account: ACCOUNT, more: 0, timeUs: 6_000_000 },
    causes: [
      { code: 'HALTED', scope, sinceUs: 6_000_000, untilUs: null, lift: 'person', detail: 'a test, by Ada' },
    ],
  });
  await lives('position-risk.paper-main');
  await lives('execution.paper-main');
  await silence();
  const halt = ['halt', '--scope', 'instrument:binance.spot.BTCUSDT', '--reason', 'a test'];
  expect((await algo(...halt)).code).toBe(1); // execution said so long ago: who knows
  using _execution = living('execution.paper-main');
  await lives('execution.paper-main');
  const { code, out } = await algo(...halt);
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(
      /is halted\nExecution keeps it already; .+\nposition-risk.paper-main has said nothing for \d+ s: /,
    ),
  ]);
}, 30_000);

test('what a silent service said last is not told as if it were so now', async () => {
  await lives('execution.paper-main');
  await silence();
  await engine.say('EntryStanding', { account: ACCOUNT, causes: [], more: 0, timeUs: 7_000_000 });
  const { out } = await algo('status');
  expect(out).toMatch(/analytics.0 +SILENT for \d+ s/);
  expect(out).toContain(
    'no order leaves, and no command about orders and books is obeyed, until it is back.',
  );
  expect(out).not.toContain('entries pass');
  const { out: held } = await algo('positions');
  expect(held).toMatch(/position-risk.paper-main has said nothing for \d+ s: nobody asks for exits/);
}, 30_000);

test.each([
  [-3_600, 'behind'],
  [3_600, 'ahead of'],
])(
  'a clock that is set %d s wrong is told, and hides no silence',
  async (aheadS, word) => {
    const row = (state: string) =>
      new RegExp(`analytics.0 +${state} .+its clock is 3600 s ${word} the server's: set both by NTP`);
    await lives('analytics.0', aheadS);
    await silence();
    expect((await algo('status')).out).toMatch(row('SILENT for \\d+ s'));
    using _analytics = living('analytics.0', aheadS);
    await lives('analytics.0', aheadS);
    expect((await algo('status')).out).toMatch(row('ready'));
  },
  30_000,
);

test.each([
  [-3_600_000, 'resume'],
  [3_600_000, 'halt'],
])(
  'where the clock here is %d ms wrong, a command (%s) is in time',
  async (aheadMs, command) => {
    const realMs = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: realMs + aheadMs });
    try {
      await using _risk = await engine.answerModes();
      expect(await algo(command, '--reason', 'a test')).toMatchObject({ code: 0 });
    } finally {
      vi.useRealTimers();
    }
    const { body } = (await engine.bus.last('CONTROL', subjects.controlMode(ACCOUNT)))!.fact;
    const { expiresWallUs } = body as { readonly expiresWallUs: number };
    expect(expiresWallUs / 1_000 - realMs).toBeGreaterThanOrEqual(60_000);
    expect(expiresWallUs / 1_000 - realMs).toBeLessThan(90_000);
  },
  30_000,
);

test('a scope names an instrument that there is, by its symbol too where that is enough', async () => {
  await using _risk = await engine.answerModes();
  const { code, err } = await algo('halt', '--scope', 'instrument:binance.spot.BTCUSD', '--reason', 'a test');
  expect([code, err]).toEqual([
    2,
    expect.stringContaining('not an instrument of this engine. Use instrument:binance.spot.BTCUSDT; account'),
  ]);
  const several = await algo('halt', '--scope', 'instrument:BTCUSDT', '--reason', 'a test');
  expect([several.code, several.err]).toEqual([2, expect.stringContaining('names several instruments')]);
  const { out } = await algo('halt', '--scope', 'instrument:algousd', '--reason', 'a test');
  expect(out).toBe('instrument:synthetic.spot.ALGOUSD is halted\n');
}, 30_000);

test.each([
  ['strategy:order_flow', 'not a strategy of this engine. Use strategy:order_flow_scalping or '],
  ['venue:paper', 'no instrument is traded there. Use venue:binance or '],
])(
  'a scope such as %s, which would bind nothing, is refused',
  async (scope, words) => {
    await using _risk = await engine.answerModes();
    const { code, err } = await algo('halt', '--scope', scope, '--reason', 'a test');
    expect([code, err]).toEqual([2, expect.stringContaining(words)]);
  },
  30_000,
);

test('status says why entries do not pass, and what a person can do about it', async () => {
  await engine.say('EntryStanding', {
    ...{ account: ACCOUNT, more: 0, timeUs: 6_000_000 },
    causes: [
      {
        ...{ code: 'ENTRY_COUNT_MAX', scope: { kind: 'strategy', strategy: 's1' }, sinceUs: 6_000_000 },
        ...{ untilUs: null, lift: 'person', detail: '' },
      },
    ],
  });
  const { out } = await algo('status');
  expect(out).toContain('entries stopped in part');
  expect(out).toContain("algo resume --scope strategy:s1 --reason '…'");
  const { entries } = JSON.parse((await algo('status', '--json')).out) as EngineStatus;
  expect(entries).toMatchObject({ causes: [{ code: 'ENTRY_COUNT_MAX', lift: 'person' }] });
}, 30_000);

test('status says which streams come near their bound, and what comes then', async () => {
  const high = [
    {
      stream: 'RISK',
      bytes: 1_500 * 2 ** 20,
      bytesMax: 2_048 * 2 ** 20,
      bytesADay: 5 * 2 ** 20,
      daysLeft: 109.6,
      refuses: true,
    },
  ];
  const body = { producer: 'notifier.main', high, risen: ['RISK'], eased: [], timeUs: 6_000_000 };
  const notifier = { identity: 'notifier.main', account: '' };
  await engine.bus.publish(FactMessage.said({ name: 'StreamsFilling', body }, notifier, { id: 'streams' }));
  const { out } = await algo('status');
  expect(out).toContain(
    'stream RISK 73 % of 2.0 GiB, 5.0 MiB a day, 109 days left, then it takes nothing more',
  );
  const { streamsFilling } = JSON.parse((await algo('status', '--json')).out) as EngineStatus;
  expect(streamsFilling).toEqual(high);
}, 30_000);

test('an address beside a data directory, a wrong one, and one that nobody hears are refused', async () => {
  const both = await algo('status', '--nats', engine.server.url);
  expect(both).toMatchObject({ code: 2, err: expect.stringContaining('named together with --nats') });
  const wrong = await run(['status', '--nats', 'http://127.0.0.1:4222']);
  expect(wrong.code).toBe(78);
  expect(wrong.err).toContain('expected an address such as nats://127.0.0.1:4222');
  const nobody = await run(['status', '--nats', 'nats://127.0.0.1:9']);
  expect(nobody.code).toBe(2);
  expect(nobody.err).toContain('cannot connect');
}, 30_000);
