import type { RequestTerms, Say, Ticket } from '@algo/bus';
import type { AccountId, OrderRequest, ReplaceOutcome, SubmitOutcome, TimeUs } from '@algo/model';
import { venueOrderId } from '@algo/model';
import type { ExchangeVenue, OrderRef, SendTerms, VenueCapabilities } from '@algo/venues';
import {
  ExecutionMachine,
  type ExecutionOwn,
  type ExecutionRequest,
  type ExecutionTaken,
  type ExecutionWord,
} from '../../domain/index.ts';
import {
  alive,
  BTC,
  gate,
  LIMITS,
  LTC,
  named,
  price,
  S,
  SETTINGS,
  told,
} from '../../domain/testing/execution-scenario.ts';
import { OrderWire } from '../order-wire.ts';

type Done<Value> = (value: Value) => void;

/** A venue that answers when it is told to, and writes down what it was asked. */
export class SlowVenue implements ExchangeVenue {
  readonly name = 'slow';
  readonly capabilities: VenueCapabilities = {
    ...{ fillIds: true, reduceOnly: true },
    ...{ stopTrigger: 'none', clientIdLookUp: true, readsSettleMs: 10_000 },
  };
  readonly asked: string[] = [];
  readonly #submits = new Map<string, Done<SubmitOutcome>>();
  readonly #replaces = new Map<string, Done<ReplaceOutcome>>();

  submit({ clientOrderId }: OrderRequest, _terms: SendTerms, done: Done<SubmitOutcome>): void {
    this.asked.push(`submit ${clientOrderId}`);
    this.#submits.set(clientOrderId, done);
  }

  replace(
    stop: OrderRef,
    { clientOrderId }: OrderRequest,
    _terms: SendTerms,
    done: Done<ReplaceOutcome>,
  ): void {
    this.asked.push(`replace ${stop.clientOrderId} by ${clientOrderId}`);
    this.#replaces.set(clientOrderId, done);
  }

  cancel({ clientOrderId }: OrderRef): void {
    this.asked.push(`cancel ${clientOrderId}`);
  }

  order({ clientOrderId }: OrderRef): void {
    this.asked.push(`look up ${clientOrderId}`);
  }

  proveAbsence(): void {}
  openOrders(): void {}
  fillsSince(_account: AccountId, _sinceUs: TimeUs): void {}
  positions(): void {}
  balances(): void {}
  setup(): void {}
  cashSince(): void {}
  async [Symbol.asyncDispose](): Promise<void> {}

  /** Answers a submit at last. */
  confirm(clientOrderId: OrderRequest['clientOrderId']): void {
    this.#submits.get(clientOrderId)!({
      ...{ type: 'confirmed', clientOrderId, venueOrderId: venueOrderId('v'), timeUs: S },
    });
  }
}

interface Entry {
  readonly request: ExecutionRequest;
  readonly terms: RequestTerms;
  state: 'waits' | 'carried out' | 'left' | 'over';
  go: ((mayGo: boolean) => void) | null;
}

/** Execution with its wire, a desk for its requests whose disk is as slow as a test wants, a slow venue. */
export class TradingFloor {
  readonly venue = new SlowVenue();
  /** Everything that happens, in its order. */
  readonly events: string[] = [];
  readonly #timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();
  readonly clock = {
    wallMs: S / 1_000,
    nowMs: () => this.clock.wallMs,
    monotonicMs: () => this.clock.wallMs,
    sleep: async () => {},
    after: (ms: number, run: () => void) => {
      const timer = { dueMs: this.clock.wallMs + ms, run };
      this.#timers.add(timer);
      return () => void this.#timers.delete(timer);
    },
  };
  readonly lease = {
    ...{ epoch: 1, isSafe: true, safeFor: () => this.lease.isSafe },
    untilMs: Number.POSITIVE_INFINITY,
  };
  machine = new ExecutionMachine(SETTINGS);
  #wire = this.#newWire();
  #entries: Entry[] = [];

  constructor() {
    this.own({ name: 'LimitsChanged', body: named(LIMITS) });
    this.own({ name: 'EpochStarted', body: { epoch: 1 } });
    this.own({ name: 'AccountStreamConnected', body: null });
    this.#tell(told(S), alive(S), gate());
    for (const id of [LTC, BTC]) this.#trade(id);
  }

