import { type Bus, recall, type SnapshotStore, StreamLanes } from '@algo/bus';
import { fenceFilter, type StreamName, subjects } from '@algo/contracts';
import {
  type AccountId,
  InputError,
  type Instrument,
  type InstrumentId,
  openSnapshot,
  sealSnapshot,
} from '@algo/model';
import {
  type BooksSince,
  OwnLedger,
  type OwnLedgerState,
  type OwnReading,
  type ReadingTime,
  type VenueBooks,
} from '../domain/index.ts';

/** Messages that are read behind a checkpoint before the next: some tenths of a second at the next start. */
const CHECKPOINT_EVERY = 5_000;
const VERSION = 3;
const STREAMS = ['ORDERS', 'POSITIONS'] as const satisfies readonly StreamName[];
/** Nothing that is stored says what we hold; what the exchange holds, a person must judge. */
const REMEDY =
  'Withdraw our orders at the exchange, stop the engine, put its data directory aside, start it with a new ' +
  'one, and then `algo adopt` what is to be ours of what the exchange holds';
type OwnStream = (typeof STREAMS)[number];

/** How far a stream was read. */
type Place = { readonly after: number; readonly lanes: ReturnType<StreamLanes['state']> };

/** Our books as they are kept, and the place in each stream up to which they hold. */
interface Checkpoint {
  readonly ledger: OwnLedgerState;
  readonly places: Readonly<Record<OwnStream, Place>>;
}

/** Whose books, and where they come from. `onUnsaved` is told why a checkpoint could not be kept. */
export interface OwnBooksParts {
  readonly bus: Bus;
  readonly account: AccountId;
  readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly checkpoints: SnapshotStore;
  readonly onUnsaved: (error: Error) => void;
}

/** What we believe of an account: a checkpoint, and behind it our events, each once and in its order. */
export class OwnBooks implements AsyncDisposable {
  readonly #parts: OwnBooksParts;
  readonly #ledger: OwnLedger;
  readonly #lanes: Readonly<Record<OwnStream, StreamLanes>>;
  readonly #after: Record<OwnStream, number>;
  /** Why all that is read is not all that was said. */
  readonly #incomplete: Error | undefined;
  #unkept = 0;
  #saving: Promise<void> | undefined;

  private constructor(parts: OwnBooksParts, kept: Checkpoint | undefined, incomplete: Error | undefined) {
    const { instruments } = parts;
    this.#parts = parts;
    this.#ledger = new OwnLedger(instruments, kept?.ledger);
    const lanesOf = (stream: OwnStream) => new StreamLanes(stream, false, kept?.places[stream].lanes);
    this.#lanes = { ORDERS: lanesOf('ORDERS'), POSITIONS: lanesOf('POSITIONS') };
    this.#after = { ORDERS: kept?.places.ORDERS.after ?? 0, POSITIONS: kept?.places.POSITIONS.after ?? 0 };
    this.#incomplete = incomplete;
  }

  /** Goes on from the checkpoint, or from the streams' first messages where there is none that fits. */
  static async open(parts: OwnBooksParts): Promise<OwnBooks> {
    const { bus, account, checkpoints } = parts;
    const saved = await checkpoints.load().catch(unlessUnreadable);
    const kept = saved && read(account, saved);
    const bounds = await Promise.all(STREAMS.map((stream) => bus.bounds(stream)));
    const fits = bounds.every(({ first, last }, i) => {
      const after = kept?.places[STREAMS[i]!].after ?? 0;
      return first <= after + 1 && after <= last;
    });
    if (fits) return new OwnBooks(parts, kept, undefined);
    const cut = STREAMS.filter((_, i) => bounds[i]!.first > 1).map(
      (stream) => `${stream} has lost its first messages, and there is no checkpoint of what they said`,
    );
    const incomplete =
      cut.length === 0 ? undefined : new Error(`our books are incomplete: ${cut.join('; ')}. ${REMEDY}`);
    return new OwnBooks(parts, undefined, incomplete);
  }

  /** Reads what has been said since the last time, and calls back with all, or with what went wrong. */
  read(done: (before: OwnReading | Error) => void): void {
    const { account } = this.#parts;
    this.#readOrders((failed) => {
      const reason = this.#incomplete ?? failed;
      if (reason !== undefined) return done(reason);
      this.#recall('POSITIONS', [`pos.evt.${account}.>`, `pos.dust.${account}.>`], (error) =>
        done(error ?? this.#ledger.before()),
      );
    });
  }

  /** Reads what became of orders since `read`, and calls back with it, or with what went wrong. */
  readOn(done: (since: BooksSince | Error) => void): void {
    this.#readOrders((failed) => {
      if (failed) return done(failed);
      done(this.#ledger.since());
      if (this.#unkept >= CHECKPOINT_EVERY && this.#saving === undefined) void this.#save();
    });
  }

  /** Takes the venue's cash, as it was shown to what `read` returned. */
  settleCash(reading: OwnReading, books: VenueBooks, at: ReadingTime): void {
    this.#ledger.settleCash(reading, books, at);
  }

  /** Keeps what was read, so that the next life need not read it again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#saving;
    if (this.#unkept > 0 && this.#incomplete === undefined) await this.#save();
  }

  #readOrders(done: (error?: Error) => void): void {
    const { account } = this.#parts;
    this.#recall('ORDERS', [`ord.evt.${account}.>`, subjects.cash(account)], done);
  }

  #recall(stream: OwnStream, own: readonly string[], done: (error?: Error) => void): void {
    recall(
      this.#parts.bus,
      { stream, subjects: [...own, fenceFilter(stream)], after: this.#after[stream] },
      (message) => {
        this.#after[stream] = message.sequence;
        this.#unkept++;
        this.#lanes[stream].admit(message, ({ fact }) => this.#ledger.take(fact));
      },
      done,
    );
  }

  #save(): Promise<void> {
    const { account, checkpoints, onUnsaved } = this.#parts;
    const placeOf = (stream: OwnStream): Place => {
      const [lanes, after] = [this.#lanes[stream], this.#after[stream]];
      return { after: Math.min(after, lanes.waitsFrom ?? after), lanes: lanes.state() };
    };
    const places = { ORDERS: placeOf('ORDERS'), POSITIONS: placeOf('POSITIONS') };
    const kept: Checkpoint = { ledger: this.#ledger.state(), places };
    const bytes = sealSnapshot(ownerOf(account), VERSION, kept);
    this.#unkept = 0;
    this.#saving = checkpoints
      .save(bytes)
      .catch(onUnsaved)
      .finally(() => {
        this.#saving = undefined;
      });
    return this.#saving;
  }
}

function ownerOf(account: AccountId): string {
  return `books of ${account}`;
}

function read(account: AccountId, saved: Uint8Array): Checkpoint | undefined {
  try {
    return openSnapshot<Checkpoint>(ownerOf(account), VERSION, saved);
  } catch (error) {
    return unlessUnreadable(error);
  }
}

/** One that this build can't read, or of which a part is missing, is none. */
function unlessUnreadable(error: unknown): undefined {
  if (!(error instanceof InputError)) throw error;
}
