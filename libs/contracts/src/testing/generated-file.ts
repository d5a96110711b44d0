import { readFileSync, writeFileSync } from 'node:fs';

/** Writes a file that follows from others; with `--check` writes nothing and fails when it is stale. */
export function writeGenerated(target: URL, text: string): void {
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    console.error(`${target.pathname} is not what its sources give.`);
    console.error('Run: npm run gen, and commit the result.');
    process.exitCode = 1;
  }
}
