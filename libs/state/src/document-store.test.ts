import { MemoryBus, MemoryServer, VirtualClock } from '@algo/bus';
import { InputError } from '@algo/model';
import { expect, test } from 'vitest';
import { bucketDocuments } from './document-store.ts';

function newBucket() {
  return new MemoryBus(new MemoryServer(new VirtualClock()), 'test').bucket('documents');
}

test('a document comes back as it was put; collections are apart', async () => {
  const documents = bucketDocuments(newBucket());
  expect(await documents.get('trading_configs', 'calm')).toBeUndefined();
  await documents.put('trading_configs', 'calm', { risk: 0.01, levels: [1, 2] });
  await documents.put('active_config', 'calm', { name: 'other' });
  expect(await documents.get('trading_configs', 'calm')).toEqual({ risk: 0.01, levels: [1, 2] });
});

test('a seed never overwrites', async () => {
  const documents = bucketDocuments(newBucket());
  expect(await documents.seed('trading_configs', 'calm', { version: 1 })).toBe(true);
  expect(await documents.seed('trading_configs', 'calm', { version: 2 })).toBe(false);
  expect(await documents.get('trading_configs', 'calm')).toEqual({ version: 1 });
});

test('a document that is not JSON is refused by name', async () => {
  const bucket = newBucket();
  await bucket.put('trading_configs.calm', new TextEncoder().encode('{'));
  const refused = bucketDocuments(bucket).get('trading_configs', 'calm');
  await expect(refused).rejects.toThrow(InputError);
  await expect(refused).rejects.toThrow(/trading_configs\.calm.*not JSON.*Put the document again/s);
});
