import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * What this process was started with: to be checked by `readConfig`, or handed down to a process of its own.
 */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

const manifest = z.object({ version: z.string() });

/** The engine's version: every package of the workspace has the same (test/tidy). */
export const { version } = manifest.parse(
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')),
);
