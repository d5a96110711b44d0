// Judgement is a function of its input: no clock, chance, process or I/O where decisions are made.
import ts from 'typescript';
import { findInSyntax, importedModule, isCode, isTest, type Rule } from './rule.ts';

const PURE = /^(services\/[^/]+\/src\/domain|libs\/(model|indicators|simulation|strategy))\//;

const OBJECTS: Readonly<Record<string, string>> = {
  performance: 'take the time from the input',
  process: 'pass the value in from main.ts',
  console: 'return the fact, and let the shell log it',
  crypto: 'derive ids with hashId, take keys from the shell',
};

const CALLS: Readonly<Record<string, string>> = {
  setTimeout: 'return the time at which to look again',
  setInterval: 'return the time at which to look again',
  setImmediate: 'stay synchronous, the shell decides when to yield',
  queueMicrotask: 'stay synchronous, the shell decides when to yield',
  fetch: 'ask through a port in adapters/',
};

const MEMBERS: Readonly<Record<string, string>> = {
  'Date.now': 'use the time carried by the input',
  'Math.random': 'use a seeded generator handed in, or hashId of the cause',
};

export const pureDomain: Rule = {
  name: 'pure-domain',
  appliesTo: (path) => PURE.test(path) && isCode(path) && !isTest(path),
  check: (file) =>
    findInSyntax(file, (node) => {
      const module = importedModule(node);
      if (module?.startsWith('node:')) return `imports ${module}; do I/O in adapters/ and pass the result in`;
      if (ts.isNewExpression(node)) return bareDate(node.expression, node.arguments?.length ?? 0);
      if (ts.isCallExpression(node)) return bareDate(node.expression, 0) ?? bannedCall(node.expression);
      return ts.isPropertyAccessExpression(node) ? bannedMember(node) : null;
    }),
};

function bareDate(callee: ts.Expression, argumentCount: number): string | null {
  if (!ts.isIdentifier(callee) || callee.text !== 'Date' || argumentCount > 0) return null;
  return 'reads the clock with Date; use the time carried by the input';
}

function bannedCall(callee: ts.Expression): string | null {
  const replacement =
    ts.isIdentifier(callee) && Object.hasOwn(CALLS, callee.text) ? CALLS[callee.text] : null;
  return replacement ? `calls ${callee.getText()}; ${replacement}` : null;
}

function bannedMember({ expression, name }: ts.PropertyAccessExpression): string | null {
  if (!ts.isIdentifier(expression)) return null;
  const member = `${expression.text}.${name.text}`;
  if (Object.hasOwn(MEMBERS, member)) return `uses ${member}; ${MEMBERS[member]}`;
  return Object.hasOwn(OBJECTS, expression.text) ? `uses ${member}; ${OBJECTS[expression.text]}` : null;
}

const MAY_READ_ENVIRONMENT = /(^|\/)config\.ts$|^scripts\/|^libs\/testkit\//;

export const environmentInConfig: Rule = {
  name: 'environment-in-config',
  appliesTo: (path) => isCode(path) && !MAY_READ_ENVIRONMENT.test(path),
  check: (file) =>
    findInSyntax(file, (node) => {
      if (!ts.isPropertyAccessExpression(node) || node.name.text !== 'env') return null;
      const isProcess = ts.isIdentifier(node.expression) && node.expression.text === 'process';
      return isProcess ? 'reads process.env; read it in config.ts and pass the value in' : null;
    }),
};

export const domainDocstrings: Rule = {
  name: 'domain-docstrings',
  appliesTo: (path) => /^services\/[^/]+\/src\/domain\//.test(path) && isCode(path) && !isTest(path),
  check: (file) =>
    findInSyntax(file, (node) => {
      if (!isDeclaration(node) || !node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
        return null;
      if (ts.getJSDocCommentsAndTags(node).length > 0) return null;
      return `${declaredName(node)} is exported without a docstring; say what it returns or means`;
    }),
};

type Declaration =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.VariableStatement;

function isDeclaration(node: ts.Node): node is Declaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isVariableStatement(node)
  );
}

function declaredName(node: Declaration): string {
  if (!ts.isVariableStatement(node)) return node.name?.text ?? 'the default export';
  return node.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
}
