import type { MessageOf } from '@algo/contracts';
import { type JudgeNotes, micros, worthOf } from './judge-notes.ts';
import { isInDoubt } from './order-life.ts';
import type { OrderLives } from './order-lives.ts';
import type { VenueTruth } from './venue-truth.ts';

/** What a guard may take for a stop, by its own time alive. *Units*: ms of told time. */
const WITHIN_MS = 1_000;
/** Less than this can't be sold alone. *Units*: quote. */
const NOTIONAL_MIN = 5;
/** The step of all quantities. *Units*: millionths of base. */
const STEP = 1_000;

interface Watched {
  readonly direction: 'long' | 'short';
  readonly openedUs: number;
  quantity: number;
  stop: number;
  isLeft: boolean;
  /** When a print went through the stop, by the guard's time alive; null while none has. */
  throughMs: number | null;
}

/** Holds what position-risk says against the fills, and every stop against the prints. */
export class PositionWatch {
  readonly #notes: JudgeNotes;
  readonly #toldWithinMs: number;
  readonly #orders: OrderLives;
  readonly #open = new Map<string, Watched>();
  readonly #instrumentOf = new Map<string, string>();
  readonly #known = new Set<string>();
  /** Positions of no strategy, by instrument: until an exit is said to have gone too far, or a person. */
  readonly #nobodys = new Map<string, string>();
  readonly #differsSince = new Map<string, number>();
  /** What is said to be too little to sell, signed: it is ours, and nobody guards it. */
  readonly #dust = new Map<string, number>();
  readonly #prices = new Map<string, number>();
  readonly #unsaidSince = new Map<string, { readonly sinceMs: number; readonly what: string }>();
  /** *Units*: ms that each has been alive. */
  #guardMs = 0;
  #executionMs = 0;

  constructor(notes: JudgeNotes, orders: OrderLives, { toldMs }: VenueTruth['patience']) {
    this.#toldWithinMs = toldMs;
    this.#notes = notes;
    this.#orders = orders;
  }

  opened({ position, stopPrice }: MessageOf<'PositionOpened'>): void {
    if (this.#known.has(position.id)) this.#notes.broken('said twice', `PositionOpened ${position.id}`);
    this.#known.add(position.id);
    this.#instrumentOf.set(position.instrument, position.id);
    const { direction, openedUs } = position;
    const stop = Number(stopPrice.toString());
    if (!(stop > 0)) this.#notes.broken('I4 stop coverage', `${position.id} has no stop`);
    if (position.strategy === 'external') this.#nobodys.set(position.id, position.instrument);
    const quantity = micros(position.quantity);
    this.#open.set(position.id, { direction, openedUs, quantity, stop, isLeft: false, throughMs: null });
  }

  changed({ position }: MessageOf<'PositionIncreased'> | MessageOf<'PositionReduced'>): void {
    const watched = this.#open.get(position.id);
    if (watched !== undefined) watched.quantity = micros(position.quantity);
  }

  moved({ position, from, to }: MessageOf<'StopMoved'>): void {
    const watched = this.#open.get(position.id);
    if (watched === undefined) return;
    const [before, after] = [Number(from.toString()), Number(to.toString())];
    if (before !== watched.stop)
      this.#notes.broken(
        'stops only tighten',
        `${position.id}: moved from ${before}, stood at ${watched.stop}`,
      );
    if (watched.direction === 'long' ? after <= before : after >= before)
      this.#notes.broken('stops only tighten', `${position.id} ${watched.direction}: ${before} to ${after}`);
    watched.stop = after;
  }

  left({ position }: MessageOf<'ExitTriggered'>): void {
    const watched = this.#open.get(position.id);
    if (watched !== undefined) watched.isLeft = true;
  }

