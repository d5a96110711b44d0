import { type AccountRequest, codecs, type MessageCodec } from '@algo/contracts';
import { accountId, BUY, clientOrderId, Decimal, SELL, type Side, type VenueEvent } from '@algo/model';
import { NO_VICES, PAPER_DEFAULTS, type PaperOutcome, PaperVenue, PaperView } from '@algo/simulation';
import { HandClock } from '@algo/testkit/venues';
import { spotInstrument, T0_MS } from '../../binance-spot/testing/spot-on-stand-in.ts';
import type { VenueUnderTest } from '../../testing/venue-under-test.ts';
import { PaperAccountStream } from '../paper-account-stream.ts';
import { type AskPaper, PaperExchangeVenue } from '../paper-exchange-venue.ts';

const ACCOUNT = accountId('paper-main');
const LTC = spotInstrument('LTCUSDT');
/** Writes in 10 s that are taken; twice as many bring a ban. */
const WRITES = 20;
const BAN_S = 60;
/** The end of each hour is under maintenance. */
const CLOSED_S = 60;

/** Opens the paper adapter at the exchange that it speaks to, without the process around it. */
export async function paperUnderTest(): Promise<VenueUnderTest> {
  const clock = new HandClock(T0_MS);
  const wall = {
    monotonicMs: () => clock.nowMs() - T0_MS,
    sleep: (ms: number) => clock.sleep(ms),
  };
  const paper = new PaperVenue({
    ...PAPER_DEFAULTS,
    ...{ accounts: [{ account: ACCOUNT, balances: { USDT: Decimal.of('10000') } }], instruments: [LTC] },
    ...{ seed: 1, participation: 1 },
    vices: {
      ...{ ...NO_VICES, requestsPer10s: WRITES, banS: BAN_S },
      ...{ maintenanceEveryS: 3_600, closedS: CLOSED_S },
    },
  });
  const books = new BooksAtHand(paper, clock);
  let lost: 'request' | 'answer' | undefined;
  const ask: AskPaper = async (subject, _type, data) => {
    const isOrder = subject.endsWith('submit');
    if (isOrder && lost === 'request') {
      lost = undefined;
      throw new Error('no answer within 2000 ms');
    }
    const reply = await books.answer(subject.split('.').at(-1)!, data);
    if (!isOrder || lost === undefined) return reply;
    lost = undefined;
    throw new Error('no answer within 2000 ms');
  };
  let venue = new PaperExchangeVenue(ACCOUNT, ask, wall);
  let accountStream = new PaperAccountStream(ACCOUNT, ask, wall);
  books.trade('83.50', '1', 'buy');
  return {
    ...{ account: ACCOUNT, instrument: LTC.id },
    get venue() {
      return venue;
    },
    get accountStream() {
      return accountStream;
    },
    nowUs: () => clock.nowMs() * 1_000,
    pass(ms) {
      clock.advance(ms);
      books.advance();
    },
    trade: (price, quantity, taker) => books.trade(price, quantity, taker),
    async restart() {
      await venue[Symbol.asyncDispose]();
      venue = new PaperExchangeVenue(ACCOUNT, ask, wall);
      accountStream = new PaperAccountStream(ACCOUNT, ask, wall);
    },
    breakStream: () => books.breakStream(),
    lose(what) {
      lost = what;
    },
    shut(how) {
      if (how === 'ban') books.askTooMuch();
      else clock.advance(3_600_000 - (clock.nowMs() % 3_600_000) - 1_000 * (CLOSED_S - 1));
      books.advance();
    },
    taken: (id) => books.taken.filter((one) => one === id).length,
    async [Symbol.asyncDispose]() {
      books.breakStream();
      await accountStream[Symbol.asyncDispose]();
      await venue[Symbol.asyncDispose]();
    },
  };
}

/** The books of the paper exchange, and its side of the wire. */
class BooksAtHand {
  readonly taken: string[] = [];
  readonly #paper: PaperVenue;
  readonly #view: PaperView;
  readonly #clock: HandClock;
  #connection = 0;
  #events: VenueEvent[] = [];
  #trades = 0;

  constructor(paper: PaperVenue, clock: HandClock) {
    this.#paper = paper;
    this.#clock = clock;
    this.#view = new PaperView(paper, NO_VICES, 1, () => false);
  }

