import type { Say } from '@algo/bus';
import type { MessageOf } from '@algo/contracts';
import {
  accountId,
  clientOrderId,
  Decimal,
  instrumentId,
  type OrderRequest,
  type TradeColumns,
} from '@algo/model';
import { NO_VICES, PAPER_DEFAULTS, type PaperVices } from '@algo/simulation';
import { expect, test } from 'vitest';
import { VenueMachine, type VenueRequest, type VenueWord } from './machine.ts';

const ACCOUNT = accountId('paper-main');
const LTC = instrumentId('binance.spot.LTCUSDT');
const ID = clientOrderId('o');
const ORDER: OrderRequest = {
  ...{ clientOrderId: ID, account: ACCOUNT, instrument: LTC, side: 'buy', type: 'market' },
  ...{
    timeInForce: 'ioc',
    quantity: Decimal.of('1'),
    limitPrice: null,
    triggerPrice: null,
    reduceOnly: false,
  },
};

/** An exchange with these vices, and what it says, one line each. */
class Exchange {
  readonly machine: VenueMachine;
  readonly lines: string[] = [];
  readonly ledger: string[] = [];
  #nowUs = 0;

  constructor(vices: Partial<PaperVices>) {
    const d = (text: string) => Decimal.of(text);
    this.machine = new VenueMachine({
      ...PAPER_DEFAULTS,
      ...{ seed: 1, latency: { medianMs: 0.001, sigma: 0 }, vices: { ...NO_VICES, ...vices } },
      accounts: [{ account: ACCOUNT, balances: { USDT: d('1000') } }],
      instruments: [
        {
          ...{ id: LTC, venue: 'binance', market: 'spot', symbol: 'LTCUSDT', base: 'LTC', quote: 'USDT' },
          ...{ assetClass: 'regular', priceTick: d('0.01'), quantityStep: d('0.001') },
          ...{ minQuantity: d('0.002'), minNotional: d('5'), minNotionalBindsExits: true },
        },
      ],
    });
    this.trade();
  }

  trade(): void {
    this.#nowUs += 1_000;
    const trades: TradeColumns = {
      ...{ instrument: LTC, count: 1, timeUs: Float64Array.of(this.#nowUs), price: Float64Array.of(100) },
      ...{ quantity: Float64Array.of(100), side: Uint8Array.of(1) },
      ids: { kind: 'counted', values: Float64Array.of(this.#nowUs) },
    };
    this.#take({
      name: 'TradeBatch',
      body: { trades, receivedUs: 0, complete: true, origin: 'live', sides: 'told' },
    });
  }

  submit(): void {
    this.#take({ name: 'OrderAsked', body: { order: ORDER, sentUs: this.#nowUs, epoch: 1, ask: 'q' } });
  }

  /** Has a stop rest at 90, and puts another at 95 in its place. */
  replace(): void {
    const stop = (name: string, triggerPrice: string): OrderRequest => ({
      ...{ ...ORDER, clientOrderId: clientOrderId(name), side: 'sell', type: 'stop', timeInForce: 'gtc' },
      triggerPrice: Decimal.of(triggerPrice),
    });
    this.machine.venue.submit(ORDER, this.#nowUs);
    this.trade();
    this.machine.venue.submit(stop('s', '90'), this.#nowUs);
    this.trade();
    this.lines.length = 0;
    const body = {
      order: stop('t', '95'),
      replaces: clientOrderId('s'),
      sentUs: this.#nowUs,
      epoch: 1,
      ask: 'q',
    };
    this.#take({ name: 'ReplaceAsked', body });
  }

  get open(): string[] {
    return this.machine.venue.openOrders(ACCOUNT).map(({ request }) => request.clientOrderId);
  }

  get lookup(): string {
    return this.machine.venue.order(ACCOUNT, ID).type;
  }

  #take(input: Parameters<VenueMachine['take']>[0]): void {
    const say = <Name extends VenueWord>(name: Name, _body: MessageOf<Name>) => void this.ledger.push(name);
    const request = (request: VenueRequest) => void this.lines.push(lineOf(request));
    this.machine.take(input, Object.assign(say, { request, input: 0 }) as Say<VenueWord, VenueRequest>);
  }
}

function lineOf(request: VenueRequest): string {
  switch (request.type) {
    case 'Answer':
      return 'placed' in request.outcome
        ? `placed ${request.outcome.placed.type}, replaced ${request.outcome.replaced.type}`
        : request.outcome.type;
    case 'Silence':
      return `silent, late ${request.isLate}`;
    case 'Told':
      return request.event.type;
    default:
      return request.type;
  }
}

test.each<[string, Partial<PaperVices>, string, string[]]>([
  ['as it should', {}, 'found', ['confirmed', 'VenueFilled']],
  ['a lost request is not in the books', { requestLost: 1 }, 'absent', ['silent, late false']],
  ['a lost answer is', { answerLost: 1 }, 'found', ['silent, late false', 'VenueFilled']],
  [
    'a request that arrives twice is called a duplicate',
    { requestTwice: 1 },
    'found',
    ['refused', 'VenueFilled'],
  ],
  [
    'a late answer comes after the fill',
    { answerLate: 1 },
    'found',
    ['silent, late true', 'VenueFilled', 'confirmed'],
  ],
  ['an answer comes twice', { answerTwice: 1 }, 'found', ['confirmed', 'VenueFilled', 'confirmed']],
  ['a fill comes twice', { eventTwice: 1 }, 'found', ['confirmed', 'VenueFilled', 'VenueFilled']],
  ['a fill never comes', { eventLost: 1 }, 'found', ['confirmed']],
  [
    'a socket that breaks says so',
    { streamBreaks: 1, brokenInputs: 2 },
    'found',
    ['confirmed', 'SocketBroke'],
  ],
])('%s', (_, vices, lookup, lines) => {
  const exchange = new Exchange(vices);
  exchange.submit();
  expect(exchange.lookup).toBe(lookup);
  for (let n = 0; n < 3; n++) exchange.trade();
  expect(exchange.lines).toEqual(lines);
  // Its ledger has no vices.
  expect(exchange.ledger).toEqual(lookup === 'found' ? ['VenueFilled'] : []);
});

const REPLACED = 'placed confirmed, replaced confirmed';

test.each<[string, Partial<PaperVices>, string, string[]]>([
  ['as it should', {}, 't', [REPLACED, 'VenueCanceled']],
  ['a lost one takes nothing out', { requestLost: 1 }, 's', ['silent, late false']],
  ['one whose answer is lost is done', { answerLost: 1 }, 't', ['silent, late false', 'VenueCanceled']],
  [
    'one that arrives twice is called a duplicate for both',
    { requestTwice: 1 },
    't',
    ['placed refused, replaced refused', 'VenueCanceled'],
  ],
  ['one may be answered late', { answerLate: 1 }, 't', ['silent, late true', 'VenueCanceled', REPLACED]],
  ['one may be answered twice', { answerTwice: 1 }, 't', [REPLACED, 'VenueCanceled', REPLACED]],
])('replacing a stop: %s', (_, vices, open, lines) => {
  const exchange = new Exchange(vices);
  exchange.replace();
  for (let n = 0; n < 2; n++) exchange.trade();
  expect(exchange.open).toEqual([open]);
  expect(exchange.lines).toEqual(lines);
});
