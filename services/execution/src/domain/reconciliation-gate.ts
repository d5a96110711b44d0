import type { InstrumentId, ShutInstrument, TimeUs } from '@algo/model';

/**
 * The gate as it is kept. *Shape*: `validUntilUs` null while closed; `superseded` once a newer epoch was
 * seen; `isHeard` while the account stream tells what happens; `shut` instruments that the last comparison
 * found to differ.
 */
export interface GateState {
  readonly epoch: number;
  readonly validUntilUs: TimeUs | null;
  readonly openedOnce: boolean;
  readonly superseded: boolean;
  readonly isHeard: boolean;
  readonly shut: readonly ShutInstrument[];
}

/** Returns the gate at the start of an epoch: closed until a reconciliation of that very epoch has passed. */
export function closedGate(epoch: number): GateState {
  return { epoch, validUntilUs: null, openedOnce: false, superseded: false, isHeard: false, shut: [] };
}

/**
 * The reconciliation gate of one fencing epoch. Entries need it open and fresh. Exits need it to have
 * been open once in this epoch: from then on our books were the venue's and have been fed by its fills, so a
 * close that is cut to our net position can only reduce; before, the position we believe in may be fiction
 * and a "close" might open one.
 */
export class ReconciliationGate {
  #state: GateState;

  constructor(state: GateState) {
    this.#state = state;
  }

  get state(): GateState {
    return this.#state;
  }

  /** Begins a newer epoch, closed. Returns false, with nothing changed, for one that isn't newer. */
  start(epoch: number): boolean {
    if (epoch <= this.#state.epoch) return false;
    this.#state = closedGate(epoch);
    return true;
  }

  /**
   * A reconciliation of this epoch has passed. Without the account stream that is enough for exits, and
   * not for entries: what becomes of them would not be told.
   */
  open(validUntilUs: TimeUs, shut: readonly ShutInstrument[]): void {
    const { superseded, isHeard } = this.#state;
    if (!superseded)
      this.#state = { ...this.#state, validUntilUs: isHeard ? validUntilUs : null, openedOnce: true, shut };
  }

  /**
   * Something has happened in an instrument that nobody of ours did: no entry there until it is compared, and
   * no exit where it may have taken what that would sell.
   */
  doubt(instrument: InstrumentId, shutsExits: boolean): void {
    const known = this.shut(instrument);
    if (known !== undefined && (known.shutsExits || !shutsExits)) return;
    const reason = `${instrument}: somebody else’s order was filled, and the books are not compared since`;
    const others = this.#state.shut.filter((one) => one !== known);
    this.#state = { ...this.#state, shut: [...others, { instrument, reason, shutsExits, orders: [] }] };
  }

  /** Returns what the last comparison found to differ in an instrument, or undefined. */
  shut(id: InstrumentId): ShutInstrument | undefined {
    return this.#state.shut.find(({ instrument }) => instrument === id);
  }

  /** The account stream tells what happens: what it missed until here has yet to be compared. */
  hear(): void {
    this.#state = { ...this.#state, validUntilUs: null, isHeard: true };
  }

  /** The account stream tells no more. */
  lose(): void {
    this.#state = { ...this.#state, validUntilUs: null, isHeard: false };
  }

  close(): void {
    this.#state = { ...this.#state, validUntilUs: null };
  }

  /** A report for a newer epoch means that another executor took over: closes for good. */
  supersede(): void {
    this.#state = { ...closedGate(this.#state.epoch), superseded: true };
  }

  /** Says whether an entry may pass at this event time. */
  isFresh(nowUs: TimeUs): boolean {
    return this.#state.validUntilUs !== null && nowUs <= this.#state.validUntilUs;
  }
}
