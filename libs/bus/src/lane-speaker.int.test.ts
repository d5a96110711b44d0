import { NatsFixture } from '@algo/testkit';
import { expect, test } from 'vitest';
import { systemClock } from './bus.ts';
import type { JetStreamBus } from './jetstream-bus.ts';
import { LaneSpeaker } from './lane-speaker.ts';
import { StreamLanes } from './lanes.ts';
import type { SnapshotStore } from './snapshot-store.ts';

const PATIENCE = { window: 64, ackTimeoutMs: 200, patienceMs: 1_000 };
const SPEAKER = { identity: 'ingest.x', account: '' };

/** What is saved outlives the processes that save it. */
class Kept implements SnapshotStore {
  saved: Uint8Array | undefined;

  async load(): Promise<Uint8Array | undefined> {
    return this.saved;
  }

  async save(...parts: readonly Uint8Array[]): Promise<void> {
    this.saved = Buffer.concat(parts);
  }
}

/** Begins a life of the speaker; `errors` gathers what kept its place from being saved. */
function live(bus: JetStreamBus, snapshots: SnapshotStore, errors: Error[] = []): Promise<LaneSpeaker> {
  return LaneSpeaker.open({
    ...{ bus, clock: systemClock, speaker: SPEAKER, says: ['md.time'], snapshots },
    ...{ snapshotIntervalMs: 3_600_000, onError: (error) => errors.push(error) },
  });
}

function tell(speaker: LaneSpeaker, toldUs: number): Promise<void> {
  return speaker.say('TimeAdvanced', {
    ...{ type: 'TimeAdvanced', feed: 'x', toldUs, sureUs: toldUs, behind: [], wallUs: toldUs },
    ...{ speed: 1, warm: false },
  });
}

/** What readers of the stream take, and how many words wait for one that is missing. */
async function heard(bus: JetStreamBus): Promise<number[]> {
  const lanes = new StreamLanes('MARKET', false);
  const told: number[] = [];
  const subjects = ['md.time.x', 'fence.>'];
  for await (const message of bus.read({ stream: 'MARKET', subjects, after: 0 }))
    lanes.admit(message, ({ fact }) => fact.name === 'TimeAdvanced' && told.push(fact.body.toldUs));
  expect(lanes.waitsFrom).toBeUndefined();
  return told;
}

test('a word that was never stored has no number: the next life follows the last stored one', async () => {
  await using nats = await NatsFixture.start();
  const snapshots = new Kept();
  const errors: Error[] = [];
  const first = await live(await nats.bus('ingest.x', PATIENCE), snapshots, errors);
  await tell(first, 1);
  await nats.server.kill();
  await expect(tell(first, 2)).rejects.toThrow(/not stored after/);
  await nats.server.start();
  await first[Symbol.asyncDispose]();
  expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/not stored after/)]);

  const bus = await nats.bus('ingest.x');
  await using second = await live(bus, snapshots);
  await tell(second, 3);
  await tell(second, 4);
  expect(await heard(bus)).toEqual([1, 3, 4]);
});

test('a place that was saved is the next life’s beginning, and its words go on', async () => {
  await using nats = await NatsFixture.start();
  const snapshots = new Kept();
  const bus = await nats.bus('ingest.x', PATIENCE);
  for (const life of [0, 1, 2]) {
    await using speaker = await live(bus, snapshots);
    await tell(speaker, 2 * life + 1);
    await tell(speaker, 2 * life + 2);
  }
  expect(JSON.parse(Buffer.from(snapshots.saved!).toString())).toMatchObject({
    place: { epoch: 3, counts: { 'md.time': 6 } },
  });
  expect(await heard(bus)).toEqual([1, 2, 3, 4, 5, 6]);
});
