import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleType } from 'cockatiel';
import type { AccountAnswer, AccountCall, AccountWire, AskedAt, WireAnswer } from './account-wire.ts';

/** So many failures in a row, and nobody goes that way for so long. */
const FAILURES_MAX = 5;
const SHUT_MS = 60_000;
/** Orders in doubt that are remembered; the engine stops entries at three. */
const DOUBTS_MAX = 1_000;
/**
 * Behind its window (5 s) the venue takes no request: so long after it went out, and no longer, one in doubt
 * keeps others from the other way. Also who heard of it otherwise asks for it no more.
 */
export const DOUBT_MAX_MS = 30_000;
/** Behind a write that must not change its way. */
const DOUBT_MS = 1_000;

/** What comes of a request on a way that nobody goes for a minute. */
const GIVEN_UP: WireAnswer = {
  answer: { type: 'not sent', reason: 'the first way is given up', retryAfterMs: 0 },
  headers: {},
};

type Answered = Extract<AccountAnswer, { type: 'answered' }>;

/** What two ways need beside: whether an answer leaves open what became of a write, and the time. */
export interface TwoWiresParts {
  readonly isUnknown: (answer: Answered) => boolean;
  readonly monotonicMs: () => number;
}

/** By which way an order went out, and where it would be asked for. */
interface Doubt {
  readonly path: string;
  readonly way: AccountWire;
  readonly untilMs: number;
}

/** A way failed, so that the breaker counts it. */
class WayFailed extends Error {
  readonly sent: WireAnswer;

  constructor(sent: WireAnswer) {
    super('the way failed');
    this.sent = sent;
  }
}

/**
 * Two ways to one venue. All goes by the first until it fails five times in a row, by transport or 5xx; then
 * by the other one, and a read each minute tries the first. A refusal, 429 and a ban are answers: they count
 * as no failure, and they hold for both ways. A write goes out once, on one way; while what became of one is
 * not known, no write takes another way than that one, and the order is asked for on the other. What reduces
 * or guards and surely did not leave on the first goes by the second at once: five failures would be seconds
 * without a stop. An entry is refused instead, and wanted anew or not. Where nothing leaves by the second,
 * the first is taken though it was given up: two ways are never less than one.
 */
