import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { JetStreamBus } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import type { EchoOrder } from './echo.ts';
import { Forked } from './forked.ts';
import type { OrderChain } from './order-chain.ts';

/** A command and a record of the own log weigh about so much. */
const COMMAND_BYTES = 400;
const RECORD_BYTES = 900;
/** Nobody's account: its commands are stored as others are, and nobody follows them but the floor. */
const NOBODY = 'bench-floor';
const CAPACITY_COMMANDS = 1_000;
const IN_FLIGHT = 64;
const ECHO = 'rpc.bench.echo';

/** What one order would cost bare: a hop, one append with fdatasync, one request over loopback. */
export class OrderFloor implements AsyncDisposable {
  readonly #bus: JetStreamBus;
  readonly #file: FileHandle;
  readonly #echo: AsyncDisposable;
  #bytes = 0;
  #count = 0;
  #onCommand: () => void = () => {};

  private constructor(bus: JetStreamBus, file: FileHandle, echo: AsyncDisposable) {
    this.#bus = bus;
    this.#file = file;
    this.#echo = echo;
  }

  /** On the server and the disk of a chain. */
  static async start({ server }: OrderChain): Promise<OrderFloor> {
    const bus = await server.bus(NOBODY);
    const echo = await Forked.start<EchoOrder, never>('./echo.ts', { url: server.url, subject: ECHO });
    const floor = new OrderFloor(bus, await open(join(server.dir, 'floor.log'), 'w'), echo);
    await bus.follow({ stream: 'ORDERS', subjects: [subjects.orderCommand(NOBODY)], after: 0 }, () =>
      floor.#onCommand(),
    );
    return floor;
  }

  /** Returns the ms that a stored command takes to its follower, and from there to the answer. */
  async pulse(): Promise<{ readonly hopMs: number; readonly orderMs: number }> {
    const arrived = new Promise<void>((resolve) => {
      this.#onCommand = resolve;
    });
    const startMs = performance.now();
    void this.#command();
    await arrived;
    const arrivedMs = performance.now();
    const { bytesWritten } = await this.#file.write(
      new Uint8Array(RECORD_BYTES),
      0,
      RECORD_BYTES,
      this.#bytes,
    );
    this.#bytes += bytesWritten;
    await this.#file.datasync();
    await this.#bus.nats.nc.request(ECHO, new Uint8Array(RECORD_BYTES));
    return { hopMs: arrivedMs - startMs, orderMs: performance.now() - arrivedMs };
  }

  /** Returns how many commands a second the server stores when it has nothing else to do. */
  async capacity(): Promise<number> {
    const startMs = performance.now();
    let left = CAPACITY_COMMANDS;
    const publish = async () => {
      while (left-- > 0) await this.#command();
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, publish));
    return (CAPACITY_COMMANDS * 1_000) / (performance.now() - startMs);
  }

  #command(): Promise<unknown> {
    return this.#bus.publish({
      ...{ subject: subjects.orderCommand(NOBODY), type: codecs.PlaceOrder.type, timeUs: Date.now() * 1_000 },
      ...{ id: `${NOBODY}:${++this.#count}`, data: new Uint8Array(COMMAND_BYTES) },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#echo[Symbol.asyncDispose]();
    await this.#file.close();
  }
}
