import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Ack, AckPublisher, type AckWire } from './ack-publisher.ts';
import { systemClock } from './bus.ts';
import { message } from './testing/bus-contract.ts';

const STATES = 'an.state.3.binance.spot.LTCUSDT';
const MODES = 'ctl.mode.x';

/** A server that answers when the test says so, and all that it was sent. */
class SlowServer implements AckWire {
  readonly sent: { readonly id: string; readonly reply: string }[] = [];
  readonly publisher: AckPublisher;
  #answer: (error: Error | null, ack: Ack) => void = () => {};

  constructor() {
    this.publisher = new AckPublisher(this, 'a-0', systemClock);
  }

  subscribe(_subject: string, { callback }: Parameters<AckWire['subscribe']>[1]): void {
    this.#answer = callback;
  }

  publish(_subject: string, data: Uint8Array, { reply }: Parameters<AckWire['publish']>[2]): void {
    this.sent.push({ id: new TextDecoder().decode(data), reply });
  }

  isClosed(): boolean {
    return false;
  }

  isDraining(): boolean {
    return false;
  }

  say(subject: string, ...ids: readonly string[]): void {
    for (const id of ids) this.publisher.say(message(subject, id, id), () => {});
  }

  /** Answers what was sent in some place. */
  store(at: number): void {
    const words = JSON.stringify({ stream: 'X', seq: at + 1 });
    const data = new TextEncoder().encode(words);
    this.#answer(null, { subject: this.sent[at]!.reply, data, string: () => words });
  }

  get ids(): string[] {
    return this.sent.map(({ id }) => id);
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what waits at a stream that stores one after another is not sent twice', async () => {
  const server = new SlowServer();
  const ids = Array.from({ length: 100 }, (_, i) => `m${i}`);
  server.say(STATES, ...ids);
  for (let i = 0; i < ids.length; i++) {
    await vi.advanceTimersByTimeAsync(90);
    server.store(i);
  }
  expect(server.ids).toEqual(ids);
  expect(server.publisher.retries).toBe(0);
});

test('what a stream has passed over is sent again, while it stores what came behind', async () => {
  const server = new SlowServer();
  server.say(STATES, 'a', 'lost', ...Array.from({ length: 20 }, (_, i) => `m${i}`));
  server.store(0);
  for (let i = 2; i < 22; i++) {
    await vi.advanceTimersByTimeAsync(30);
    server.store(i);
  }
  expect(server.ids.filter((id) => id === 'lost').length).toBeGreaterThan(1);
  expect(new Set(server.ids.slice(22))).toEqual(new Set(['lost']));
});

test('what a stream that stands still was sent is sent again, whatever another one does', async () => {
  const server = new SlowServer();
  server.say(MODES, 'first', 'second');
  for (let i = 0; i < 10; i++) {
    server.say(STATES, `m${i}`);
    server.store(server.ids.lastIndexOf(`m${i}`));
    await vi.advanceTimersByTimeAsync(40);
  }
  expect(server.ids.slice(0, 2)).toEqual(['first', 'second']);
  expect(server.ids.filter((id) => !id.startsWith('m'))).toEqual(['first', 'second', 'first', 'second']);
});

test('what was sent again and waits behind others of its stream is not sent once more for that', async () => {
  const server = new SlowServer();
  server.say(STATES, ...Array.from({ length: 30 }, (_, i) => `m${i}`));
  await vi.advanceTimersByTimeAsync(250);
  expect(server.sent).toHaveLength(60);
  for (let i = 0; i < 30; i++) {
    await vi.advanceTimersByTimeAsync(100);
    server.store(i);
  }
  expect(server.sent).toHaveLength(60);
});
