import { dirname, join, normalize } from 'node:path/posix';
import ts from 'typescript';
import {
  type Finding,
  findInLines,
  findInSyntax,
  importedModule,
  isCode,
  isTest,
  type Rule,
} from './rule.ts';

export const noTypeHoles: Rule = {
  name: 'no-type-holes',
  appliesTo: isCode,
  check: (file) => [...holesInSyntax(file), ...castsOfOthers(file), ...holesInComments(file)],
};

const holesInSyntax: Rule['check'] = (file) =>
  findInSyntax(file, (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) return 'any; name the type, or take unknown and check it';
    if (!ts.isAsExpression(node) || !ts.isAsExpression(node.expression)) return null;
    const isDouble = node.expression.type.kind === ts.SyntaxKind.UnknownKeyword;
    return isDouble ? 'as unknown as; check the value, or mend the type it comes from' : null;
  });

/** What only its maker may cast to, and the file of the maker. */
const MAKERS = new Map([['Admitted', 'services/execution/src/domain/handlers/admitted.ts']]);

const castsOfOthers: Rule['check'] = (file) =>
  findInSyntax(file, (node) => {
    if (!ts.isAsExpression(node)) return null;
    const maker = MAKERS.get(node.type.getText());
    return maker === undefined || maker === file.path
      ? null
      : `as ${node.type.getText()}; only ${maker} makes one`;
  });

const holesInComments: Rule['check'] = (file): Finding[] =>
  findInLines(file, /@ts-(ignore|nocheck|expect-error)/, ([directive, kind]) => {
    // A test may state that something must not compile.
    if (kind === 'expect-error' && isTest(file.path)) return null;
    return `${directive}; mend the type`;
  });

const RUNNERS = new Set(['test', 'it', 'describe']);
const PARKED = new Set(['only', 'skip', 'todo', 'failing']);
const OLD_SPELLINGS = new Set(['fit', 'xit', 'xtest', 'fdescribe', 'xdescribe']);

export const everyTestRuns: Rule = {
  name: 'every-test-runs',
  appliesTo: isTest,
  check: (file) =>
    findInSyntax(file, (node) => {
      if (
        ts.isCallExpression(node) &&
        ts.isIdentifier(node.expression) &&
        OLD_SPELLINGS.has(node.expression.text)
      ) {
        return `${node.expression.text}; run the test or delete it`;
      }
      if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return null;
      const isParked = RUNNERS.has(node.expression.text) && PARKED.has(node.name.text);
      return isParked ? `${node.getText()}; run the test or delete it` : null;
    }),
};

/** The one file that packages may open by path: it must run before any package is installed. */
const SHARED_BY_PATH = new Set(['scripts/nats-server.mjs']);

export const throughPackageDoors: Rule = {
  name: 'through-package-doors',
  appliesTo: isCode,
  check: (file) =>
    findInSyntax(file, (node) => {
      const module = importedModule(node);
      if (!module?.startsWith('.')) return null;
      const target = normalize(join(dirname(file.path), module));
      if (packageOf(target) === packageOf(file.path) || SHARED_BY_PATH.has(target)) return null;
      return `imports ${target} by path; import the package by its name, @algo/…`;
    }),
};

function packageOf(path: string): string {
  return /^(libs|services)\/[^/]+/.exec(path)?.[0] ?? /^[^/]+\//.exec(path)?.[0] ?? '';
}
