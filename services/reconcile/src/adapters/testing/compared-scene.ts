import {
  bucketSnapshots,
  FactMessage,
  MemoryBus,
  MemoryServer,
  type SnapshotStore,
  VirtualClock,
} from '@algo/bus';
import { type Fact, laneOf, subjectOf } from '@algo/contracts';
import {
  type AccountSetup,
  type CashMoved,
  type ClientOrderId,
  Decimal,
  type Fill,
  type InstrumentId,
  type OrderEvent,
  type OrderLookup,
  type VenueOrder,
} from '@algo/model';
import type { ExchangeVenue, Urgency, VenueAnswer } from '@algo/venues';
import type { ReconcileOwn, ReconciliationReport } from '../../domain/index.ts';
import { ACCOUNT, INSTRUMENT, LENT, LTC, request } from '../../domain/testing/reconcile-scenario.ts';
import { Comparison } from '../comparison.ts';
import { OwnBooks } from '../own-books.ts';

const SPEAKER = { identity: `execution.${ACCOUNT}`, account: ACCOUNT };

/** A bus on which execution speaks, and an exchange at which a test has something happen at any question. */
export class Scene {
  readonly bus = new MemoryBus(new MemoryServer(new VirtualClock()), 'reconcile');
  readonly checkpoints = bucketSnapshots(this.bus.bucket('snapshots'), 'reconcile.books');
  readonly unsaved: Error[] = [];
  open: VenueOrder[] = [];
  lookups: ClientOrderId[] = [];
  readonly urgencies: (Urgency | undefined)[] = [];
  /** Where it was told that fills are known, at each comparison. */
  readonly filledIn: (readonly InstrumentId[])[] = [];
  at: Partial<Record<'fillsSince' | 'openOrders' | 'positions', () => void>> = {};
  readonly #comparisons = new Map<OwnBooks, Comparison>();
  readonly #counts = new Map<string, number>();
  usdt = '1000';
  asOfUs = 9;

  /** What it answers to how the account is set up. */
  setup: VenueAnswer<AccountSetup> = { type: 'answered', value: LENT, asOfUs: 9 };

  say(body: OrderEvent | CashMoved): void {
    const fact = { name: body.type, body } as Fact;
    const subject = subjectOf(fact.name, fact.body, SPEAKER);
    if (laneOf(subject) === '') throw new Error('orders have a lane');
    const count = (this.#counts.get(laneOf(subject)) ?? 0) + 1;
    this.#counts.set(laneOf(subject), count);
    const lane = { producer: SPEAKER.identity, epoch: 1, count };
    this.bus.say(FactMessage.said(fact, SPEAKER, { lane }, subject), () => {});
  }

  sends(clientOrderId: ClientOrderId): void {
    this.say({
      ...{ type: 'OrderSubmitted', clientOrderId, account: ACCOUNT, instrument: LTC, epoch: 1, timeUs: 1 },
      request: request(clientOrderId),
    } as OrderEvent);
  }

  cash(usdt: string) {
    const total = Decimal.of(usdt);
    return [{ account: ACCOUNT, asset: 'USDT', total, free: total }];
  }

  deposits(amount: string, timeUs: number): void {
    this.say({
      ...{ type: 'CashMoved', venueMoveId: `m${timeUs}`, account: ACCOUNT, asset: 'USDT' },
      ...{ amount: Decimal.of(amount), reason: 'deposit', timeUs },
    } as const);
  }

  fills(fill: Fill): void {
    this.say({
      ...{ type: 'OrderFilled', clientOrderId: fill.clientOrderId, account: ACCOUNT, instrument: LTC, fill },
      ...{ cumulative: fill.quantity, leaves: Decimal.zero, timeUs: fill.timeUs },
    } as OrderEvent);
  }

  ends(clientOrderId: ClientOrderId, timeUs = 2): void {
    this.say({
      ...{ type: 'OrderCanceled', clientOrderId, account: ACCOUNT, instrument: LTC, timeUs },
      ...{ cumulative: Decimal.zero, reason: 'ioc' },
    } as OrderEvent);
  }

  books(checkpoints: SnapshotStore = this.checkpoints): Promise<OwnBooks> {
    return OwnBooks.open({
      ...{ bus: this.bus, account: ACCOUNT, instruments: new Map([[LTC, INSTRUMENT]]), checkpoints },
      onUnsaved: (error) => void this.unsaved.push(error),
    });
  }

  compare(own: OwnBooks, epoch = 1): ReconciliationReport | string {
    let came: ReconcileOwn | undefined;
    const ask = { account: ACCOUNT, venue: 'paper', epoch, requestId: 'r', reason: 'test', timeUs: 9 };
    const parts = { account: ACCOUNT, own, venue: this.#venue(), instruments: [INSTRUMENT] };
    const comparison = this.#comparisons.get(own) ?? new Comparison(parts);
    this.#comparisons.set(own, comparison);
    comparison.carryOut(
      { type: 'Compare', ask },
      {
        past: 'never sent',
        leave: (go) => go(true),
        settle: ([outcome]) => {
          came = outcome;
        },
      },
    );
    if (came === undefined) throw new Error('nothing came of it');
    return came.name === 'Compared' ? came.body.report : came.body.reason;
  }

  #venue(): ExchangeVenue {
    const answered = <Value>(value: Value) => ({ type: 'answered', value, asOfUs: this.asOfUs }) as const;
    const never = () => {
      throw new Error('a comparison only reads');
    };
    return {
      ...{ name: 'scene', submit: never, cancel: never, replace: never, proveAbsence: never },
      capabilities: {
        ...{ fillIds: true, reduceOnly: true, clientIdLookUp: true },
        stopTrigger: 'none',
        readsSettleMs: 10_000,
      },
      order: ({ clientOrderId }, done) => {
        this.lookups.push(clientOrderId);
        const order = this.open.find((one) => one.request.clientOrderId === clientOrderId);
        const lookup: OrderLookup = order === undefined ? { type: 'absent' } : { type: 'found', order };
        done(lookup);
      },
      filledIn: (instruments) => void this.filledIn.push([...instruments]),
      fillsSince: (_account, _sinceUs, done) => {
        this.at.fillsSince?.();
        done(answered([]));
      },
      openOrders: (_account, done) => {
        this.at.openOrders?.();
        const list = [...this.open];
        done(answered(list));
      },
      positions: (_account, done, urgency) => {
        this.urgencies.push(urgency);
        this.at.positions?.();
        done(answered([]));
      },
      balances: (_account, done) => done(answered(this.cash(this.usdt))),
      cashSince: never,
      setup: (_account, done) => done(this.setup),
      async [Symbol.asyncDispose]() {},
    };
  }
}

/** What a comparison found, each with what is done about it; or why there was none. */
export const found = (report: ReconciliationReport | string) =>
  typeof report === 'string' ? report : report.discrepancies.map((x) => `${x.class} ${x.action}`);
