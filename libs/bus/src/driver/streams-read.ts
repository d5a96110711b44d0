import {
  ContractError,
  FAMILIES,
  type Fact,
  familyFilters,
  fenceFilter,
  STREAMS,
  type StreamName,
} from '@algo/contracts';
import { InputError } from '@algo/model';
import type { Bus, InboundMessage } from '../bus.ts';
import { deadLetter } from '../dead-letter.ts';
import type { Reading } from '../drive-plan.ts';
import { StreamLanes } from '../lanes.ts';
import type { DriveSnapshot } from './drive-snapshot.ts';
import type { Inbox } from './inbox.ts';

/** A stream stopped at a message that can't be read; skipping it could cost money. */
export class PoisonedLaneError extends Error {
  override readonly name = 'PoisonedLaneError';
}

export interface StreamsReadParts {
  readonly bus: Bus;
  readonly identity: string;
  readonly reads: readonly Reading[];
  readonly knows: (producer: string) => boolean;
  readonly onFact: (fact: Fact) => void;
  readonly onFailure: (error: Error) => void;
}

/** The streams that a machine reads: how far, and which facts their messages are. */
export class StreamsRead {
  readonly #parts: StreamsReadParts;
  readonly #streams = new Map<StreamName, { readonly lanes: StreamLanes; after: number }>();

  constructor(parts: StreamsReadParts) {
    this.#parts = parts;
  }

  /**
   * Follows each stream from where a snapshot stood.
   * *Errors*: InputError when the stream no longer holds what follows.
   */
  async follow(inbox: Inbox, read: DriveSnapshot['read']): Promise<void> {
    const { bus, identity, reads } = this.#parts;
    const filters = new Map<StreamName, string[]>();
    for (const { family, only } of reads) {
      const { stream } = FAMILIES[family];
      filters.set(stream, [
        ...(filters.get(stream) ?? [fenceFilter(stream)]),
        ...familyFilters(family, only),
      ]);
    }
    for (const [stream, subjects] of filters) {
      const known = read[stream];
      const after = known?.after ?? 0;
      const onStray = (message: InboundMessage, reason: string) => this.#setAside(message, reason);
      // Nothing is taken before this has ended.
      const [{ first }] = await Promise.all([
        bus.bounds(stream),
        inbox.follow(bus, { stream, subjects, after, onStray }),
      ]);
      if (known !== undefined && first > after + 1)
        throw new InputError({
          field: `stream ${stream}`,
          value: `begins at ${first}`,
          because: `${identity} has read it up to ${after}, and what lies between is gone`,
          remedy: 'Reconcile, and start with a fresh data directory.',
        });
      this.#streams.set(stream, { lanes: new StreamLanes(stream, first > 1, known?.lanes), after });
    }
  }

  /** Hands on the facts that a stream's next message lets out of their lanes. */
  take(message: InboundMessage): void {
    const stream = this.#streams.get(message.stream)!;
    stream.lanes.admit(message, this.#pass);
    stream.after = message.sequence;
  }

  /** From where, and with which lanes, a next life goes on. */
  state(): DriveSnapshot['read'] {
    const streams = [...this.#streams].map(([stream, { lanes, after }]) => [
      stream,
      { after: Math.min(after, lanes.waitsFrom ?? after), lanes: lanes.state() },
    ]);
    return Object.fromEntries(streams);
  }

  readonly #pass = (message: InboundMessage): void => {
    const producer = message.lane?.producer;
    if (producer !== undefined && !this.#parts.knows(producer))
      throw new InputError({
        field: 'producer',
        value: producer,
        because: `says ${message.subject}, and no process plan names it`,
        remedy: 'Add the process to the plan, or stop it.',
      });
    const fact = this.#factOf(message);
    if (fact !== undefined) this.#parts.onFact(fact);
  };

  /**
   * Returns what a message says. One that can't be read is set aside where that costs nothing; else it stops
   * us.
   */
  #factOf(message: InboundMessage): Fact | undefined {
    try {
      return message.fact;
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      const { stream, sequence, subject } = message;
      const reason = error.at(stream, sequence, subject).message;
      if (STREAMS[stream].keep === 'money') throw new PoisonedLaneError(reason);
      this.#setAside(message, reason);
      return undefined;
    }
  }

  #setAside(message: InboundMessage, reason: string): void {
    const { bus, identity, onFailure } = this.#parts;
    bus.say(deadLetter(message, identity, reason), (result) => {
      if (result instanceof Error) onFailure(result);
    });
  }
}
