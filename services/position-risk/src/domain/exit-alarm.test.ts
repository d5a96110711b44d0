import { expect, test } from 'vitest';
import { fired, modes } from './testing/fired-scenario.ts';
import { BTC } from './testing/position-risk-scenario.ts';

test('the limit of an exit that waits ends with the exit, that of a contradiction does not', () => {
  for (const isWrong of [false, true]) {
    const story = fired();
    story.time(16);
    expect(modes(story)).toMatchObject([{ mode: 'reducing', latched: false }]);
    const order = story.obey(story.commands[0]!, 17);
    if (isWrong) story.quarantined(17);
    story.restart();
    story.fill(order, 'sell', '1', '49690', { seconds: 18 });
    expect(story.engine.account.modes()).toMatchObject(
      isWrong ? [{ by: 'engine:books', latched: true }] : [],
    );
    expect(modes(story).at(-1)).toMatchObject(
      isWrong ? { latched: true } : { mode: 'active', by: 'engine:exits' },
    );
  }
});

test('a limit that a person asked for while an exit waits is the person’s, and stays', () => {
  const story = fired();
  story.time(16);
  story.setMode('by-hand', 'reducing', 'Ada', { kind: 'instrument', instrument: BTC });
  story.fill(story.obey(story.commands[0]!, 17), 'sell', '1', '49690', { seconds: 17 });
  expect(story.engine.account.modes()).toMatchObject([{ mode: 'reducing', by: 'Ada' }]);
});
