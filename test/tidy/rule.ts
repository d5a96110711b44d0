import ts from 'typescript';

/** One file of the checkout, parsed when it is code that we can parse. */
export type SourceFile = {
  /** Relative to the checkout, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly syntax: ts.SourceFile | null;
};

export type Finding = { readonly line: number; readonly message: string };

/**
 * A house rule: which files it judges, and what it finds in one. The message ends with what to write instead.
 */
export type Rule = {
  readonly name: string;
  readonly appliesTo: (path: string) => boolean;
  readonly check: (file: SourceFile) => Finding[];
};

const PARSED = /\.(ts|mts|tsx|mjs|cjs)$/;

export function parseSource(path: string, text: string): SourceFile {
  const syntax = PARSED.test(path) ? ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) : null;
  return { path, text, lines: text.split('\n'), syntax };
}

/** Findings as `path:line rule: message`, without the lines that carry (or follow) a `tidy-ok: reason`. */
export function applyRule(rule: Rule, file: SourceFile): string[] {
  if (!rule.appliesTo(file.path)) return [];
  return rule
    .check(file)
    .filter(({ line }) => !isExcused(file, line))
    .map(({ line, message }) => `${file.path}:${line} ${rule.name}: ${message}`);
}

function isExcused({ lines }: SourceFile, line: number): boolean {
  return [line - 1, line - 2].some((index) => /(\/\/|#|<!--) tidy-ok: \S/.test(lines[index] ?? ''));
}

/** Walks every node of a parsed file; `find` returns the message for a node that breaks the rule. */
export function findInSyntax(file: SourceFile, find: (node: ts.Node) => string | null): Finding[] {
  const { syntax } = file;
  if (!syntax) return [];
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    const message = find(node);
    if (message) findings.push({ line: lineOf(syntax, node), message });
    ts.forEachChild(node, visit);
  };
  visit(syntax);
  return findings;
}

/** Runs a pattern over each line; `message` sees the match and may let it pass by returning null. */
export function findInLines(
  file: SourceFile,
  pattern: RegExp,
  message: (match: RegExpExecArray) => string | null,
): Finding[] {
  return file.lines.flatMap((text, index) => {
    const match = new RegExp(pattern).exec(text);
    const found = match && message(match);
    return found ? [{ line: index + 1, message: found }] : [];
  });
}

export function lineOf(syntax: ts.SourceFile, node: ts.Node): number {
  return syntax.getLineAndCharacterOfPosition(node.getStart(syntax)).line + 1;
}

/** The module a static or dynamic import or re-export names, or null for any other node. */
export function importedModule(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)
      ? node.moduleSpecifier.text
      : null;
  }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return null;
  const [first] = node.arguments;
  return first && ts.isStringLiteral(first) ? first.text : null;
}

/** A test, or what only tests use: a folder testing/, which the import rules keep out of all that ships. */
export const isTest = (path: string): boolean => /\.test\.(ts|mjs)$|\/testing\/[^/]+$/.test(path);
export const isCode = (path: string): boolean => PARSED.test(path);
