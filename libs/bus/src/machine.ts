import type { Fact, FactName, MessageOf } from '@algo/contracts';
import type { InstrumentId, Quiet } from '@algo/model';

/**
 * An input that no stream carries: the outcome of a request, a gate that opened, a feed that fell silent. It
 * is in the process's own log before the machine sees it. *Shape*: plain data and Decimals, as `toPlain`
 * takes it.
 */
export interface OwnInput {
  readonly name: string;
  readonly body: unknown;
}

/** What a machine takes: facts of the families that its service reads, and inputs of its own. */
export type Input = Fact | OwnInput;

/**
 * How a machine speaks while it takes one input. What it says is a fact under its lane; what it requests is
 * done beside it, and comes back as an own input.
 */
export interface Say<Out extends FactName = FactName, Request = never> {
  <Name extends Out>(name: Name, body: MessageOf<Name>): void;
  /** Asks the outside for something: an order to be sent, rows to be stored, a mail. */
  readonly request: (request: Request) => void;
  /** The number of the input in hand, from 1, over all lives: names this place for ever. */
  readonly input: number;
}

/**
 * A service's judgement: facts in, facts and requests out. Pure and synchronous; the same inputs in the same
 * order give the same words, byte for byte. It has no clock but the facts' own time.
 */
export interface Machine<In extends Input = Input, Out extends FactName = FactName, Request = never> {
  take(input: In, say: Say<Out, Request>): void;
  /** What it reads by its families and nothing ever follows from, so that it need not be given. */
  readonly passesOver?: ReadonlySet<FactName>;
  /** Whether nothing ever follows from this very fact, so that it need not be given either. */
  passesBy?(fact: Fact): boolean;
  /**
   * Says what of a feed need not be given at once, as it stands now; each input but that may change it. What
   * doesn't say is given everything.
   */
  quiet?(instrument: InstrumentId): Quiet;
  /** Returns all state, sealed with its owner and version; the bytes may be used again at the next call. */
  snapshot(): Uint8Array;
}
