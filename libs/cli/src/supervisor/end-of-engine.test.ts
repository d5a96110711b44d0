import { EXIT } from '@algo/runtime';
import { expect, test } from 'vitest';
import { EndOfEngine } from './end-of-engine.ts';
import { HEALTHY_MS } from './restart-policy.ts';

const { misconfigured, failed } = EXIT;

/** Returns after which of these ends of a service the engine ends, counted from 1; 0 for none. */
function endsAfter(rule: EndOfEngine, codes: readonly number[], uptimeMs = 500): number {
  return codes.findIndex((code) => rule.isReached(code, uptimeMs)) + 1;
}
const insists = Array<number>(20).fill(misconfigured);

test.each(['ingest', 'paper-venue', 'execution', 'position-risk'])(
  '%s guards money: the engine ends when it insists, not before',
  (service) => {
    expect(endsAfter(new EndOfEngine(service, false), insists)).toBe(3);
  },
);

test.each(['analytics', 'notifier', 'decision', 'reconcile', 'console'])(
  '%s guards no money: its 78 never ends those that do',
  (service) => {
    expect(endsAfter(new EndOfEngine(service, false), insists)).toBe(0);
  },
);

test('a fresh data directory holds no position: whoever insists ends the start', () => {
  expect(endsAfter(new EndOfEngine('decision', true), insists)).toBe(3);
});

test('who was ready on a fresh data directory ends nothing later', () => {
  const rule = new EndOfEngine('analytics', true);
  rule.onReady();
  expect(endsAfter(rule, insists)).toBe(0);
});

test('a failure is no wrong configuration, however often it comes, and takes back what was said', () => {
  const rule = new EndOfEngine('execution', true);
  expect(endsAfter(rule, Array<number>(20).fill(failed))).toBe(0);
  expect(endsAfter(rule, [misconfigured, misconfigured, failed, misconfigured, misconfigured])).toBe(0);
});

test('half a minute of health takes back what was said', () => {
  expect(endsAfter(new EndOfEngine('execution', false), insists, HEALTHY_MS)).toBe(0);
});
