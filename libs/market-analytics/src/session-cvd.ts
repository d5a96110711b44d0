import { type TimeUs, US_PER_DAY } from '@algo/model';
import type { FlowWindows } from './flow-windows.ts';
import type { InSteps } from './resolution.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** Taker buy less taker sell volume of the session, a UTC day, and of all before it. *Units*: steps. */
export class SessionCvd implements InSteps {
  /** When the session ends; 0 before the first. */
  endUs: TimeUs = 0;
  readonly #flow: FlowWindows;
  /** Up to where the running totals last began. */
  #session = 0;
  #past = 0;

  constructor(flow: FlowWindows) {
    this.#flow = flow;
  }

  get session(): number {
    return this.#session + this.#flow.buy - this.#flow.sell;
  }

  /** Of all sessions. */
  get running(): number {
    return this.#past + this.session;
  }

  startAt(timeUs: TimeUs): void {
    this.endUs = (Math.floor(timeUs / US_PER_DAY) + 1) * US_PER_DAY;
  }

  /** The running totals are about to begin afresh. */
  rebase(): void {
    this.#session = this.session;
  }

  /** The session has ended, right behind a `rebase`. */
  end(): void {
    this.#past += this.#session;
    this.#session = 0;
    this.endUs += US_PER_DAY;
  }

  rescale(_priceFactor: number, quantityFactor: number): void {
    this.#session *= quantityFactor;
    this.#past *= quantityFactor;
  }

  save(to: SnapshotWriter): void {
    to.numbers([this.endUs, this.#session, this.#past]);
  }

  load(from: SnapshotReader): void {
    const [endUs, session, past] = from.numbers();
    this.endUs = endUs!;
    this.#session = session!;
    this.#past = past!;
  }
}
