import { codecs, FAMILIES, type FamilyPlan, REQUESTS, type ServiceName } from '@algo/contracts';
import ts from 'typescript';
import type { SourceFile } from './rule.ts';

/** Where the words are defined, or only tried: nobody speaks there. */
const NOT_A_SPEAKER = /^libs\/(contracts|model|testkit)\/|\.test\.ts$|\/(testing|bench)\//;

const plans = Object.values<FamilyPlan>(FAMILIES);
const requests = Object.values<{
  messages: readonly string[];
  clients: readonly ServiceName[];
  servers: readonly ServiceName[];
}>(REQUESTS);

/** Returns who may say a message; null when it has no place in the topology. */
function speakersOf(message: string): readonly string[] | null {
  const plan = plans.find(({ messages }) => messages.includes(message));
  if (plan !== undefined) return plan.publishers;
  const asked = requests.find(({ messages }) => messages.includes(message));
  if (asked !== undefined) return asked.clients;
  return message.endsWith('Reply') ? requests.flatMap(({ servers }) => servers) : null;
}

/** Returns the messages of the contracts that stand in no family and no request, and are no reply. */
export function withoutPlace(): string[] {
  return Object.keys(codecs).filter((message) => speakersOf(message) === null);
}

/**
 * Returns the words by which a file makes messages: the codecs that encode or are handed on, and the
 * texts that become a value. Who decodes, compares, handles a `case` or declares a type only reads.
 */
export function wordsSaid({ syntax }: SourceFile): Set<string> {
  const said = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && becomesValue(node)) said.add(node.text);
    if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'codecs' && !isRead(node.parent))
      said.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  if (syntax !== null) visit(syntax);
  return said;
}

function becomesValue({ parent }: ts.StringLiteral): boolean {
  if (ts.isCallExpression(parent)) return true; // say(GapFilled, gap)
  return ts.isPropertyAssignment(parent) || ts.isConditionalExpression(parent) || ts.isAsExpression(parent);
}

function isRead(parent: ts.Node): boolean {
  return ts.isPropertyAccessExpression(parent) && ['decode', 'type'].includes(parent.name.text);
}

/** Returns the messages that none of those says who may. */
export function unspoken(files: readonly SourceFile[]): string[] {
  const production = files
    .filter(({ path }) => /^(libs|services)\/.*\.ts$/.test(path) && !NOT_A_SPEAKER.test(path))
    .map((file) => ({ speaker: speakerAt(file.path), words: wordsSaid(file) }));
  return Object.keys(codecs).filter((message) => {
    const may = speakersOf(message);
    return !production.some(
      ({ speaker, words }) => words.has(message) && (speaker === null || (may?.includes(speaker) ?? true)),
    );
  });
}

/** Returns the process that a file is of; null for a library that several share. */
function speakerAt(path: string): string | null {
  return path.startsWith('libs/cli/') ? 'cli' : (/^services\/([^/]+)\//.exec(path)?.[1] ?? null);
}
