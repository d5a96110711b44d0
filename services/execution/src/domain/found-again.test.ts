import { expect, test } from 'vitest';
import { answer, compare, corrections, differs, held, shown } from './testing/compared.ts';
import { d, holding, LTC } from './testing/execution-scenario.ts';

/** By the venue of the scenario. */
const S_STALE = 10;

test('with ingest dead what is gone is found again by the clock of the venue, and leaves the books', () => {
  const { engine } = holding();
  compare(engine, 31, differs());
  const look = (asOf: number) =>
    answer(engine, engine.handle({ type: 'FeedSilent', forMs: S_STALE * 500 }), asOf, [differs()]);
  expect(corrections(look(36))).toEqual([]);
  expect(corrections(look(41))).toMatchObject([{ instrument: LTC, own: d('0'), reason: 'gone' }]);
  expect(held(engine)).toEqual([]);
});

test('through a silence a replica that stands still says one thing for ever, and takes nothing', () => {
  const { engine } = holding();
  compare(engine, 31, differs());
  for (let look = 1; look <= 6; look++) {
    const said = engine.handle({ type: 'FeedSilent', forMs: 30_000 });
    expect(corrections(answer(engine, said, 31, [differs()]))).toEqual([]);
  }
  expect(held(engine)).toEqual(['10']);
});

test.each<[string, number | null, number | null, number]>([
  ['the same moment, shown again a minute later', 31, 31, 10],
  ['a moment that is too near', 31, 40.999999, 10],
  ['a moment as far on as reads may be old', 31, 41, 0],
  ['an older one', 31, 20, 10],
  ['a venue that tells no time', null, null, 10],
  ['a second reading without a time', 31, null, 10],
  ['a first reading from before our last fill', 0.5, 41, 10],
])('two readings, the second of %s', (_, first, second, left) => {
  const { engine } = holding();
  shown(engine, 31, first, differs());
  expect(corrections(shown(engine, 95, second, differs()))).toHaveLength(left === 0 ? 1 : 0);
  expect(held(engine)).toEqual(left === 0 ? [] : [`${left}`]);
});

test('a reading without a time keeps what an earlier one has seen', () => {
  const { engine } = holding();
  compare(engine, 31, differs());
  shown(engine, 62, null, differs());
  expect(corrections(compare(engine, 93, differs()))).toHaveLength(1);
});
