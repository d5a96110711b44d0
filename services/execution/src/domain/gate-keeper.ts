import {
  type AccountId,
  type ClientOrderId,
  InputError,
  type InstrumentId,
  type TimeUs,
  US_PER_MS,
  US_PER_SECOND,
} from '@algo/model';
import type { ExecutionInput, ExecutionOutput } from './execution-io.ts';
import type { LookingTime } from './looking-time.ts';
import type { OrderLedger } from './order-ledger.ts';
import { closedGate, type GateState, ReconciliationGate } from './reconciliation-gate.ts';

/** Pauses between two questions. *Units*: µs of feed time at speed 1; each is times the speed. */
const EVERY_US = 30 * US_PER_SECOND;
const SILENCE_MAX_US = 10 * US_PER_SECOND;
const PAUSE_FIRST_US = 2 * US_PER_SECOND;
const PAUSE_MAX_US = 30 * US_PER_SECOND;

/**
 * The gate and the questions that keep it open, as they are kept. *Shape*: `asked` names the request that was
 * asked last, of `number` in this epoch, at `askedUs` of the feeds' time; `failures` in a row; it is asked
 * again at `dueUs`; `foreign` says where and when somebody else's order was seen that no comparison has
 * looked at, each instrument once. *Units*: `dueUs` µs of the looking time.
 */
export interface GateKeeperState {
  readonly gate: GateState;
  readonly asked: string | null;
  readonly askedUs: TimeUs;
  readonly number: number;
  readonly failures: number;
  readonly dueUs: TimeUs;
  readonly foreign: readonly (readonly [instrument: InstrumentId, seenUs: TimeUs])[];
}

/** No life has begun: nothing passes, and nothing is asked. */
const UNBORN: GateKeeperState = {
  ...{ gate: closedGate(0), asked: null, askedUs: 0, number: 0, failures: 0, dueUs: Infinity },
  foreign: [],
};

/** Asks for reconciliations in the looking time, and opens the gate by the answer to the last one. */
export class GateKeeper {
  readonly gate: ReconciliationGate;
  readonly #account: AccountId;
  readonly #venue: string;
  readonly #time: LookingTime;
  readonly #ledger: Pick<OrderLedger, 'get' | 'isOpen'>;
  #asked: string | null;
  #askedUs: TimeUs;
  #number: number;
  #failures: number;
  #dueUs: TimeUs;
  readonly #foreign: Map<InstrumentId, TimeUs>;

  constructor(
    about: {
      readonly account: AccountId;
      readonly venue: string;
      readonly ledger: Pick<OrderLedger, 'get' | 'isOpen'>;
    },
    time: LookingTime,
    state: GateKeeperState = UNBORN,
  ) {
    this.#account = about.account;
    this.#venue = about.venue;
    this.#ledger = about.ledger;
    this.#time = time;
    this.gate = new ReconciliationGate(state.gate);
    this.#asked = state.asked;
    this.#askedUs = state.askedUs;
    this.#number = state.number;
    this.#failures = state.failures;
    this.#dueUs = state.dueUs;
    this.#foreign = new Map(state.foreign);
  }

  /** Begins an epoch, closed, and asks. Returns false, with nothing changed, for one that isn't newer. */
  start(epoch: number, out: ExecutionOutput[]): boolean {
    if (!this.gate.start(epoch)) return false;
    this.#number = 0;
    this.#failures = 0;
    this.#foreign.clear();
    this.#ask('a new life of execution', out);
    return true;
  }