  get #nowUs(): number {
    return this.#clock.nowMs() * 1_000;
  }

  advance(): void {
    this.#events.push(...this.#paper.advanceTo(this.#nowUs));
  }

  trade(price: string, quantity: string, taker: Side): void {
    const one = (value: number) => Float64Array.of(value);
    const trades = {
      ...{ instrument: LTC.id, count: 1, timeUs: one(this.#nowUs) },
      ...{ price: one(Number(price)), quantity: one(Number(quantity)) },
      side: Uint8Array.of(taker === 'buy' ? BUY : SELL),
      ids: { kind: 'counted', values: one(++this.#trades) } as const,
    };
    this.#events.push(...this.#paper.onTrades(trades));
    this.advance();
  }

  breakStream(): void {
    this.#connection++;
    this.#events = [];
  }

  askTooMuch(): void {
    const none = clientOrderId('none');
    for (let i = 0; i <= 2 * WRITES; i++) this.#paper.cancel(ACCOUNT, none, this.#nowUs, 1);
  }

  async answer(verb: string, data: Uint8Array): Promise<{ data: Uint8Array }> {
    this.advance();
    switch (verb) {
      case 'submit': {
        const { order, sentUs, epoch } = codecs.SubmitOrderRequest.decode(data);
        const outcome = this.#paper.submit(order, sentUs, epoch);
        if (outcome.type === 'confirmed') this.taken.push(order.clientOrderId);
        return outcomeReply(outcome);
      }
      case 'cancel': {
        const { account, clientOrderId: id, sentUs, epoch } = codecs.CancelOrderRequest.decode(data);
        return outcomeReply(this.#paper.cancel(account, id, sentUs, epoch));
      }
      case 'replace': {
        const { order, replaces, sentUs, epoch } = codecs.ReplaceOrderRequest.decode(data);
        const outcome = this.#paper.replace(replaces, order, sentUs, epoch);
        if (outcome.placed.type === 'confirmed') this.taken.push(order.clientOrderId);
        return outcomeReply(outcome);
      }
      case 'look-up': {
        const { account, clientOrderId: id } = codecs.LookUpOrderRequest.decode(data);
        const lookup = this.#view.order(account, id);
        return reply(codecs.OrderLookupReply, { lookup, asOfUs: this.#view.asOfUs(account) });
      }
      case 'events':
        return this.#eventsReply(codecs.AccountEventsRequest.decode(data));
      default:
        return this.#accountReply(codecs.AccountRequest.decode(data));
    }
  }

  async #eventsReply({ connection, after }: { connection: string; after: number }) {
    if (connection === '') this.#events = [];
    const open = `${this.#connection}`;
    const gone = { account: ACCOUNT, connection: '', last: 0, events: [] };
    if (connection === '') return reply(codecs.AccountEventsReply, { ...gone, connection: open });
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (connection !== `${this.#connection}`) return reply(codecs.AccountEventsReply, gone);
    const events = this.#events.slice(after);
    return reply(codecs.AccountEventsReply, { ...gone, connection, last: this.#events.length, events });
  }

  #accountReply({ account, kind, sinceUs, skipRows }: AccountRequest) {
    const view = this.#view;
    switch (kind) {
      case 'open-orders': {
        const { rows: orders, ...read } = view.openOrders(account);
        return reply(codecs.OpenOrdersReply, { account, orders, ...read });
      }
      case 'fills-since': {
        const { rows: fills, ...read } = view.fillsSince(account, { sinceUs, skipRows, rowsMax: 1_000 });
        return reply(codecs.FillsReply, { account, fills, ...read });
      }
      case 'positions': {
        const { rows: positions, ...read } = view.positions(account);
        return reply(codecs.PositionsReply, { account, positions, ...read });
      }
      case 'balances': {
        const { rows: balances, ...read } = view.balances(account);
        return reply(codecs.BalancesReply, { account, balances, ...read });
      }
      case 'cash-since': {
        const { rows: moves, ...read } = view.cashSince(account, sinceUs);
        return reply(codecs.CashReply, { account, moves, ...read });
      }
      case 'setup':
        return reply(codecs.SetupReply, { account, ...view.setup(account), complete: true });
      default:
        return kind satisfies never;
    }
  }
}

function reply<Value>(codec: MessageCodec<Value>, value: Value): { data: Uint8Array } {
  return { data: codec.encode(value) };
}

function outcomeReply(outcome: PaperOutcome): { data: Uint8Array } {
  return 'placed' in outcome
    ? reply(codecs.ReplaceOutcomeReply, outcome)
    : reply(codecs.SubmitOutcomeReply, outcome);
}
