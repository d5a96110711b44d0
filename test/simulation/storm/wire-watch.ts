import type { Fact, MessageOf } from '@algo/contracts';
import type { Logged } from './faulty-disk.ts';
import type { JudgeNotes } from './judge-notes.ts';
import type { Leaving } from './leaving.ts';
import type { OrderLives } from './order-lives.ts';
import { SetupWatch } from './setup-watch.ts';

/** What a reader of facts needs to take one after it was told. *Units*: virtual ms. */
const TAKING_MS = 20;
const GUARD_SILENCE_US = 16_000_000;
/** A connection that seems to live and is deaf is found within so much of execution's life. */
const UNHEARD_MAX_MS = 20_000;
const WALL_LAG_MAX_MS = 3_000;

/** What execution knew when something left. */
export interface Sender {
  /** What its own log has of the order. */
  readonly logged: Logged;
  /** It was stopped and replaced: it isn't told anything any more. */
  readonly isForsaken: boolean;
  readonly isClockRight: boolean;
  /** The epoch of its life, for what says none on the wire. */
  readonly epoch: number;
}

interface Told {
  readonly fact: Fact;
  /** When it reached execution. */
  readonly atMs: number;
}

/** Holds every order that leaves execution against what execution had been told by then. */
export class WireWatch {
  readonly setup: SetupWatch;
  readonly #notes: JudgeNotes;
  readonly #orders: OrderLives;
  readonly #nowMs: () => number;
  readonly #sent = new Set<string>();
  readonly #fences = { epoch: 0 };
  /** Limits that stand: by scope as position-risk has said, and those of persons that it hasn't answered. */
  readonly #standing = new Map<string, number>();
  readonly #asked = new Map<string, { readonly scope: string; readonly sinceMs: number }>();
  readonly #answered = new Set<string>();
  readonly #passed = new Set<number>();
  #report: { readonly epoch: number; readonly isPass: boolean; readonly atMs: number } | undefined;
  /** What was told when an entry left. */
  readonly #left = new Map<string, { readonly toldUs: number }>();
  /** Where a fill of somebody else, reported and not booked, may have taken what is ours. */
  readonly #doubted = new Set<string>();
  /** How long an order of ours is unheard, by execution's time alive. *Units*: ms. */
  #unheardMs = 0;
  #askedId = '';
  #aliveUs = 0;
  #toldUs = 0;
  #toldMs = 0;

  constructor(notes: JudgeNotes, orders: OrderLives, nowMs: () => number) {
    this.#notes = notes;
    this.setup = new SetupWatch(notes);
    this.#orders = orders;
    this.#nowMs = nowMs;
  }

  fenced(epoch: number): void {
    this.#fences.epoch = Math.max(this.#fences.epoch, epoch);
  }

  /** Execution has a comparison made. */
  asked(question: MessageOf<'ReconciliationRequested'>): void {
    this.setup.asked(question);
    this.#askedId = question.requestId;
  }

