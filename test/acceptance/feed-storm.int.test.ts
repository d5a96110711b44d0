// 500 instruments of a real ingest drop at once, while another client of the same address goes on asking.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subjects } from '@algo/contracts';
import { eventually, NatsFixture } from '@algo/testkit';
import { BinanceStandIn, SPOT_DIALECT, type TapeTrade } from '@algo/testkit/venues';
import { expect, jest, test } from '@jest/globals';
import { FactTail } from './support/engine-record.ts';
import { instrumentsFile } from './support/instruments-file.ts';
import { ServiceProcess } from './support/service-process.ts';

jest.setTimeout(180_000);

const PATIENCE_MS = 60_000;
const SYMBOLS = Array.from({ length: 500 }, (_, i) => `COIN${i}USDT`);
/** What execution asks for in each second: nearly all that market data leaves of 6,000 a minute. */
const POLL_WEIGHT = 55;

test('nothing asks too much, and what is not reached is told as BUDGET', async () => {
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
      ALGO_INSTRUMENTS_FILE: instrumentsFile(dir, 'spot', SYMBOLS),
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
  for (const symbol of SYMBOLS) server.tell(symbol, [trade(4)]);
  const events = new FactTail('md.feed');
  const endsOf = (name: 'GapFilled' | 'GapUnfillable') =>
    events.facts.flatMap(({ fact }) => (fact.name === name ? [fact.body] : []));
  const areOver = async () => {
    await events.readOn(bus);
    return endsOf('GapFilled').length + endsOf('GapUnfillable').length >= SYMBOLS.length;
  };
  await eventually(() => `no hole is open; ${said()}`, areOver, PATIENCE_MS);

  expect([server.refusedRequests, refusedPolls]).toEqual([0, 0]);
  expect(endsOf('GapFilled').length).toBeGreaterThan(60);
  const codes = endsOf('GapUnfillable').map((event) => ('code' in event ? event.code : ''));
  expect(new Set(codes)).toEqual(new Set(['BUDGET']));
});
