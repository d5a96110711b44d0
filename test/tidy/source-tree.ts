import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSource, type SourceFile } from './rule.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Not written by us, or not for reading: the lockfile, generated code, recorded fixtures. */
const NOT_OURS = /(^|\/)(pnpm-lock\.yaml|generated|fixtures)(\/|$)/;
const NEVER_ENTERED = new Set(['.git', 'node_modules', '.cache', '.tmp', 'data', 'coverage']);
const FILE_BYTES_MAX = 1_000_000;

/**
 * The text files of the checkout: all that git tracks or would track, or all there are where git is missing.
 */
export function readTree(): SourceFile[] {
  return listFiles()
    .filter((path) => !NOT_OURS.test(path))
    .flatMap((path) => {
      const text = readText(join(ROOT, path));
      return text === null ? [] : [parseSource(path, text)];
    });
}

function listFiles(): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 50_000_000,
    });
    return [...new Set(listed.split('\0').filter(Boolean))].sort();
  } catch {
    return walk('').sort();
  }
}

function walk(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NEVER_ENTERED.has(entry.name) ? [] : walk(path);
    return entry.isFile() ? [path] : [];
  });
}

/** The text of a file, or null for one that is binary, huge, or deleted but not yet committed. */
function readText(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > FILE_BYTES_MAX) return null;
  const text = readFileSync(path, 'utf8');
  return text.includes('\0') ? null : text;
}
