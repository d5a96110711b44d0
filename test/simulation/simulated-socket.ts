import { EventEmitter } from 'node:events';
import type { VirtualClock } from '@algo/bus';
import type { ServerSocket } from '@algo/testkit/venues';
import type { DialledSocket } from '@algo/venues';
import type { SimulatedLife } from './simulated-life.ts';

/** As `ws` counts them. */
const [CONNECTING, OPEN, CLOSED] = [0, 1, 3];
/** What either side sends takes so long to the other. *Units*: virtual ms. */
const WAY_MS = 1;
const [GOING_AWAY, BROKEN_OFF] = [1_001, 1_006];

/** When each copy of a frame arrives; none where it is lost. *Units*: virtual ms behind its sending. */
export type FrameCopies = readonly { readonly ms: number; readonly keepsOrder: boolean }[];

/** One WebSocket between a life and a stand-in. What has not arrived when it is cut is lost with it. */
export class SimulatedSocket {
  /** What the life has, and what the exchange has. */
  readonly near: DialledSocket;
  readonly far: ServerSocket;
  readonly #near = new SocketEnd();
  readonly #far = new SocketEnd();
  readonly #life: SimulatedLife;
  readonly #clock: VirtualClock;
  #lastMs = 0;

  constructor(life: SimulatedLife, clock: VirtualClock, copies: (text: string) => FrameCopies) {
    this.#life = life;
    this.#clock = clock;
    const [near, far] = [this.#near, this.#far];
    near.sends = (text) => this.#toExchange(() => far.emit('message', text));
    far.sends = (text) => {
      for (const { ms, keepsOrder } of copies(text)) this.#toLife(ms, keepsOrder, text);
    };
    near.ends = () => this.#toExchange(() => far.over(BROKEN_OFF));
    far.ends = () => life.clock.after(WAY_MS, () => near.over(BROKEN_OFF));
    far.pings = () =>
      life.clock.after(WAY_MS, () => {
        if (near.readyState !== OPEN) return;
        near.emit('ping');
        this.#toExchange(() => far.emit('pong'));
      });
    this.near = near as DialledSocket;
    this.far = far as ServerSocket;
  }

  /** The dial was taken. */
  open(): void {
    this.#far.readyState = OPEN;
    this.#life.clock.after(WAY_MS, () => {
      if (this.#near.readyState !== CONNECTING || this.#far.readyState !== OPEN) return;
      this.#near.readyState = OPEN;
      this.#near.emit('open');
    });
  }

  /** The dial was not. */
  refuse(reason: string): void {
    this.#life.clock.after(WAY_MS, () => {
      if (this.#near.readyState === CLOSED) return;
      this.#near.emit('error', new Error(reason));
      this.#near.over(BROKEN_OFF);
    });
  }

  #toExchange(run: () => void): void {
    this.#clock.after(WAY_MS, () => {
      if (this.#far.readyState === OPEN) run();
    });
  }

  #toLife(ms: number, keepsOrder: boolean, text: string): void {
    // The kernel of a machine whose process has died ends its lines.
    if (this.#life.isOver) {
      this.#far.over(GOING_AWAY);
      return;
    }
    const atMs = Math.max(this.#clock.nowMs() + WAY_MS + ms, keepsOrder ? this.#lastMs : 0);
    if (keepsOrder) this.#lastMs = atMs;
    this.#life.clock.after(atMs - this.#clock.nowMs(), () => {
      if (this.#near.readyState === OPEN && this.#far.readyState === OPEN)
        this.#near.emit('message', text, false);
    });
  }
}

/** One end of it, as much of the class of `ws` as anybody uses. */
class SocketEnd extends EventEmitter {
  readyState = CONNECTING;
  sends: (text: string) => void = () => {};
  ends: () => void = () => {};
  pings: () => void = () => {};

  send(text: string): void {
    if (this.readyState === OPEN) this.sends(text);
  }

  ping(): void {
    if (this.readyState === OPEN) this.pings();
  }

  close(): void {
    this.terminate();
  }

  terminate(): void {
    if (this.readyState === CLOSED) return;
    this.ends();
    this.over(BROKEN_OFF);
  }

  /** It is over, whoever ended it. */
  over(code: number): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.emit('close', code, Buffer.alloc(0));
  }
}
