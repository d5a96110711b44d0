import { type FileHandle, open } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import type { BenchServer } from './bench-server.ts';
import { Forked } from './forked.ts';
import type { HttpEchoSaid } from './http-echo.ts';

/** A record of the own log weighs about so much. */
const RECORD_BYTES = 900;
const PATH = '/api/v3/order?symbol=B0USDT&side=BUY&type=LIMIT&timestamp=1750507440000&signature=';

/** What an order at a real exchange would cost bare: one append with fdatasync, one request over HTTP. */
export class LiveFloor implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #echo: AsyncDisposable;
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #bytes = 0;

  private constructor(file: FileHandle, echo: AsyncDisposable, port: number) {
    this.#file = file;
    this.#echo = echo;
    this.#port = port;
  }

  /** On the disk of a server. */
  static async start({ dir }: BenchServer): Promise<LiveFloor> {
    const echo = await Forked.start<object, HttpEchoSaid>('./http-echo.ts', {});
    const port = await new Promise<number>((resolve) => {
      echo.onSaid = (said) => resolve(said.port);
      echo.tell('where');
    });
    return new LiveFloor(await open(join(dir, 'live-floor.log'), 'w'), echo, port);
  }

  /** Returns the ms that both take together. */
  async pulse(): Promise<number> {
    const startMs = performance.now();
    const record = new Uint8Array(RECORD_BYTES);
    this.#bytes += (await this.#file.write(record, 0, RECORD_BYTES, this.#bytes)).bytesWritten;
    await this.#file.datasync();
    await this.#ask();
    return performance.now() - startMs;
  }

  #ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, host: '127.0.0.1', port: this.#port, method: 'POST', path: PATH };
      const asked = request(options, (response) => {
        response.resume();
        response.on('end', resolve);
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await this.#echo[Symbol.asyncDispose]();
    await this.#file.close();
  }
}