  closed({ position: { id, instrument } }: MessageOf<'PositionClosed'>): void {
    const watched = this.#open.get(id);
    if (watched === undefined) this.#notes.broken('said twice', `PositionClosed ${id}`);
    this.#open.delete(id);
    if (this.#instrumentOf.get(instrument) === id) this.#instrumentOf.delete(instrument);
  }

  /** What a position left, where nothing guards it: no more than no order could close. */
  dusted({ instrument, quantity, cause, price }: MessageOf<'DustChanged'>): void {
    const left = micros(quantity);
    // An order is of whole steps: what is left beside them no order can close.
    const whole = Math.floor(Math.abs(left) / STEP) * STEP;
    const worth = worthOf(whole, Number(price.toString()));
    if (cause === 'left' && worth >= NOTIONAL_MIN)
      this.#notes.broken('I4 stop coverage', `${instrument}: ${left} set aside, which could be sold`);
    this.#dust.set(instrument, left);
  }

  /** A print that the guard must act on. */
  print(instrument: string, price: number, timeUs: number): void {
    this.#prices.set(instrument, price);
    const watched = this.#open.get(this.#instrumentOf.get(instrument) ?? '');
    if (watched === undefined || watched.throughMs !== null || timeUs < watched.openedUs) return;
    if (watched.direction === 'long' ? price <= watched.stop : price >= watched.stop)
      watched.throughMs = this.#guardMs;
  }

  /** Time has passed; each part counts only while its process lives and is heard. */
  passed(guardMs: number, executionMs: number, atVenue: ReadonlyMap<string, number> | undefined): void {
    this.#guardMs += guardMs;
    this.#executionMs += executionMs;
    for (const [id, { throughMs, isLeft }] of this.#open)
      if (throughMs !== null && !isLeft && this.#guardMs - throughMs > WITHIN_MS)
        this.#notes.broken('I4 stop coverage', `${id}: a print went through its stop, and nobody leaves`);
    const beside = this.#orders.outside.beside();
    for (const instrument of this.#orders.held.keys()) {
      this.#compareGuard(instrument);
      if (atVenue === undefined || beside === undefined) continue;
      this.#compareVenue(instrument, (atVenue.get(instrument) ?? 0) - (beside.get(instrument) ?? 0));
    }
  }

  /** Returns what is nobody's, though no exit went too far; null if there is nothing. */
  nobodys(): string | null {
    for (const [id, instrument] of this.#nobodys)
      if (!this.#isKnown(instrument)) return `${id} of ${instrument} is nobody's`;
    return null;
  }

  /** Whether an exit went too far there, or a person gave us what lay there. */
  #isKnown(instrument: string): boolean {
    const { adopted, overshot } = this.#orders.outside;
    return overshot.has(instrument) || adopted.has(instrument);
  }

  /** What we hold of an instrument and can sell. *Units*: millionths of base, signed. */
  toGuard(instrument: string): number {
    return (this.#orders.held.get(instrument) ?? 0) - (this.#dust.get(instrument) ?? 0);
  }

  /** What is guarded now, by instrument. *Units*: millionths of base, signed. */
  guarded(instrument: string): number {
    const watched = this.#open.get(this.#instrumentOf.get(instrument) ?? '');
    if (watched === undefined) return 0;
    return watched.direction === 'long' ? watched.quantity : -watched.quantity;
  }

  #compareGuard(instrument: string): void {
    const held = this.toGuard(instrument);
    const guarded = this.guarded(instrument);
    if (held === guarded) {
      this.#differsSince.delete(instrument);
      return;
    }
    const sinceMs = this.#differsSince.get(instrument) ?? this.#guardMs;
    this.#differsSince.set(instrument, sinceMs);
    if (this.#guardMs - sinceMs > WITHIN_MS)
      this.#notes.broken('I4 stop coverage', `${instrument}: held ${held}, guarded ${guarded}`);
  }

  #compareVenue(instrument: string, atVenue: number): void {
    const held = this.#orders.held.get(instrument) ?? 0;
    const what = `${atVenue}`;
    if (held === atVenue) {
      this.#unsaidSince.delete(instrument);
      return;
    }
    const before = this.#unsaidSince.get(instrument);
    // What no trade took is believed only while no order of it may be what took it.
    const waits =
      this.#orders.outside.coins.has(instrument) && isInDoubt(this.#orders.orders.values(), instrument);
    const sinceMs = before?.what === what && !waits ? before.sinceMs : this.#executionMs;
    this.#unsaidSince.set(instrument, { sinceMs, what });
    if (this.#executionMs - sinceMs > this.#toldWithinMs)
      this.#notes.broken('I3 position truth', `${instrument}: the exchange has ${atVenue}, said are ${held}`);
  }
}
