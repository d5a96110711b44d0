// Every message of the contracts has a place in the topology; who says it is seen in tidy.test.ts.
import { expect, test } from 'vitest';
import { parseSource } from './rule.ts';
import { withoutPlace, wordsSaid } from './vocabulary.ts';

test('every message of the contracts stands in a family or a request, or answers one, or is a fence', () => {
  expect(withoutPlace()).toEqual(['LaneFenced']); // its subject is of a stream, not of a family
});

test.each([
  ['encodes it', 'publish(codecs.GapFilled.encode(gap))'],
  ['hands its codec on', 'emission(subject, codecs.GapFilled, gap, timeUs)'],
  ['builds one', "say({ type: 'GapFilled', instrument })"],
  ['chooses it', "const type = whole ? 'GapFilled' : 'GapUnfillable';"],
  ['chooses it otherwise', "const type = short ? ('GapUnfillable' as const) : ('GapFilled' as const);"],
])('who %s says it', (_, text) => {
  expect(wordsSaid(parseSource('a.ts', text)).has('GapFilled')).toBe(true);
});

test.each([
  ['decodes it', 'codecs.GapFilled.decode(data)'],
  ['knows its name', 'if (message.type === codecs.GapFilled.type) return;'],
  ['compares', "if (event.type === 'GapFilled') return;"],
  ['handles it', "switch (type) { case 'GapFilled': }"],
  ['picks it from a union', "function take(event: Extract<FeedEvent, { type: 'GapFilled' }>) {}"],
  ['declares it', "interface Gap { readonly type: 'GapFilled' }"],
  ['mentions it', "// like { type: 'GapFilled' }"],
  ['says another', 'codecs.GapFilledTwice.encode(gap)'],
])('who %s does not say it', (_, text) => {
  expect(wordsSaid(parseSource('a.ts', text)).has('GapFilled')).toBe(false);
});
