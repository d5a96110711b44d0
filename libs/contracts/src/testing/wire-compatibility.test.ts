import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { currentSources, parseProtos } from './proto-files.ts';
import { breakingChanges } from './wire-compatibility.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

function git(...args: readonly string[]): string | null {
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // No git, no repository, or no such tag: there is nothing to compare with.
    return null;
  }
}

/** Returns the protos of the last release tag that had any, newest first; null when there is none. */
function lastRelease(): { readonly tag: string; readonly sources: string[] } | null {
  const tags = git('tag', '--list', 'v*', '--merged', 'HEAD', '--sort=-v:refname')?.split('\n') ?? [];
  for (const tag of tags.filter((line) => line !== '')) {
    const paths = git('ls-tree', '--name-only', tag, './proto/algo/v1/')?.split('\n') ?? [];
    const sources = paths
      .filter((path) => path.endsWith('.proto'))
      .map((path) => git('show', `${tag}:./${path}`) ?? '');
    if (sources.length > 0) return { tag, sources };
  }
  return null;
}

const release = lastRelease();

if (release === null)
  test('there is no release yet to compare the wire with; the working tree agrees with itself', () => {
    expect(breakingChanges(parseProtos(currentSources()), parseProtos(currentSources()))).toEqual([]);
  });
else
  test(`what ${release.tag} wrote can still be read`, () => {
    expect(breakingChanges(parseProtos(release.sources), parseProtos(currentSources()))).toEqual([]);
  });

const OLD = `
  syntax = "proto3";
  package algo.v1;
  enum Side { SIDE_UNSPECIFIED = 0; SIDE_BUY = 1; SIDE_SELL = 2; }
  message Fill {
    // Required. Name.
    string id = 1;
    // Units.
    uint64 count = 2;
    // Side.
    Side side = 3;
    optional double fee = 4;
    repeated string notes = 5;
    map<string, uint64> counts = 6;
    oneof how { Fast fast = 7; Slow slow = 8; }
  }
  message Fast {}
  message Slow {}
`;

describe('of a change to the protos', () => {
  const cases: readonly [sentence: string, change: (text: string) => string, found: readonly string[]][] = [
    ['nothing at all is fine', (text) => text, []],
    [
      'a new field that may be absent is fine',
      (text) => text.replace('oneof how', 'double price = 9; oneof how'),
      [],
    ],
    ['a new message is fine', (text) => `${text} message Trade { uint64 count = 1; }`, []],
    [
      'a new enum value is fine',
      (text) => text.replace('SIDE_SELL = 2;', 'SIDE_SELL = 2; SIDE_BOTH = 3;'),
      [],
    ],
    ['a removed field is named', (text) => text.replace('uint64 count = 2;', ''), ['Fill.count is gone']],
    [
      'a removed field that leaves a reserved behind is still named: recordings hold it',
      (text) => text.replace('uint64 count = 2;', 'reserved 2;'),
      ['Fill.count is gone'],
    ],
    [
      'a renumbered field is named',
      (text) => text.replace('count = 2', 'count = 12'),
      ['Fill.count had number 2 and has 12'],
    ],
    [
      'a retyped field is named',
      (text) => text.replace('uint64 count = 2', 'sint64 count = 2'),
      ['Fill.count was single uint64 and is single sint64'],
    ],
    [
      'a number that got another field is named',
      (text) => text.replace('uint64 count = 2', 'uint64 total = 2'),
      ['number 2 of Fill was count and is now total', 'Fill.count is gone'],
    ],
    [
      'presence that changed is named: 0 and absent would be mixed up',
      (text) => text.replace('optional double fee', 'double fee'),
      ['Fill.fee was optional double and is single double'],
    ],
    [
      'a field that became a list is named',
      (text) => text.replace('uint64 count', 'repeated uint64 count'),
      ['Fill.count was single uint64 and is repeated uint64'],
    ],
    [
      'a map with other values is named',
      (text) => text.replace('map<string, uint64>', 'map<string, double>'),
      ['Fill.counts was map<string, uint64> and is map<string, double>'],
    ],
    [
      'a field that left its oneof is named',
      (text) => text.replace('Slow slow = 8; }', '} Slow slow = 8;'),
      ['Fill.slow was oneof how single .algo.v1.Slow and is single .algo.v1.Slow'],
    ],
    [
      'a field that is newly required is named',
      (text) => text.replace('// Side.', '// Required. Side.'),
      ['Fill.side is newly required'],
    ],
    [
      'a new field that is required at once is named',
      (text) => text.replace('oneof how', '// Required. Whose.\n string account = 9; oneof how'),
      ["Fill.account is new and required: recorded messages don't have it"],
    ],
    [
      'a removed message is named',
      (text) => text.replace('message Slow {}', '').replace('Slow slow = 8;', 'Fast slow = 8;'),
      ['Fill.slow was oneof how single .algo.v1.Slow and is oneof how single .algo.v1.Fast', 'Slow is gone'],
    ],
    [
      'enum values that changed places are named',
      (text) => text.replace('SIDE_BUY = 1; SIDE_SELL = 2;', 'SIDE_SELL = 1; SIDE_BUY = 2;'),
      [
        'Side.SIDE_BUY was 1 and is 2',
        '1 of Side was SIDE_BUY and is now SIDE_SELL',
        'Side.SIDE_SELL was 2 and is 1',
        '2 of Side was SIDE_SELL and is now SIDE_BUY',
      ],
    ],
    [
      'an enum value that went is named',
      (text) => text.replace('SIDE_SELL = 2;', ''),
      ['Side.SIDE_SELL is gone'],
    ],
  ];
  test.each(cases)('%s', (_sentence, change, found) => {
    expect(breakingChanges(parseProtos([OLD]), parseProtos([change(OLD)]))).toEqual(found);
  });
});