  /** A fact reached execution. */
  told({ fact, atMs }: Told): void {
    switch (fact.name) {
      case 'TradingModeChanged':
        this.#limited(fact.body, atMs);
        return;
      case 'SetTradingMode':
        if (fact.body.mode !== 'active' && !this.#answered.has(fact.body.commandId))
          this.#asked.set(fact.body.commandId, { scope: scopeOf(fact.body.scope), sinceMs: atMs });
        return;
      case 'ReconciliationCompleted':
        this.#passed.add(fact.body.epoch);
        this.#report = { epoch: fact.body.epoch, isPass: true, atMs };
        this.#doubted.clear();
        this.setup.told(fact.body, atMs);
        return;
      case 'ReconciliationFailed':
        // That an older question was not answered says nothing of what was found since.
        if (fact.body.requestId === this.#askedId)
          this.#report = { epoch: fact.body.epoch, isPass: false, atMs };
        return;
      case 'GuardAlive':
        this.#aliveUs = Math.max(this.#aliveUs, fact.body.timeUs);
        return;
      case 'TimeAdvanced':
        this.#toldUs = Math.max(this.#toldUs, fact.body.toldUs);
        this.#toldMs = atMs;
        return;
      default:
    }
  }

  /** A fill that is none of ours has taken more of an instrument than is ours. */
  taken(instrument: string): void {
    this.#doubted.add(instrument);
  }

  /** Time has passed, of it so much with execution alive and unhindered. */
  passed(executionMs: number, isUnheard: boolean): void {
    this.#unheardMs = isUnheard ? this.#unheardMs + executionMs : 0;
  }

  /** A request leaves execution for the exchange. */
  leaves({ cancels, order, epoch: told }: Leaving, sender: (id: string) => Sender): void {
    if (cancels !== null) this.#orders.cancelLeft(cancels);
    if (order === null) return;
    const id = order.clientOrderId;
    if (this.#sent.has(id)) this.#notes.broken('I1 an id goes out once', id);
    this.#sent.add(id);
    const { logged, isForsaken, isClockRight, epoch: ofLife } = sender(id);
    const epoch = told ?? ofLife;
    if (!logged.isLeaving) this.#notes.broken('I7 intent before wire', `${id}: ${logged.intent} on the disk`);
    if (epoch < this.#fences.epoch)
      this.#notes.broken('I6 single writer', `${id} of epoch ${epoch} behind ${this.#fences.epoch}`);
    if (!this.#passed.has(epoch))
      this.#notes.broken('I5 no trade before reconciliation', `${id} of epoch ${epoch}`);
    const life = this.#orders.orders.get(id);
    if (life?.ended != null) this.#notes.broken('I10 legal', `${id} leaves and is ${life.ended}`);
    const word = life?.submitted;
    if (word !== undefined && String(word.request.quantity) !== order.quantity)
      this.#notes.broken(
        'I7 intent before wire',
        `${id}: said ${word.request.quantity}, sent ${order.quantity}`,
      );
    if (isForsaken) return;
    if (logged.intent !== 'entry' && this.#doubted.has(order.instrument))
      this.#notes.broken('no exit of what was taken', `${id}: ${order.instrument} is not compared since`);
    if (logged.intent !== 'entry') return;
    this.setup.entryLeaves(id, order, this.#nowMs() - TAKING_MS);
    this.#entryLeaves(id, epoch, order.instrument);
    if (isClockRight && this.#nowMs() - this.#toldMs > WALL_LAG_MAX_MS)
      this.#notes.broken('no entry on old news', `${id}: told ${this.#nowMs() - this.#toldMs} ms ago`);
  }

  /** An order that left may be told behind it. */
  submitted({ clientOrderId: id, commandId }: MessageOf<'OrderSubmitted'>): void {
    const left = this.#left.get(id);
    const command = this.#orders.commandOf(commandId);
    if (left === undefined || command?.type !== 'PlaceOrder' || left.toldUs <= command.expiresUs) return;
    this.#notes.broken('no expired entry', `${id}: expired ${command.expiresUs}, told ${left.toldUs}`);
  }

  #entryLeaves(id: string, epoch: number, instrument: string): void {
    const now = this.#nowMs();
    for (const scope of ['account', instrument]) {
      const since = this.#standing.get(scope);
      if (since !== undefined && now - since > TAKING_MS)
        this.#notes.broken('I11 no halt is broken', `entry ${id} leaves, ${scope} is limited since ${since}`);
    }
    for (const { scope, sinceMs } of this.#asked.values())
      if ((scope === 'account' || scope === instrument) && now - sinceMs > TAKING_MS)
        this.#notes.broken(
          'I11 no halt is broken',
          `entry ${id} leaves, a person limits ${scope} since ${sinceMs}`,
        );
    if (this.#unheardMs > UNHEARD_MAX_MS)
      this.#notes.broken('no entry unheard', `${id}: nobody listens for ${this.#unheardMs} ms`);
    const report = this.#report;
    if (report !== undefined && now - report.atMs > TAKING_MS && report.epoch === epoch && !report.isPass)
      this.#notes.broken('I5 no trade before reconciliation', `entry ${id}: the last one failed`);
    if (this.#toldUs - this.#aliveUs > GUARD_SILENCE_US)
      this.#notes.broken('no entry without a guard', `${id}: alive ${this.#aliveUs}, told ${this.#toldUs}`);
    if (now - this.#toldMs > TAKING_MS) this.#left.set(id, { toldUs: this.#toldUs });
    const word = this.#orders.orders.get(id)?.submitted;
    if (word !== undefined) this.submitted(word);
  }

  #limited({ commandId, mode, scope }: MessageOf<'TradingModeChanged'>, atMs: number): void {
    if (commandId !== null) {
      this.#answered.add(commandId);
      this.#asked.delete(commandId);
    }
    const key = scopeOf(scope);
    if (mode === 'active') this.#standing.delete(key);
    else if (!this.#standing.has(key)) this.#standing.set(key, atMs);
  }
}

function scopeOf(scope: MessageOf<'TradingModeChanged'>['scope']): string {
  return scope.kind === 'account' ? 'account' : scope.kind === 'instrument' ? scope.instrument : 'strategy';
}
