import { expect, test } from 'vitest';
import { VenuePause } from './venue-pause.ts';

class Place {
  readonly kept = new Map<string, Uint8Array>();
  nowAt = 1_000_000;

  async get(key: string) {
    const value = this.kept.get(key);
    return value === undefined ? undefined : { value, revision: 1 };
  }

  async put(key: string, value: Uint8Array): Promise<number> {
    this.kept.set(key, value);
    return 1;
  }

  open(identity: string, others: readonly string[] = []): Promise<VenuePause> {
    return VenuePause.open(this, identity, others, { nowMs: () => this.nowAt });
  }
}

test('a ban that an earlier life was told of holds in the next one, until its end', async () => {
  const place = new Place();
  const first = await place.open('ingest.binance');
  expect(first.leftMs).toBe(0);
  await first.keep(120_000);
  await first.keep(5_000);
  place.nowAt += 20_000;
  expect((await place.open('ingest.binance')).leftMs).toBe(100_000);
  place.nowAt += 100_000;
  expect((await place.open('ingest.binance')).leftMs).toBe(0);
});

test('what one process was told holds for all that ask the same exchange, and for nobody else', async () => {
  const place = new Place();
  const execution = await place.open('execution.a', ['ingest.binance']);
  const stranger = await place.open('execution.b');
  await (await place.open('ingest.binance', ['execution.a'])).keep(60_000);
  expect(execution.leftMs).toBe(0);
  await execution.hear();
  expect(execution.leftMs).toBe(60_000);
  await stranger.hear();
  expect(stranger.leftMs).toBe(0);
  expect((await place.open('reconcile.a', ['execution.a', 'ingest.binance'])).leftMs).toBe(60_000);
});
