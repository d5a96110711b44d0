import type { ServiceStatus } from '@algo/contracts';
import { expect, test } from 'vitest';
import { fingerprintOf, isStored } from './feed-end.ts';

const status = (
  service: string,
  purpose: string | number,
  counters: Record<string, number>,
): ServiceStatus => ({
  service,
  instance: `${service}.${purpose}`,
  version: '0.1.0',
  pid: 1,
  timeUs: 1,
  counters,
  notes: [],
  ready: true,
});

test('the end is reached when every accepted trade is stored, over all shards', () => {
  const ingest = status('ingest', 0, { ended: 1, accepted: 30 });
  const first = status('analytics', 0, { stored: 10 });
  expect(isStored([ingest, first, status('analytics', 1, { stored: 20 })])).toBe(true);
  expect(isStored([ingest, first, status('analytics', 1, { stored: 19 })])).toBe(false);
  expect(isStored([status('ingest', 0, { ended: 0, accepted: 10 }), first])).toBe(false);
});

test('an ingest that was started again counts anew: what analytics has taken must be stored too', () => {
  const ingest = status('ingest', 'file', { ended: 1, accepted: 5 });
  expect(isStored([ingest, status('analytics', 0, { trades: 30, stored: 29 })])).toBe(false);
  expect(isStored([ingest, status('analytics', 0, { trades: 30, stored: 30 })])).toBe(true);
});

test('memory and up-time are no work, a counter is', () => {
  const idle = fingerprintOf([status('decision', 0, { accepted: 1, rssBytes: 5, uptimeMs: 5 })]);
  expect(fingerprintOf([status('decision', 0, { accepted: 1, rssBytes: 9, uptimeMs: 9 })])).toBe(idle);
  expect(fingerprintOf([status('decision', 0, { accepted: 2, rssBytes: 5, uptimeMs: 5 })])).not.toBe(idle);
});
