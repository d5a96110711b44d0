import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigError } from './read-config.ts';

/** What is wrong at a place of a file. */
export interface YamlProblem {
  readonly at: readonly string[];
  readonly because: string;
}

/** What a file is held against. `each`: what one of its entries is called, such as *limit*. */
export interface YamlShape<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly each: string;
  /** Finds what the schema can't know. */
  readonly judge?: (read: z.infer<Schema>) => readonly YamlProblem[];
}

/**
 * Returns what a text of YAML says, by its schema and as it is written; all values come to the schema as
 * text, so that no number loses digits on its way to a decimal. *Errors*: ConfigError with every problem:
 * line, field, value, what is expected.
 */
export function parseYaml<Schema extends z.ZodType>(
  text: string,
  path: string,
  { schema, each, judge = () => [] }: YamlShape<Schema>,
): { readonly read: z.infer<Schema>; readonly said: unknown } {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    throw new ConfigError(
      path,
      document.errors.map(({ message, pos }) => `line ${lines.linePos(pos[0]).line}: ${message}`),
    );
  const said: unknown = document.toJS();
  const result = schema.safeParse(said ?? {});
  const wrong = result.success
    ? judge(result.data)
    : result.error.issues.flatMap((issue) => problemsOf(issue, each));
  if (wrong.length > 0 || !result.success)
    throw new ConfigError(
      path,
      wrong.map((one) => spelled(one, document, lines)),
    );
  return { read: result.data, said };
}

function problemsOf(issue: z.core.$ZodIssue, each: string): readonly YamlProblem[] {
  const at = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ at, because: issue.message }];
  return issue.keys.map((key) => ({
    at: [...at, key],
    because: `not a ${each}; correct its name or remove it`,
  }));
}

function spelled({ at, because }: YamlProblem, document: Document, lines: LineCounter): string {
  const node = [...at.keys(), at.length]
    .toReversed()
    .map((depth) => document.getIn(at.slice(0, depth), true))
    .find((found) => isNode(found));
  const line = isNode(node) ? lines.linePos(node.range?.[0] ?? 0).line : 1;
  const value: unknown = document.getIn(at);
  const shown = value === undefined ? 'not set' : isNode(value) ? 'a section' : JSON.stringify(value);
  return `line ${line}: ${at.join('.')} = ${shown}: ${because}`;
}
