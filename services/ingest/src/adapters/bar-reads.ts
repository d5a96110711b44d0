import { type Instrument, type TimeUs, US_PER_SECOND, type WarmBar } from '@algo/model';
import { ReadFailure, type VenueBars } from '@algo/venues';
import type { OwnBar } from '../domain/own-bars.ts';
import { barFault, barsOfPart, type WarmUpPart } from '../domain/warm-up-plan.ts';

/** Does a read until it succeeds, or rejects when time is up. */
type Again = <Value>(read: () => Promise<Value>) => Promise<Value>;

/** Reads bars of a venue until two reads of them agree. */
export class BarReads {
  /** Bars read of what is under way. */
  read = 0;
  /** Bars that are none. */
  refused = 0;
  readonly #bars: VenueBars;
  readonly #again: Again;

  constructor(bars: VenueBars, again: Again) {
    this.#bars = bars;
    this.#again = again;
  }

  /** Returns the bars of some parts, as the venue's. */
  async ofParts(instrument: Instrument, parts: readonly WarmUpPart[]): Promise<OwnBar[]> {
    const read: OwnBar[] = [];
    for (const part of parts) {
      const source = `${this.#bars.name} ${Math.round(part.readUs / US_PER_SECOND)}s`;
      for (const bar of await this.#agreed(instrument, part)) read.push({ source, bar });
    }
    return read;
  }

  async #agreed(instrument: Instrument, part: WarmUpPart): Promise<readonly WarmBar[]> {
    const before = this.read;
    return this.#again(async () => {
      this.read = before;
      const bars = await this.#readPart(instrument, part);
      const again = await this.#readPart(instrument, part);
      if (JSON.stringify(bars) === JSON.stringify(again)) return bars;
      throw new ReadFailure(`two reads of the ${part.timeframe} bars of ${instrument.id} differ`);
    });
  }

  async #readPart(instrument: Instrument, part: WarmUpPart): Promise<readonly WarmBar[]> {
    const { readUs, untilUs } = part;
    const read: WarmBar[] = [];
    for (let fromUs = part.fromUs; fromUs < untilUs; ) {
      const page = await this.#again(() => this.#readPage(instrument, part, fromUs));
      const last = page.at(-1);
      if (last === undefined) break;
      for (const bar of page) read.push(bar);
      this.read += (last.openTimeUs + readUs - fromUs) / readUs;
      fromUs = last.openTimeUs + readUs;
    }
    const bars = barsOfPart(read, part);
    if (typeof bars === 'string')
      throw new ReadFailure(`${part.timeframe} bars of ${instrument.id}: ${bars}`);
    return bars;
  }

  async #readPage(instrument: Instrument, { readUs, untilUs }: WarmUpPart, fromUs: TimeUs) {
    const page = await this.#bars.read(instrument, readUs, fromUs, untilUs);
    let dueUs = fromUs;
    for (const bar of page) {
      const fault = bar.openTimeUs < dueUs ? 'bars out of order' : barFault(bar, readUs);
      if (fault !== undefined) {
        this.refused++;
        throw new ReadFailure(`a bar of ${instrument.id} is refused, ${fault}`);
      }
      dueUs = bar.openTimeUs + readUs;
    }
    return page;
  }
}