export class TwoWires implements AccountWire {
  readonly #first: AccountWire;
  readonly #second: AccountWire;
  readonly #breaker = circuitBreaker(handleType(WayFailed), {
    // It looks at the wall, which may be set back: how long is for our own clock to say.
    ...{ halfOpenAfter: Number.NEGATIVE_INFINITY, breaker: new ConsecutiveBreaker(FAILURES_MAX) },
  });
  /** Orders of which nobody knows what became, by name. */
  readonly #doubts = new Map<string, Doubt>();

  readonly #parts: TwoWiresParts;
  #shutUntilMs = Number.NEGATIVE_INFINITY;

  constructor(first: AccountWire, second: AccountWire, parts: TwoWiresParts) {
    this.#first = first;
    this.#second = second;
    this.#parts = parts;
    this.#breaker.onFailure(() => void second.ready());
    this.#breaker.onBreak(() => {
      this.#shutUntilMs = parts.monotonicMs() + SHUT_MS;
    });
  }

  get name(): string {
    return this.#breaker.state === CircuitState.Closed ? this.#first.name : this.#second.name;
  }

  async send(call: AccountCall, at: AskedAt): Promise<WireAnswer> {
    return call.method === 'GET' || call.isUnsigned === true
      ? await this.#read(call, at)
      : await this.#write(call, at);
  }

  async ready(): Promise<void> {
    await this.#first.ready();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#first[Symbol.asyncDispose]();
    await this.#second[Symbol.asyncDispose]();
  }

  /** A read may be asked twice: where one way fails, the other is tried. */
  async #read(call: AccountCall, at: AskedAt): Promise<WireAnswer> {
    const name = nameOf(call);
    const doubt = name === undefined ? undefined : this.#doubts.get(name);
    const ways = this.#waysOf(doubt?.way);
    let last = await this.#by(ways[0]!, call, at);
    let isGivenUp = last === GIVEN_UP;
    for (const way of ways.slice(1)) {
      if (!isFailure(last)) break;
      last = await this.#by(way, call, at);
      isGivenUp ||= last === GIVEN_UP;
    }
    if (isFailure(last) && isGivenUp) last = await this.#first.send(call, at);
    const { answer } = last;
    // Found or not, what the venue says is known: from here on the proof of an absence judges. A stop that
    // has gone off is found among the orders; that it is not there says nothing of it.
    const isTold = answer.type === 'answered' && !isFailure(last);
    if (name !== undefined && isTold && (answer.status === 200 || doubt?.path === pathOf(call)))
      this.#doubts.delete(name);
    return last;
  }

  async #write(call: AccountCall, at: AskedAt): Promise<WireAnswer> {
    const nowMs = this.#parts.monotonicMs();
    for (const [doubted, { untilMs }] of this.#doubts) if (untilMs <= nowMs) this.#doubts.delete(doubted);
    const way = this.#breaker.state === CircuitState.Closed ? this.#first : this.#second;
    const other = [...this.#doubts.values()].find((doubt) => doubt.way !== way);
    if (other !== undefined) {
      const reason =
        `an order that went by ${other.way.name} is in doubt: ` +
        `nothing goes by ${way.name} before it is known`;
      return { answer: { type: 'not sent', reason, retryAfterMs: DOUBT_MS }, headers: {} };
    }
    const first = await this.#by(way, call, at);
    const isFree = this.#doubts.size === 0 && (call.purpose === 'exit' || call.purpose === 'cancel');
    const goesOn = isFree && first.answer.type === 'not sent' && isFailure(first);
    const by = !goesOn ? way : way === this.#first ? this.#second : this.#first;
    const sent = goesOn ? await by.send(call, at) : first;
    const { answer } = sent;
    const isOpen = answer.type === 'lost' || (answer.type === 'answered' && this.#parts.isUnknown(answer));
    const name = nameOf(call);
    if (name !== undefined && isOpen && this.#doubts.size < DOUBTS_MAX)
      this.#doubts.set(name, { path: pathOf(call), way: by, untilMs: nowMs + DOUBT_MAX_MS });
    return sent;
  }

  /** In which order ways are tried: of an order in doubt the other one first. */
  #waysOf(sentBy: AccountWire | undefined): readonly AccountWire[] {
    const isShut = this.#breaker.state === CircuitState.HalfOpen;
    const usual = isShut ? [this.#second, this.#first] : [this.#first, this.#second];
    return sentBy === usual[0] ? usual.toReversed() : usual;
  }

  /** The breaker is asked about the first way alone: behind the second there is nobody. */
  async #by(way: AccountWire, call: AccountCall, at: AskedAt): Promise<WireAnswer> {
    if (way === this.#second) return await way.send(call, at);
    if (this.#parts.monotonicMs() < this.#shutUntilMs) return GIVEN_UP;
    try {
      return await this.#breaker.execute(async () => {
        const sent = await way.send(call, at);
        if (isFailure(sent)) throw new WayFailed(sent);
        return sent;
      });
    } catch (error) {
      if (error instanceof WayFailed) return error.sent;
      throw error;
    }
  }
}

/** No answer came, or one of a server that is out of order. What is too late has not tried. */
function isFailure({ answer }: WireAnswer): boolean {
  if (answer.type === 'answered') return answer.status >= 500;
  return answer.type !== 'too late' && !(answer.type === 'not sent' && answer.isHeldBack === true);
}

/** Returns the name of the order that a call is about; undefined where it is about none. */
function nameOf({ method, parameters }: AccountCall): string | undefined {
  const { clientAlgoId, newClientOrderId, orderId, origClientOrderId } = parameters;
  // A cancel has a name of its own; what is in doubt is its order.
  const own = method === 'POST' ? newClientOrderId : (origClientOrderId ?? orderId);
  return own ?? clientAlgoId;
}

/** Returns where one would ask about the order of a call. */
function pathOf({ path }: AccountCall): string {
  return path.replace(/\/cancelReplace$/, '');
}
