import type { Bus, InboundMessage, Subscription } from '@algo/bus';
import { FAMILIES, type Fact, subjects } from '@algo/contracts';
import type { InstrumentId, Position } from '@algo/model';

const { stream } = FAMILIES['pos.evt'];

/** In which instruments any account holds a position, so that their holes are filled first. */
export class HeldInstruments implements AsyncDisposable {
  /** By account and instrument. */
  readonly #held = new Map<string, InstrumentId>();
  #following: Subscription | undefined;

  /** Looks up where each account stands in these instruments, and follows what happens from then on. */
  static async follow(
    bus: Bus,
    accounts: readonly string[],
    instruments: readonly InstrumentId[],
  ): Promise<HeldInstruments> {
    const held = new HeldInstruments();
    const { last: after } = await bus.bounds(stream);
    const asked = accounts.flatMap((account) => instruments.map((id) => subjects.position(account, id)));
    for (const newest of await Promise.all(asked.map((subject) => bus.last(stream, subject))))
      if (newest !== undefined) held.#hear(newest);
    const hear = (message: InboundMessage) => held.#hear(message);
    held.#following = await bus.follow({ stream, subjects: ['pos.evt.>'], after }, hear);
    return held;
  }

  has(instrument: InstrumentId): boolean {
    return [...this.#held.values()].includes(instrument);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#following?.[Symbol.asyncDispose]();
  }

  #hear(message: InboundMessage): void {
    let fact: Fact;
    try {
      fact = message.fact;
    } catch {
      return; // what can't be read is its readers' matter; here it would only change who is asked for first
    }
    switch (fact.name) {
      case 'PositionOpened':
      case 'PositionIncreased':
      case 'PositionReduced':
      case 'StopMoved':
      case 'ExitTriggered':
        this.#held.set(keyOf(fact.body.position), fact.body.position.instrument);
        return;
      case 'PositionClosed':
        this.#held.delete(keyOf(fact.body.position));
        return;
      default:
        return;
    }
  }
}

function keyOf({ account, instrument }: Position): string {
  return `${account} ${instrument}`;
}
