import { isCode, type SourceFile } from './rule.ts';

export const FILE_LINES_MAX = 300;
export const LINE_WIDTH_MAX = 110;

/**
 * By path: how many lines a known long file has, and how many over-wide lines a file has. Both
 * only ever shrink.
 */
export type Ratchet = {
  readonly longFiles: Readonly<Record<string, number>>;
  readonly wideLines: Readonly<Record<string, number>>;
};

/** The exceptions that the tree needs as it is: what a true ratchet.json says. */
export function measureSizes(files: readonly SourceFile[]): Ratchet {
  const code = files.filter(({ path }) => isCode(path));
  const longFiles = code.map((file) => [file.path, lengthOf(file)] as const);
  const wideLines = code.map((file) => [file.path, wideLinesOf(file).length] as const);
  return {
    longFiles: Object.fromEntries(longFiles.filter(([, lines]) => lines > FILE_LINES_MAX)),
    wideLines: Object.fromEntries(wideLines.filter(([, lines]) => lines > 0)),
  };
}

/** What is wrong between the tree and the list of known exceptions; empty when the list is exactly true. */
export function judgeSizes(files: readonly SourceFile[], known: Ratchet): string[] {
  const actual = measureSizes(files);
  return [
    ...compare(actual.longFiles, known.longFiles, (path, lines, allowed = FILE_LINES_MAX) => {
      return `${path}:${allowed + 1} has ${lines} lines, at most ${allowed}; move one concept out`;
    }),
    ...compare(actual.wideLines, known.wideLines, (path, lines, allowed = 0) => {
      const first = wideLinesOf(files.find((file) => file.path === path))[0];
      const most = `at most ${allowed}; break them`;
      return `${path}:${first} and so on: ${lines} lines wider than ${LINE_WIDTH_MAX}, ${most}`;
    }),
  ];
}

function compare(
  actual: Readonly<Record<string, number>>,
  known: Readonly<Record<string, number>>,
  grown: (path: string, size: number, allowed: number | undefined) => string,
): string[] {
  const overgrown = Object.entries(actual).flatMap(([path, size]) => {
    const allowed = known[path];
    return size > (allowed ?? 0) ? [grown(path, size, allowed)] : [];
  });
  const slack = Object.entries(known).flatMap(([path, allowed]) => {
    const size = actual[path];
    if (size === undefined) return [`test/tidy/ratchet.json: ${path} needs no exception any more; delete it`];
    return size < allowed
      ? [`test/tidy/ratchet.json: ${path} shrank from ${allowed} to ${size}; write ${size}`]
      : [];
  });
  return [...overgrown, ...slack];
}

function lengthOf({ lines }: SourceFile): number {
  return lines.at(-1) === '' ? lines.length - 1 : lines.length;
}

function wideLinesOf(file: SourceFile | undefined): number[] {
  return (file?.lines ?? []).flatMap((line, index) => (line.length > LINE_WIDTH_MAX ? [index + 1] : []));
}
