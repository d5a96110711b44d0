import type { MarketProfile, Recorded, ValueArea } from '@algo/model';
import type { LookBack } from './look-back.ts';
import type { VolumeRows } from './volume-rows.ts';

/** What of the ring one look-back holds, and its volumes by price. */
export interface LookBackWindow {
  readonly scope: LookBack;
  readonly lengthUs: number;
  /** Of the rows of the ring from one number to another. */
  readonly rows: VolumeRows;
  from: number;
  to: number;
  /** The rows that it held when it was last looked at, and their volume. */
  oldest: number;
  seen: number;
  volume: number;
  /** The volume of what came and of what went since `rows` were brought up. */
  pending: number;
  /** The last value area that somebody looked at. */
  area: ValueArea | null;
}

/** The profiles of all windows, as far as one of them is asked about. */
export interface ProfilesByWindow {
  /** Whether the tape is where it was at a turn. */
  isAt(turn: number): boolean;
  pocOf(window: LookBackWindow): number;
  volumeOf(window: LookBackWindow): number;
  areaOf(window: LookBackWindow): ValueArea | null;
  recordOf(window: LookBackWindow, to: Float64Array): void;
}

/** A profile, each number worked out when somebody looks. *Errors*: looking behind its turn of the tape. */
export class ProfileInHand implements MarketProfile, Recorded {
  readonly scope: LookBack;
  readonly pocRunnerUp = null;
  readonly #window: LookBackWindow;
  readonly #profiles: ProfilesByWindow;
  /** Of the tape, when it was taken. */
  #turn = -1;

  constructor(profiles: ProfilesByWindow, window: LookBackWindow) {
    this.scope = window.scope;
    this.#window = window;
    this.#profiles = profiles;
  }

  /** Is the profile as it is at a turn of the tape. */
  begin(turn: number): void {
    this.#turn = turn;
  }

  get poc(): number {
    return this.#still('poc').pocOf(this.#window);
  }

  get volume(): number {
    return this.#still('volume').volumeOf(this.#window);
  }

  get valueArea(): ValueArea | null {
    return this.#still('valueArea').areaOf(this.#window);
  }

  record(to: Float64Array): void {
    this.#still('record').recordOf(this.#window, to);
  }

  #still(part: string): ProfilesByWindow {
    if (this.#profiles.isAt(this.#turn)) return this.#profiles;
    throw new Error(`${part} of an old profile of ${this.scope} is asked for`);
  }
}
