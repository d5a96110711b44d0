import { US_PER_MINUTE } from '@algo/model';
import { expect, test } from 'vitest';
import { DecisionEngine } from './decision-engine.ts';
import { equityInput, START_US, settingsOf, signalInput } from './testing/engine-scenario.ts';

function detailOf(sinceUs: number | null): string | undefined {
  const engine = new DecisionEngine(settingsOf());
  engine.handle(equityInput(0));
  const [said] = engine.handle(signalInput(1, { complete: false, sinceUs }));
  if (said?.type !== 'DecisionMade' || said.decision.outcome.type !== 'refused') return undefined;
  return `${said.decision.outcome.code}: ${said.decision.outcome.detail}`;
}

test('behind warm bars an entry is refused until the windows are full, with the time', () => {
  expect(detailOf(START_US - 2 * US_PER_MINUTE)).toBe(
    'DEGRADED_DATA: trades are seen since 11:58Z, the windows are full from 12:13Z on',
  );
});

test.each([
  ['later', START_US - 16 * US_PER_MINUTE],
  ['where there were no warm bars', null],
])('%s it is a gap of the feed that an entry is refused for', (_, sinceUs) => {
  expect(detailOf(sinceUs)).toBe('DEGRADED_DATA: an open feed gap touches the windows');
});