  /**
   * The account stream tells again; what it missed is compared before anything is entered. Returns false,
   * with nothing changed, where no epoch has begun.
   */
  streamConnected(out: ExecutionOutput[]): boolean {
    if (this.#asked === null || this.gate.state.superseded) return false;
    this.gate.hear();
    this.#failures = 0;
    this.#ask('the account stream is connected', out);
    return true;
  }

  /**
   * Takes a report; returns whether it counts. One that answers an older question, or another epoch's, opens
   * nothing. An instrument isn't shut for orders alone that are in our ledger: our word of them was only told
   * later than the venue's.
   */
  answered(
    report: Extract<ExecutionInput, { type: 'ReconciliationCompleted' | 'ReconciliationFailed' }>,
  ): boolean {
    const { epoch } = this.gate.state;
    if (report.epoch > epoch) this.gate.supersede();
    if (report.epoch !== epoch || report.requestId !== this.#asked) return false;
    const { nowUs, toldUs, speed } = this.#time;
    if (report.type === 'ReconciliationCompleted') {
      const isOurs = (id: ClientOrderId) => this.#ledger.isOpen(id);
      const shut = report.shut.filter(({ orders }) => orders.length === 0 || !orders.every(isOurs));
      const before = this.gate.state.shut;
      this.gate.open(toldUs + report.validForMs * US_PER_MS * speed, shut);
      for (const [id, seenUs] of this.#foreign)
        if (seenUs <= this.#askedUs) this.#foreign.delete(id);
        else
          this.gate.doubt(
            id,
            before.some((one) => one.instrument === id && one.shutsExits),
          );
      // What differs is looked at again soon: it may be a fill that was on its way.
      const isWhole = report.shut.length === 0 && this.#foreign.size === 0;
      this.#dueUs = nowUs + (isWhole ? EVERY_US * speed : this.#pauseUs());
      if (isWhole) this.#failures = 0;
    } else {
      this.gate.close();
      this.#dueUs = nowUs + this.#pauseUs();
    }
    return true;
  }

  /** Refuses what only the execution that trades may do. *Errors*: InputError where this one does not. */
  checkTrades(): void {
    if (this.#asked !== null && !this.gate.state.superseded) return;
    throw new InputError({
      field: 'account',
      value: this.#account,
      because: 'this execution does not trade on it',
      remedy: 'See `algo status` for the one that does.',
    });
  }

  /** Asks now, because a person wants it or the books have changed; a dry run opens and closes nothing. */
  askNow(
    reason: string,
    run: { readonly requestId: string; readonly dryRun: boolean } | null,
    out: ExecutionOutput[],
  ): void {
    if (run?.dryRun) out.push(this.#question(run.requestId, reason));
    else this.#ask(reason, out, run?.requestId);
  }

  /**
   * Hears what is said of orders. That the venue rejects an exit or a stop shows that it may hold something
   * else than we think, so the books are compared soon; so are they when somebody else's order was filled,
   * and nothing is entered there before: an entry the other way would only net with what that order left.
   */
  hear(said: readonly ExecutionOutput[]): void {
    for (const one of said) {
      if (one.type === 'OrderQuarantined' && one.problem === 'foreign_fill') {
        this.#foreign.set(one.instrument, this.#time.toldUs);
        this.gate.doubt(one.instrument, false);
        this.#askSoon();
      }
      if (one.type !== 'OrderRejected' || one.retryAfterMs !== null) continue;
      const intent = this.#ledger.get(one.clientOrderId)?.order.intent;
      if (intent === 'exit' || intent === 'protection') this.#askSoon();
    }
  }

  /** Whether somebody else's order was filled there that no comparison has looked at. */
  isUnseen(instrument: InstrumentId): boolean {
    return this.#foreign.has(instrument);
  }

  /** When it asked last, in the feeds' time. */
  get askedUs(): TimeUs {
    return this.#askedUs;
  }

  /** When it asks again, as a feed tells the time, unless there is an answer before; Infinity: it doesn't. */
  get dueUs(): TimeUs {
    return this.gate.state.superseded ? Infinity : this.#dueUs - this.#time.silentUs;
  }

  /** Asks again where it is time to. */
  advance(out: ExecutionOutput[]): void {
    if (this.#time.toldUs < this.dueUs) return;
    this.#ask(this.#failures === 0 ? 'it is time again' : `${this.#failures} in a row did not pass`, out);
  }

  state(): GateKeeperState {
    return {
      gate: this.gate.state,
      asked: this.#asked,
      askedUs: this.#askedUs,
      number: this.#number,
      failures: this.#failures,
      dueUs: this.#dueUs,
      foreign: [...this.#foreign],
    };
  }

  #askSoon(): void {
    this.#dueUs = Math.min(this.#dueUs, this.#time.nowUs + PAUSE_FIRST_US * this.#time.speed);
  }

  /** A question counts as failed until it is answered, so that after silence it is asked again as well. */
  #ask(reason: string, out: ExecutionOutput[], requestId?: string): void {
    const { epoch } = this.gate.state;
    this.#number++;
    this.#asked = requestId ?? `${this.#account}:${epoch}:${this.#number}`;
    this.#askedUs = this.#time.toldUs;
    this.#failures++;
    this.#dueUs = this.#time.nowUs + SILENCE_MAX_US * this.#time.speed + this.#pauseUs();
    out.push(this.#question(this.#asked, reason));
  }

  #question(requestId: string, reason: string): ExecutionOutput {
    const about = { account: this.#account, venue: this.#venue, epoch: this.gate.state.epoch, requestId };
    return { type: 'ReconciliationRequested', asked: { ...about, reason, timeUs: this.#time.toldUs } };
  }

  /** Doubles with each failure. */
  #pauseUs(): number {
    const pauseUs = Math.min(PAUSE_FIRST_US * 2 ** (this.#failures - 1), PAUSE_MAX_US);
    return pauseUs * this.#time.speed;
  }
}
