import { expect, test } from 'vitest';
import { BTC, Scenario } from './testing/position-risk-scenario.ts';

test('what somebody else closed before our exit did opens a position nobody wants, which is closed', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  story.prices(BTC, [1, 49_700]);
  const order = story.obey(story.commands[0]!, 1);
  story.fill(order, 'sell', '1', '49690', { seconds: 1 });
  story.fill('hand-1', 'sell', '1', '49690', { seconds: 1 });
  expect(story.commands[1]).toMatchObject({ reason: 'residual', direction: 'short', attempt: 1 });
});
