import type { InstrumentId, MarketStateChanged, TimeUs } from '@algo/model';
import type { MessageCodec } from './codec.ts';
import { tableCodecs } from './generated/codecs.ts';

const table: MessageCodec<MarketStateChanged> = tableCodecs.MarketStateChanged;
/** Its full message name. */
export const STATE_CHANGED = table.type;

/**
 * A change that has been written: what else it says than whose it is and when is read from its bytes when
 * somebody looks, which where it is stored or sent nobody does.
 */
export class WrittenStateChange implements MarketStateChanged {
  readonly instrument: InstrumentId;
  readonly timeUs: TimeUs;
  readonly #bytes: Uint8Array;
  #read: MarketStateChanged | null = null;

  constructor(instrument: InstrumentId, timeUs: TimeUs, bytes: Uint8Array) {
    this.instrument = instrument;
    this.timeUs = timeUs;
    this.#bytes = bytes;
  }

  /** Returns a change as it travels. */
  static bytesOf(change: MarketStateChanged): Uint8Array {
    return change instanceof WrittenStateChange ? change.#bytes : table.encode(change);
  }

  get number() {
    return this.#said.number;
  }

  get priceSteps() {
    return this.#said.priceSteps;
  }

  get complete() {
    return this.#said.complete;
  }

  get trades() {
    return this.#said.trades;
  }

  get cvd() {
    return this.#said.cvd;
  }

  get flow() {
    return this.#said.flow;
  }

  get microstructure() {
    return this.#said.microstructure;
  }

  get bars() {
    return this.#said.bars;
  }

  get structures() {
    return this.#said.structures;
  }

  get #said(): MarketStateChanged {
    this.#read ??= table.decode(this.#bytes);
    return this.#read;
  }
}

export const stateChangeCodec: MessageCodec<MarketStateChanged> = {
  type: table.type,
  encode: (change) => WrittenStateChange.bytesOf(change),
  decode: (bytes) => table.decode(bytes),
};
