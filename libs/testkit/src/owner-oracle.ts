import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** The folder of recorded data, or undefined. */
export const RECORDED = ['../shared', '../../shared']
  .map((path) => join(ROOT, path, 'data'))
  .find(existsSync);
/** Where the owner's expected values lie, or undefined where this checkout stands without them. */
export const ORACLE = RECORDED && join(RECORDED, 'owner-oracle');

/**
 * Runs tests against the owner's expected values; where those are not there they are skipped, with the
 * reason.
 */
export function describeOracle(name: string, tests: () => void): void {
  if (ORACLE === undefined)
    describe.skip(`${name} (skipped: no ../shared/data/owner-oracle beside this checkout)`, tests);
  else describe(name, tests);
}

/** Runs tests over recordings; where those are not there they are skipped, with the reason. */
export function describeRecorded(name: string, tests: (folder: string) => void): void {
  if (RECORDED === undefined)
    describe.skip(`${name} (skipped: no ../shared/data beside this checkout)`, () => tests(''));
  else describe(name, () => tests(RECORDED!));
}

/** A row of a table, by column; an empty cell is null. */
export type OracleRow = Readonly<Record<string, string | null>>;

/** Returns the rows of a table of the oracle. */
export function oracleRows(path: string): OracleRow[] {
  const bytes = readFileSync(join(ORACLE!, path));
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const names = cells(header!);
  return lines.map((line) => {
    const values = cells(line);
    return Object.fromEntries(names.map((name, i) => [name, values[i] || null]));
  });
}

/** Returns a cell as a number, null where it is empty. */
export function numberOf(cell: string | null | undefined): number | null {
  if (cell === null || cell === undefined) return null;
  return cell === 'inf' ? Number.POSITIVE_INFINITY : Number(cell);
}

function cells(line: string): string[] {
  return Array.from(line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g), ([, quoted, plain]) =>
    quoted === undefined ? plain! : quoted.replaceAll('""', '"'),
  );
}
