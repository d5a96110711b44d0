import type { Machine, Say } from '@algo/bus';
import type { CancelOrderRequest, FactOf, ReplaceOrderRequest, SubmitOrderRequest } from '@algo/contracts';
import {
  type InstrumentId,
  openSnapshot,
  type Quiet,
  RuleBook,
  type RuleBookState,
  sealSnapshot,
  type VenueEvent,
} from '@algo/model';
import {
  type PaperOutcome,
  PaperPost,
  type PaperPostState,
  type PaperSettings,
  type PaperState,
  PaperVenue,
  PaperView,
} from '@algo/simulation';

/** What the exchange is asked. `ask` names the question, so that its answer finds back. */
export type Asked =
  | { readonly name: 'OrderAsked'; readonly body: SubmitOrderRequest & { readonly ask: string } }
  | { readonly name: 'CancelAsked'; readonly body: CancelOrderRequest & { readonly ask: string } }
  | { readonly name: 'ReplaceAsked'; readonly body: ReplaceOrderRequest & { readonly ask: string } };

/** What the exchange takes: the public trades, the feeds' time, and what it is asked. */
export type VenueInput = FactOf<'md.trades' | 'md.time' | 'md.rules'> | Asked;
/** What the exchange's ledger says. */
export type VenueWord = VenueEvent['type'];

/**
 * The answer to a question: it leaves after the books, and the log behind them, have what it speaks of. A
 * silence says that the question is over for the books, and that its answer comes late or never.
 */
export type Answer =
  | { readonly type: 'Answer'; readonly ask: string; readonly outcome: PaperOutcome }
  | { readonly type: 'Silence'; readonly ask: string; readonly isLate: boolean };

/**
 * What the exchange asks of its desk. `Told` goes to all who listen; whoever listens when the sockets
 * break hears no more.
 */
export type VenueRequest =
  | Answer
  | { readonly type: 'Told'; readonly event: VenueEvent }
  | { readonly type: 'SocketBroke' };

interface State {
  readonly venue: PaperState;
  readonly post: PaperPostState;
  readonly rules: RuleBookState;
}

const SNAPSHOT_VERSION = 8;

/**
 * The paper exchange: fills orders from the public trades. History that only warms indicators up is not
 * its tape.
 */
export class VenueMachine implements Machine<VenueInput, VenueWord, VenueRequest> {
  readonly venue: PaperVenue;
  /** The books as those who ask are shown them. */
  readonly view: PaperView;
  readonly #owner: string;
  readonly #post: PaperPost;
  readonly #rules: RuleBook;
  #orders = 0;
  #fills = 0;

  /** *Errors*: InputError on a snapshot of another owner or version. */
  constructor(settings: PaperSettings, snapshot?: Uint8Array) {
    this.#owner = settings.accounts.map(({ account }) => account).join(' ');
    this.#post = new PaperPost(settings.vices, settings.seed);
    const state = snapshot && openSnapshot<State>(this.#owner, SNAPSHOT_VERSION, snapshot);
    this.#rules = new RuleBook(settings.instruments, state?.rules);
    const listed = { ...settings, instruments: [...this.#rules.instruments.values()] };
    this.venue = state === undefined ? new PaperVenue(listed) : PaperVenue.restore(listed, state.venue);
    if (state !== undefined) this.#post.restore(state.post);
    this.view = new PaperView(this.venue, settings.vices, settings.seed, () => this.#post.isOver);
  }

  take(input: VenueInput, say: Say<VenueWord, VenueRequest>): void {
    switch (input.name) {
      case 'TradeBatch':
        if (input.body.origin !== 'warm-up') this.#took(this.venue.onTrades(input.body.trades), say);
        return;
      case 'TimeAdvanced':
        if (!input.body.warm) this.#took(this.venue.advanceTo(input.body.sureUs), say);
        return;
      case 'InstrumentChanged': {
        this.#rules.take(input.body);
        const instrument = this.#rules.instruments.get(input.body.instrument);
        if (instrument !== undefined) this.venue.relist(instrument);
        return;
      }
      case 'OrderAsked': {
        const { ask, order, sentUs, epoch } = input.body;
        this.#answer(ask, say, () => {
          const outcome = this.venue.submit(order, sentUs, epoch);
          if (outcome.type === 'confirmed') this.#orders++;
          return outcome;
        });
        return;
      }
      case 'CancelAsked': {
        const { ask, account, clientOrderId, sentUs, epoch } = input.body;
        this.#answer(ask, say, () => this.venue.cancel(account, clientOrderId, sentUs, epoch));
        return;
      }
      case 'ReplaceAsked': {
        const { ask, order, replaces, sentUs, epoch } = input.body;
        this.#answer(ask, say, () => {
          const outcome = this.venue.replace(replaces, order, sentUs, epoch);
          if (outcome.placed.type === 'confirmed') this.#orders++;
          return outcome;
        });
        return;
      }
      default:
        input satisfies never;
    }
  }

  quiet(instrument: InstrumentId): Quiet {
    return this.venue.quiet(instrument);
  }

  /** False while the sockets of accounts are broken: nobody hears, and nobody can connect. */
  get isSocketUp(): boolean {
    return !this.#post.isBroken;
  }

  snapshot(): Uint8Array {
    return sealSnapshot(this.#owner, SNAPSHOT_VERSION, {
      venue: this.venue.snapshot(),
      post: this.#post.snapshot(),
      rules: this.#rules.state(),
    });
  }

  counters(): Record<string, number> {
    return { orders: this.#orders, fills: this.#fills };
  }

  #took(events: readonly VenueEvent[], say: Say<VenueWord, VenueRequest>): void {
    this.#post.next();
    const wasUp = this.isSocketUp;
    for (const event of events) {
      if (event.type === 'VenueFilled') this.#fills++;
      say(event.type, event);
      for (const sent of this.#post.send(event)) say.request({ type: 'Told', event: sent });
    }
    if (wasUp && !this.isSocketUp) say.request({ type: 'SocketBroke' });
    for (const letter of this.#post.due())
      if (letter.type === 'event') say.request({ type: 'Told', event: letter.event });
      else say.request({ type: 'Answer', ask: letter.ask, outcome: letter.outcome });
  }

  #answer(ask: string, say: Say<VenueWord, VenueRequest>, take: () => PaperOutcome): void {
    const { arrives, answer } = this.#post.request();
    let outcome: PaperOutcome | null = null;
    for (let n = 0; n < arrives; n++) outcome = take();
    if (outcome === null || answer === 'never') {
      say.request({ type: 'Silence', ask, isLate: false });
      return;
    }
    if (answer !== 'now') this.#post.keep(ask, outcome);
    say.request(
      answer === 'late' ? { type: 'Silence', ask, isLate: true } : { type: 'Answer', ask, outcome },
    );
  }
}
