import type { Fact } from '@algo/contracts';
import {
  accountId,
  Decimal,
  type Fill,
  type Instrument,
  instrumentId,
  type OrderRequest,
  ownClientOrderId,
  strategyName,
  type VenueOrder,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import { OwnLedger, reconcile, type VenueBooks } from '@algo/reconcile/domain';
import { ACCOUNT, pause } from './chain.ts';
import { type BenchOptions, type BenchResult, type Figure, quantile, single } from './figures.ts';
import { OrderPast } from './order-past.ts';
import { cpuMs } from './process-figures.ts';

export const name = 'reconcile';
export const description = 'CPU of one light pass: 200 positions, a stop at the venue behind each';

const POSITIONS = 200;
const PASSES = 200;
/** A process's CPU is told in steps of 10 ms, so that many passes are measured together. */
const WIRE_PASSES = 100;
const WARM_PASSES = 20;
/** Trades are told once a second, so that what is measured is the pass. */
const MARKET = { instruments: POSITIONS, speed: 1, tellEveryMs: 1_000 };
const STOPS_MAX_MS = 60_000;
const CPU_MAX_MS = 50;
const ONE = Decimal.of('1');
const PRICE = Decimal.of('100');
const account = accountId(ACCOUNT);

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const instruments = Array.from({ length: POSITIONS }, (_, i) => instrumentOf(i));
  const ledger = new OwnLedger(new Map(instruments.map((one) => [one.id, one])));
  const theirs = heldBy(ledger, instruments);
  const tookMs: number[] = [];
  for (let i = 0; i < Math.max(20, PASSES * scale); i++) {
    const began = process.cpuUsage();
    const { fillsSinceUs, ...before } = ledger.before();
    const report = reconcile({ ...before, ...ledger.since() }, theirs, {
      ...{ account, epoch: 1, asOfUs: i, shownUs: i, fillsSinceUs, instruments, openingBalances: null },
    });
    const { user, system } = process.cpuUsage(began);
    if (report.discrepancies.length > 0) throw new Error(JSON.stringify(report.discrepancies[0]));
    tookMs.push((user + system) / 1_000);
  }
  const most = { of: 'value', most: CPU_MAX_MS } as const;
  return {
    figures: [
      single('a pass, p50', 'ms CPU', quantile(tookMs, 0.5), most),
      single('a pass, p99', 'ms CPU', quantile(tookMs, 0.99), most),
      ...(await overTheWire(Math.max(20, WIRE_PASSES * scale), say)),
    ],
    notes: [
      `${tookMs.length} passes; our books and the comparison of books that changed, without the wire`,
      'over the wire: by the four real processes that take part, of books that did not change',
    ],
  };
}

/** Holds a position and its stop in each instrument, and has the books compared by who really does it. */
async function overTheWire(passes: number, say: BenchOptions['say']): Promise<readonly Figure[]> {
  await using past = await OrderPast.open(MARKET);
  await past.start();
  await past.hold(say);
  for (const late = performance.now() + STOPS_MAX_MS; ; await pause(500)) {
    const { orders, positions } = await past.compare();
    if (orders === POSITIONS && positions === POSITIONS) break;
    if (performance.now() > late) throw new Error(`${orders} stops behind ${positions} positions`);
  }
  for (let i = 0; i < WARM_PASSES; i++) await past.compare();
  const sent = past.orders;
  const cpu = () => [...past.pids()].map(([who, pid]) => ({ who, ms: cpuMs(pid) }));
  const before = cpu();
  for (let i = 0; i < passes; i++) await past.compare();
  const each = cpu().map(({ who, ms }, i) => ({ who, ms: (ms - before[i]!.ms) / passes }));
  if (past.orders !== sent) throw new Error(`${past.orders - sent} orders were sent while nothing changed`);
  const all = each.reduce((sum, { ms }) => sum + ms, 0);
  return [
    single('a pass over the wire, all parties', 'ms CPU', all, { of: 'value', most: CPU_MAX_MS }),
    ...each.map(({ who, ms }) => single(`of that ${who}`, 'ms CPU', ms)),
  ];
}

/** Lets each position be bought and a stop be placed behind it; returns what the exchange says of that. */
function heldBy(ledger: OwnLedger, instruments: readonly Instrument[]): VenueBooks {
  const books = instruments.map(({ id: instrument, base }, i) => {
    const place = (what: string, change: Partial<OrderRequest>): OrderRequest => {
      const clientOrderId = ownClientOrderId(account, strategyName('bench'), `${what}-${i}`, 0, 1);
      const request: OrderRequest = {
        ...{ clientOrderId, account, instrument, side: 'buy', type: 'market', timeInForce: 'ioc' },
        ...{ quantity: ONE, limitPrice: null, triggerPrice: null, reduceOnly: false, ...change },
      };
      const about = { clientOrderId, account, instrument, request, epoch: 1, timeUs: 1 };
      ledger.take({ name: 'OrderSubmitted', body: { type: 'OrderSubmitted', ...about } } as Fact);
      return request;
    };
    const { clientOrderId } = place('buy', {});
    const fill: Fill = {
      ...{ venueTradeId: venueTradeId(`t${i}`), clientOrderId, venueOrderId: venueOrderId(`b${i}`), account },
      ...{ instrument, side: 'buy', quantity: ONE, price: PRICE, fee: Decimal.zero, feeAsset: 'USDT' },
      ...{ liquidity: 'taker', timeUs: 2 },
    };
    const filled = { type: 'OrderFilled', clientOrderId, account, instrument, fill, timeUs: 2 };
    ledger.take({
      name: 'OrderFilled',
      body: { ...filled, cumulative: ONE, leaves: Decimal.zero },
    } as Fact);
    const stop = place('stop', { side: 'sell', type: 'stop', timeInForce: 'gtc', triggerPrice: ONE });
    const venueId = venueOrderId(`s${i}`);
    const accepted = { type: 'OrderAccepted', clientOrderId: stop.clientOrderId, account, instrument };
    ledger.take({
      name: 'OrderAccepted',
      body: { ...accepted, venueOrderId: venueId, timeUs: 3 },
    } as Fact);
    const order: VenueOrder = {
      ...{ request: stop, venueOrderId: venueId, status: 'open', filled: Decimal.zero, acceptedUs: 3 },
    };
    return {
      fill,
      order,
      position: { account, instrument, quantity: ONE, averagePrice: PRICE },
      balance: { account, asset: base, total: ONE, free: Decimal.zero },
    };
  });
  return {
    openOrders: books.map(({ order }) => order),
    fills: books.map(({ fill }) => fill),
    positions: books.map(({ position }) => position),
    balances: books.map(({ balance }) => balance),
    setup: { positionMode: 'one_way', shortSpot: false, instruments: [], objections: [] },
    lookups: [],
  };
}

function instrumentOf(i: number): Instrument {
  return {
    ...{ id: instrumentId(`binance.spot.B${i}USDT`), venue: 'binance', market: 'spot', symbol: `B${i}USDT` },
    ...{ base: `B${i}`, quote: 'USDT', assetClass: 'regular', priceTick: Decimal.of('0.01') },
    ...{ quantityStep: Decimal.of('0.001'), minQuantity: Decimal.of('0.001') },
    ...{ minNotional: Decimal.of('5'), minNotionalBindsExits: true },
  };
}
