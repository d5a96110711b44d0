import { readFileSync } from 'node:fs';
import { InputError } from '@algo/model';
import { parse } from 'yaml';
import { z } from 'zod';

/** Everything that is wrong with a configuration, in one error, so that it is mended in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(source: string, problems: readonly string[]) {
    super(
      `${source}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Returns the environment variable of a configuration key: `httpPort` is ALGO_HTTP_PORT. */
export function variableOf(key: string): string {
  return `ALGO_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Reads one service's configuration: the file's section first, the environment over it, defaults last. Keys
 * stand in the file as in the schema but with `_`: `http_port`. *Errors*: ConfigError listing every
 * violation.
 */
export function readConfig<Schema extends z.ZodObject>(
  service: string,
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.infer<Schema>> {
  const raw: Record<string, unknown> = {};
  const problems: string[] = [];
  const file = env.ALGO_CONFIG_FILE;
  if (file !== undefined && file !== '')
    Object.assign(raw, fromFile(file, service, Object.keys(schema.shape), problems));
  for (const key of Object.keys(schema.shape)) {
    const value = env[variableOf(key)];
    if (value !== undefined && value !== '') raw[key] = value;
  }
  const result = schema.safeParse(raw);
  if (!result.success)
    for (const issue of result.error.issues) {
      const key = String(issue.path[0] ?? '');
      const value = raw[key];
      const shown = value === undefined ? 'not set' : JSON.stringify(value);
      problems.push(`${variableOf(key)} = ${shown}: ${issue.message}`);
    }
  if (problems.length > 0 || !result.success) throw new ConfigError(`configuration of ${service}`, problems);
  return Object.freeze(result.data) as Readonly<z.infer<Schema>>;
}

/** What was parsed last, by text: services that are put together in one process read the same few files. */
const PARSED = new Map<string, unknown>();
const PARSED_MAX = 32;

/**
 * Returns what a text of YAML holds, not to be changed: whoever reads the same text is given the same.
 * *Errors*: what the parser throws.
 */
export function parsedYaml(text: string): unknown {
  if (!PARSED.has(text)) {
    if (PARSED.size >= PARSED_MAX) PARSED.clear();
    PARSED.set(text, parse(text));
  }
  return PARSED.get(text);
}

/** Returns what a file of YAML holds, as `parsedYaml`. *Errors*: InputError when it can't be read. */
export function readYaml(field: string, path: string): unknown {
  try {
    return parsedYaml(readFileSync(path, 'utf8'));
  } catch (cause) {
    const because = `cannot be read: ${(cause as Error).message}`;
    throw new InputError({ field, value: path, because, remedy: 'Correct the path or the YAML.' });
  }
}

function fromFile(
  path: string,
  service: string,
  keys: readonly string[],
  problems: string[],
): Record<string, unknown> {
  const document = readYaml('ALGO_CONFIG_FILE', path);
  const sections = z.record(z.string(), z.record(z.string(), z.unknown())).safeParse(document ?? {});
  if (!sections.success) {
    problems.push(
      `${path}: not a list of sections with keys, such as "decision:" above "account: paper-main"`,
    );
    return {};
  }
  const values: Record<string, unknown> = {};
  for (const section of ['engine', service])
    for (const [name, value] of Object.entries(sections.data[section] ?? {})) {
      const key = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      if (keys.includes(key)) values[key] = value;
      else if (section === service)
        problems.push(
          `${path}: ${service}.${name} is not a setting of ${service}; it has ${keys.join(', ')}`,
        );
    }
  return values;
}
