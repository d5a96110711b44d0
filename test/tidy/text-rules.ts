import { findInLines, isCode, type Rule } from './rule.ts';

export const ownedReminders: Rule = {
  name: 'owned-reminders',
  appliesTo: () => true,
  check: (file) =>
    findInLines(
      file,
      /\b(TO[D]O|FIX[M]E)\b(?!\(#\d+\))/,
      ([word]) => `${word}; do it now, or write ${word}(#issue)`,
    ),
};

export const noMachinePaths: Rule = {
  name: 'no-machine-paths',
  appliesTo: () => true,
  check: (file) =>
    findInLines(
      file,
      /(?<![\w.}])(\/root\/|\/home\/\w|\/Users\/\w|\/work\/\w|\b[A-Z]:\\\\?Users)/,
      ([path]) => {
        return `${path} is a path of one machine; use a path relative to the checkout, or os.tmpdir()`;
      },
    ),
};

export const noRawAddresses: Rule = {
  name: 'no-raw-addresses',
  appliesTo: () => true,
  check: (file) =>
    findInLines(
      file,
      /\b[a-z][a-z0-9+]*:\/\/(?:[^\s/@]*@)?(?!127\.0\.0\.1\b)(\d{1,3}(\.\d{1,3}){3})\b/i,
      ([url]) => {
        return `${url}; name the host, or take it from the configuration (127.0.0.1 is fine)`;
      },
    ),
};

const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
const SAYS_NOTHING = new Set(['util', 'utils', 'helper', 'helpers', 'manager', 'common', 'misc', 'part2']);

export const tellingNames: Rule = {
  name: 'telling-names',
  appliesTo: (path) => isCode(path) || /\.(css|sh)$/.test(path),
  check: ({ path }) => {
    const names = path.split('/');
    const bent = names.find((name) => !KEBAB.test(name));
    if (bent)
      return [
        {
          line: 1,
          message: `"${bent}" is not kebab-case; name it after what it exports, like order-journal.ts`,
        },
      ];
    const words = names.flatMap((name) => (name.split('.')[0] ?? '').split('-'));
    const empty = words.find((word) => SAYS_NOTHING.has(word));
    return empty ? [{ line: 1, message: `"${empty}" says nothing; name it after what it exports` }] : [];
  },
};

const ROOT_LINES_MAX = 80;

export const thinRoots: Rule = {
  name: 'thin-roots',
  appliesTo: (path) => /^services\/[^/]+\/src\/main\.ts$/.test(path),
  check: ({ lines }) => {
    if (lines.length - 1 <= ROOT_LINES_MAX) return [];
    return [
      {
        line: ROOT_LINES_MAX + 1,
        message: `main.ts has ${lines.length - 1} lines, at most ${ROOT_LINES_MAX}; it only builds things`,
      },
    ];
  },
};
