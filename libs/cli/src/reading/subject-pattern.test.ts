import { InputError } from '@algo/model';
import { expect, test } from 'vitest';
import { tailPlans } from '../commands/tail.ts';
import { checkPattern, sharedPattern } from './subject-pattern.ts';

test.each([
  ['a pattern inside a stream stays as it is', 'pos.evt.>', 'pos.>', 'pos.evt.>'],
  ['a pattern wider than a stream becomes the stream', '>', 'md.trades.>', 'md.trades.>'],
  ['a star takes what the other side says', '*.trades.3.>', 'md.trades.>', 'md.trades.3.>'],
  ['two stars stay a star', 'md.*.x', 'md.*.x', 'md.*.x'],
  ['different words share nothing', 'md.feed.>', 'md.trades.>', undefined],
  ['> needs at least one token', 'pos', 'pos.>', undefined],
  ['a shorter subject shares nothing with a longer one', 'a.b', 'a.b.c', undefined],
])('%s', (_, a, b, shared) => {
  expect(sharedPattern(a, b)).toBe(shared);
  expect(sharedPattern(b, a)).toBe(shared);
});

test.each(['', 'a..b', 'a.>.b', 'a b', '.a', 'a.'])('%j is no subject', (pattern) => {
  expect(() => checkPattern(pattern)).toThrow(InputError);
});

test.each(['pos.>', '*.evt.>', '>', 'sys.service.ingest.synthetic'])('%j is a subject', (pattern) => {
  expect(() => checkPattern(pattern)).not.toThrow();
});

test('a tail over md reads only the streams of the market, each by its own part', () => {
  expect(tailPlans('md.>')).toEqual([
    { stream: 'MARKET', subjects: ['md.trades.>', 'md.feed.>', 'md.time.>', 'md.bars.>'] },
    { stream: 'INSTRUMENTS', subjects: ['md.rules.>'] },
    { stream: 'CANDLES', subjects: ['md.candles.>'] },
  ]);
});

test('a tail over nothing of ours has no plan', () => {
  expect(tailPlans('foreign.>')).toEqual([]);
});
