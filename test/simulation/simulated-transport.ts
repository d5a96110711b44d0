import type { VirtualClock } from '@algo/bus';
import type { BinanceStandIn, HeardAnswer, HeardRequest, SentReply } from '@algo/testkit/venues';
import type { DialledSocket, RequestConnections, Transport } from '@algo/venues';
import type { SimulatedLife } from './simulated-life.ts';
import { type FrameCopies, SimulatedSocket } from './simulated-socket.ts';

/** So many requests of one call of `connect` are on their way at once. */
const CONNECTIONS = 8;
const WAY_MS = 1;
const ADDRESS = '127.0.0.1';

type Options = Parameters<RequestConnections['dispatch']>[0];
type Handler = Parameters<RequestConnections['dispatch']>[1];
type Controller = Parameters<NonNullable<Handler['onRequestStart']>>[0];

/**
 * What comes back in place of the exchange's own answer: it never hears what was asked, has done it, or does
 * it `lateMs` later. *Units*: virtual ms.
 */
export interface OtherAnswer {
  readonly at: 'before' | 'after' | 'late';
  readonly lateMs: number;
  readonly answer: HeardAnswer;
}

/** What happens to what is on its way between lives and an exchange. *Units*: virtual ms. */
export interface TransportWeather {
  /** When each copy of a request, or of its answer, arrives; none where it is lost. */
  copiesMs(way: 'there' | 'back', request: HeardRequest): readonly number[];
  instead(request: HeardRequest): OtherAnswer | undefined;
  frames(text: string): FrameCopies;
  /** Whether nobody can be reached. */
  isCutOff(): boolean;
}

/** Who sees what passes: each request as its bytes leave, each answer as it comes to who has asked. */
export interface TransportTold {
  leaves(request: HeardRequest): void;
  answered(answer: SentReply): void;
}

/** An exchange, as those who reach it have it. */
export type ExchangeDoor = Pick<BinanceStandIn, 'reply' | 'dial'>;

/**
 * The way between one life and a stand-in, in memory and on virtual time. Requests, answers and frames pass
 * as text. What is on its way arrives whether or not its sender lives; what comes back reaches only who runs.
 */
export class SimulatedTransport implements Transport {
  readonly #door: ExchangeDoor;
  readonly #clock: VirtualClock;
  readonly #life: SimulatedLife;
  readonly #weather: TransportWeather;
  readonly #told: TransportTold;

  constructor(
    door: ExchangeDoor,
    clock: VirtualClock,
    life: SimulatedLife,
    weather: TransportWeather,
    told: TransportTold,
  ) {
    this.#door = door;
    this.#clock = clock;
    this.#life = life;
    this.#weather = weather;
    this.#told = told;
  }

  after(ms: number, run: () => void): () => void {
    return this.#life.clock.after(ms, run);
  }

  connect(): RequestConnections {
    const waiting: (() => void)[] = [];
    let busy = 0;
    const next = () => {
      if (busy < CONNECTIONS) waiting.shift()?.();
    };
    return {
      dispatch: (options, handler) => {
        waiting.push(() => {
          busy++;
          this.#send(options, handler, () => {
            busy--;
            next();
          });
        });
        next();
        return true;
      },
      destroy: async () => {},
    };
  }

  dial(url: string): DialledSocket {
    const socket = new SimulatedSocket(this.#life, this.#clock, (text) => this.#weather.frames(text));
    this.#clock.after(WAY_MS, () => {
      const met = this.#weather.isCutOff() ? 'cut' : (this.#door.dial(new URL(url)) ?? 'cut');
      if (met === 'cut') socket.refuse('socket hang up');
      else {
        socket.open();
        met(socket.far, ADDRESS);
      }
    });
    return socket.near;
  }

  /** `over` is told once, when its connection is free for the next. */
  #send({ method, path, headers }: Options, handler: Handler, over: () => void): void {
    let isOver = false;
    const end = (tell: () => void) => {
      if (isOver) return;
      isOver = true;
      tell();
      over();
    };
    const controller: Controller = {
      ...{ aborted: false, paused: false, reason: null, rawHeaders: null, rawTrailers: null },
      abort: (reason) => end(() => handler.onResponseError?.(controller, reason)),
      pause: () => {},
      resume: () => {},
    };
    const fail = (reason: string) => end(() => handler.onResponseError?.(controller, new Error(reason)));
    if (this.#weather.isCutOff()) {
      this.after(WAY_MS, () => fail('connect ECONNREFUSED'));
      return;
    }
    handler.onRequestStart?.(controller, {});
    if (isOver) return;
    const request: HeardRequest = {
      ...{ method, url: path, body: '', address: ADDRESS },
      headers: Object.fromEntries(
        Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
      ),
    };
    this.#told.leaves(request);
    const answered = (answer: HeardAnswer) => {
      if (answer === null) return;
      for (const ms of this.#weather.copiesMs('back', request))
        this.after(ms, () => {
          if (answer === 'reset') fail('socket hang up');
          else
            end(() => {
              this.#told.answered(answer);
              handler.onResponseStart?.(controller, answer.status, lowered(answer.headers));
              handler.onResponseData?.(controller, Buffer.from(answer.text));
              handler.onResponseEnd?.(controller, {});
            });
        });
    };
    for (const ms of this.#weather.copiesMs('there', request))
      this.#clock.after(ms, () => void this.#reach(request).then(answered));
  }

  async #reach(request: HeardRequest): Promise<HeardAnswer> {
    const other = this.#weather.instead(request);
    if (other?.at === 'late') this.#clock.after(other.lateMs, () => void this.#door.reply(request));
    if (other !== undefined && other.at !== 'after') return other.answer;
    const answer = await this.#door.reply(request);
    return other === undefined ? answer : other.answer;
  }
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
