import { type Bus, type Clock, FactMessage, type StreamUse } from '@algo/bus';
import { STREAMS, type StreamFill, type StreamName, type StreamsFilling, subjects } from '@algo/contracts';
import type { Logger } from '@algo/runtime';
import { streamsFilling } from '../domain/index.ts';

const LOOK_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
/** A rate over less than this says nothing: the warm history of a fresh engine comes within seconds. */
const SPAN_MIN_MS = 3_600_000;

/** Looks at how full every stream is, and says so when one comes near its bound. */
export class StreamWatch {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #log: Logger;
  #last: StreamsFilling | null = null;

  constructor(parts: { readonly bus: Bus; readonly clock: Clock; readonly log: Logger }) {
    this.#bus = parts.bus;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** Goes on from what was said last, and looks until told to stop. */
  async run(signal: AbortSignal): Promise<undefined> {
    while (!signal.aborted) {
      // Who can't look now looks again: nothing of the engine waits for this.
      await this.look().catch((err: unknown) => this.#log.warn({ err }, 'streams could not be looked at'));
      await this.#clock.sleep(LOOK_EVERY_MS);
    }
    return undefined;
  }

  /** Looks once at all streams, and says what is new of them. */
  async look(): Promise<void> {
    const { identity } = this.#bus;
    this.#last ??= await this.#saidLast();
    const seen: StreamFill[] = [];
    for (const stream of Object.keys(STREAMS) as StreamName[])
      seen.push(fillOf(stream, await this.#bus.use(stream)));
    const nowMs = this.#clock.nowMs();
    const body = streamsFilling(identity, this.#last, seen, nowMs);
    if (body === null) return;
    const fact = { name: 'StreamsFilling', body } as const;
    await this.#bus.publish(FactMessage.said(fact, { identity, account: '' }, { id: `streams:${nowMs}` }));
    this.#last = body;
  }

  async #saidLast(): Promise<StreamsFilling | null> {
    const last = (await this.#bus.last('SYSTEM', subjects.streamsFilling(this.#bus.identity)))?.fact;
    return last?.name === 'StreamsFilling' ? last.body : null;
  }
}

/** Returns how full a stream is, and for how long still. */
export function fillOf(stream: StreamName, { bytes, bytesMax, oldestMs, newestMs }: StreamUse): StreamFill {
  const { keep, maxAgeMs } = STREAMS[stream];
  const bytesADay = bytes / (Math.max(newestMs - oldestMs, SPAN_MIN_MS) / DAY_MS);
  const goesByAge = bytesADay * (maxAgeMs / DAY_MS) <= bytesMax;
  const daysLeft = goesByAge ? null : Math.max(0, bytesMax - bytes) / bytesADay;
  return { stream, bytes, bytesMax, bytesADay, daysLeft, refuses: keep === 'money' };
}
