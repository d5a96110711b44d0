import { InputError } from '@algo/model';
import { expect, test } from 'vitest';
import { TempDir } from './testing/temp-dir.ts';
import { tradePaths } from './trade-paths.ts';

test('names, names with commas, folders and patterns are told apart', () => {
  using dir = new TempDir();
  const at = (name: string) => `${dir.path}/${name}`;
  for (const name of ['a.csv', 'b,c.csv', 'day/2.csv.gz', 'day/1.csv', 'day/deep/3.parquet', 'day/notes.md'])
    dir.write(name, 'x');
  expect(tradePaths(at('a.csv'))).toEqual([at('a.csv')]);
  expect(tradePaths(`${at('b,c.csv')}, ${at('a.csv')}`)).toEqual([at('b,c.csv'), at('a.csv')]);
  expect(tradePaths(at('day'))).toEqual(['day/1.csv', 'day/2.csv.gz', 'day/deep/3.parquet'].map(at));
  expect(tradePaths(at('day/*.csv*'))).toEqual(['day/1.csv', 'day/2.csv.gz'].map(at));
});

test.each(['', 'none.csv', 'none/*.csv', 'a.csv,,b.csv'])('%j names nothing and is refused', (list) => {
  expect(() => tradePaths(list)).toThrow(InputError);
});

test('a folder without trades is refused', () => {
  using dir = new TempDir();
  dir.write('notes.md', 'x');
  expect(() => tradePaths(dir.path)).toThrow('no file of trades');
});