  /** Gives the machine an input; returns what it said. */
  take(input: ExecutionTaken): readonly string[] {
    const requests: ExecutionRequest[] = [];
    const from = this.events.length;
    const word = (name: ExecutionWord) => void this.events.push(name);
    const say = Object.assign(word, {
      request: (request: ExecutionRequest) => void requests.push(request),
      input: 1,
    }) as Say<ExecutionWord, ExecutionRequest>;
    this.machine.take(input, say);
    for (const request of requests) this.#ask(request);
    return this.events.slice(from);
  }

  /** Wall time passes, with nothing told. */
  wait(ms: number): void {
    this.clock.wallMs += ms;
    for (const timer of [...this.#timers])
      if (timer.dueMs <= this.clock.wallMs && this.#timers.delete(timer)) timer.run();
  }

  own(input: ExecutionOwn): void {
    this.take(input);
  }

  /** Everything that waits for the disk is on it. */
  disk(): void {
    for (const entry of this.#entries) {
      const { go } = entry;
      if (go === null) continue;
      entry.go = null;
      if (entry.state === 'over') {
        go(false);
        continue;
      }
      entry.state = 'left';
      this.events.push('left');
      go(true);
    }
  }

  /** Everything dies; the next life has the machine as it was, and a newer epoch. */
  crash(): void {
    this.machine = new ExecutionMachine(SETTINGS, this.machine.snapshot());
    this.lease.epoch++;
    this.#wire = this.#newWire();
    const open = this.#entries.filter(({ state }) => state !== 'over');
    this.#entries = [];
    for (const { request, terms, state } of open)
      this.#add(
        { request, terms, state: 'waits', go: null },
        state === 'left' ? 'may have left' : 'never sent',
      );
    this.own({ name: 'EpochStarted', body: { epoch: this.lease.epoch } });
  }

  #newWire(): OrderWire {
    const log = { warn: () => {} };
    const wire = new OrderWire({
      venue: this.venue,
      lease: this.lease,
      clock: this.clock,
      sharedNowMs: async () => this.clock.nowMs(),
      log,
      isTimed: true,
    });
    wire.judge = this.machine;
    return wire;
  }

  #tell(...inputs: readonly ReturnType<typeof alive>[]): void {
    for (const input of inputs) {
      if (input.type === 'TimeAdvanced') this.take({ name: 'TimeAdvanced', body: input });
      if (input.type === 'GuardAlive') this.take({ name: 'GuardAlive', body: input });
      if (input.type === 'ReconciliationCompleted') {
        const report = { reportId: 'r', venue: 'paper', asOfUs: S, snapshotHash: 'h', discrepancies: [] };
        this.take({ name: 'ReconciliationCompleted', body: { ...report, ...input, counts: {} } });
      }
    }
  }

  #trade(id: typeof LTC): void {
    const seen = price(S, 83, id);
    if (seen.type !== 'PriceSeen') return;
    const one = (value: number) => Float64Array.of(value);
    this.take({
      name: 'TradeBatch',
      body: {
        trades: {
          ...{ instrument: id, count: 1, timeUs: one(S), price: one(seen.price), quantity: one(1) },
          ...{ side: Uint8Array.of(0), ids: { kind: 'counted', values: one(1) } },
        },
        ...{ receivedUs: S, complete: true, origin: 'live', sides: 'told' },
      },
    });
  }

  #ask(request: ExecutionRequest): void {
    const terms = this.#wire.terms(request);
    const earlier = this.#entries.find(
      ({ terms: { key, effect }, state }) =>
        key === terms.key && effect === 'once' && (state === 'waits' || state === 'carried out'),
    );
    if (terms.withdraws && earlier !== undefined) {
      earlier.state = 'over';
      this.events.push('withdrawn');
      for (const outcome of this.#wire.withdrawn(earlier.request)) this.own(outcome);
      return;
    }
    this.#add({ request, terms, state: 'waits', go: null }, 'never sent');
  }

  #add(entry: Entry, past: Ticket<ExecutionOwn>['past']): void {
    this.#entries.push(entry);
    this.events.push(`intent ${entry.request.type}`);
    this.#pump(past);
  }

  /** Carries out what is first of its key. */
  #pump(past: Ticket<ExecutionOwn>['past']): void {
    for (const entry of this.#entries) {
      const first = this.#entries.find((e) => e.terms.key === entry.terms.key && e.state !== 'over');
      if (entry !== first || entry.state !== 'waits') continue;
      entry.state = 'carried out';
      this.#wire.carryOut(entry.request, {
        past,
        leave: (go) => {
          entry.go = go;
        },
        settle: (outcomes) => {
          entry.state = 'over';
          for (const outcome of outcomes) this.own(outcome);
          this.#pump('never sent');
        },
      });
    }
  }
}
