// 500 instruments of a real ingest drop at once, positions are open in three of them, and another client of
// the same address goes on asking.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FactMessage, type JetStreamBus } from '@algo/bus';
import { subjects } from '@algo/contracts';
import { accountId, Decimal, instrumentId, positionId, strategyName } from '@algo/model';
import { eventually, NatsFixture } from '@algo/testkit';
import { BinanceStandIn, SPOT_DIALECT, type TapeTrade } from '@algo/testkit/venues';
import { expect, test, vi } from 'vitest';
import { FactTail } from './support/engine-record.ts';
import { ServiceProcess } from './support/service-process.ts';

vi.setConfig({ testTimeout: 180_000 });

const PATIENCE_MS = 60_000;
const SYMBOLS = Array.from({ length: 500 }, (_, i) => `COIN${i}USDT`);
/** What execution asks for in each second: nearly all that market data leaves of 6,000 a minute. */
const POLL_WEIGHT = 55;

/** On each of the three connections, far from where it begins. */
const HELD = ['COIN199USDT', 'COIN399USDT', 'COIN499USDT'];
/** So long no read is answered: a fifth of what a hole waits for one. */
const HELD_BACK_MAX_MS = 2_000;
/** Reads that are under way when a hole that goes before becomes known. */
const AT_ONCE = 4;

/** Says that an account holds something of each of these, as its guard would. */
async function hold(bus: JetStreamBus, symbols: readonly string[]): Promise<void> {
  const account = accountId('paper-main');
  for (const symbol of symbols) {
    const of = { id: positionId(symbol), account, instrument: instrumentId(`binance.spot.${symbol}`) };
    const amounts = { quantity: Decimal.one, averagePrice: Decimal.of('10'), realized: Decimal.zero };
    const position = {
      ...{ ...of, ...amounts, fees: Decimal.zero, strategy: strategyName('held') },
      direction: 'long',
      openedUs: 1,
    } as const;
    const body = { type: 'PositionOpened', position, stopPrice: Decimal.of('9'), timeUs: 1 } as const;
    const speaker = { identity: 'position-risk.paper-main', account };
    await bus.publish(FactMessage.said({ name: 'PositionOpened', body }, speaker, { id: symbol }));
  }
}

test('nothing asks too much, what is held comes first, the rest is told as BUDGET', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'algo-storm-'));
  await using cleaning = new AsyncDisposableStack();
  cleaning.defer(() => rmSync(dir, { recursive: true, force: true }));
  const nats = cleaning.use(await NatsFixture.start());
  const bus = await nats.bus('cli.storm');
  const server = cleaning.use(await BinanceStandIn.start({ dialect: SPOT_DIALECT, symbols: SYMBOLS }));
  const ingest = cleaning.use(
    new ServiceProcess('ingest', {
      ...{ ALGO_NATS_URL: nats.server.url, ALGO_DATA_DIR: dir, ALGO_FEED: 'binance', ALGO_FEEDS: 'binance' },
      ...{ ALGO_BINANCE_URL: server.url, ALGO_BINANCE_REST_URL: server.restUrl },
      ALGO_INSTRUMENTS: SYMBOLS.map((symbol) => `binance.spot.${symbol}`).join(','),
      // A market at another speed than the wall's is not warmed up: this is about holes alone.
      ALGO_SPEED: '2',
    }),
  );
  let refusedPolls = 0;
  const polling = setInterval(() => {
    if (server.use(POLL_WEIGHT)) refusedPolls++;
  }, 1_000);
  cleaning.defer(() => clearInterval(polling));
  await hold(bus, HELD);
  ingest.start();
  const said = () => ingest.said.slice(-2_000);
  const status = async () => {
    const fact = (await bus.last('SYSTEM', subjects.service('ingest.binance')))?.fact;
    return fact?.name === 'ServiceStatus' ? fact.body : undefined;
  };
  const isReady = async () => (await status())?.ready === true;
  await eventually(() => `all are connected; ${said()}`, isReady, PATIENCE_MS);
  const trade = (id: number): TapeTrade => {
    const timeUs = Math.floor(Date.now() * 1_000);
    return { id, timeUs, price: '10', quantity: '1', isBuyerMaker: false };
  };
  for (const symbol of SYMBOLS) server.tell(symbol, [trade(1)]);
  const haveTraded = async () => (await status())?.counters.accepted === SYMBOLS.length;
  await eventually(() => `all have traded; ${said()}`, haveTraded, PATIENCE_MS);

  const connections = server.clients.length;
  for (const client of server.open) client.cut();
  for (const symbol of SYMBOLS) server.happen(symbol, [trade(2), trade(3)]);
  // A client that was cut counts as open until its line is down.
  const areBack = () => server.clients.length === 2 * connections && server.open.length === connections;
  await eventually(() => `all are connected again; ${said()}`, areBack, PATIENCE_MS);
  const sinceUs = Date.now() * 1_000;
  const saysSo = async () => ((await status())?.timeUs ?? 0) > sinceUs && (await isReady());
  await eventually(() => `it says so; ${said()}`, saysSo, PATIENCE_MS);
  const events = new FactTail('md.feed');
  // However slow a machine is: who comes first can be seen where all want to be read, and only then.
  const before = server.asked.length;
  const open = Promise.withResolvers<void>();
  server.held = open.promise;
  for (const symbol of SYMBOLS) server.tell(symbol, [trade(4)]);
  const areKnown = async () => {
    await events.readOn(bus);
    const gaps = events.facts.flatMap(({ fact }) =>
      fact.name === 'GapOpened' ? [`${fact.body.instrument}`] : [],
    );
    return HELD.every((symbol) => gaps.includes(`binance.spot.${symbol}`));
  };
  const isSeen = await eventually('the holes of what is held', areKnown, HELD_BACK_MAX_MS).then(
    () => true,
    () => false,
  );
  open.resolve();
  const endsOf = (name: 'GapFilled' | 'GapUnfillable') =>
    events.facts.flatMap(({ fact }) => (fact.name === name ? [fact.body] : []));
  const areOver = async () => {
    await events.readOn(bus);
    return endsOf('GapFilled').length + endsOf('GapUnfillable').length >= SYMBOLS.length;
  };
  await eventually(() => `no hole is open; ${said()}`, areOver, PATIENCE_MS);

  expect([server.refusedRequests, refusedPolls]).toEqual([0, 0]);
  const asked = server.asked
    .slice(before)
    .flatMap(({ searchParams }) => (searchParams.has('fromId') ? [searchParams.get('symbol')!] : []));
  const firstOf = (symbol: string) => asked.indexOf(symbol);
  // Before theirs open, others are on their way, and may be so once more.
  const late = HELD.filter((symbol) => isSeen && firstOf(symbol) >= HELD.length + 2 * AT_ONCE);
  expect(late).toEqual([]);
  const filled = endsOf('GapFilled').map(({ instrument }) => `${instrument}`);
  expect(filled).toEqual(expect.arrayContaining(HELD.map((symbol) => `binance.spot.${symbol}`)));
  expect(endsOf('GapFilled').length).toBeGreaterThan(60);
  const codes = endsOf('GapUnfillable').map((event) => ('code' in event ? event.code : ''));
  // Of a hole that a slow machine never came to, time is what ran out.
  expect(codes.filter((code) => code !== 'BUDGET' && code !== 'TIMEOUT')).toEqual([]);
  expect(codes).toContain('BUDGET');
});
