import type { Fill } from '@algo/model';
import { nameOf } from './fill-signs.ts';

/** Returns what names the fills that are asked for; a list that has not grown is not gone through again. */
export function namedFills(isAskedFor: (fill: Fill) => boolean) {
  let [size, last] = [0, undefined as Fill | undefined];
  let named: ReadonlyMap<string, Fill> = new Map();
  return (fills: readonly Fill[] | undefined): ReadonlyMap<string, Fill> | undefined => {
    if (fills !== undefined && (fills.length !== size || fills.at(-1) !== last)) {
      [size, last] = [fills.length, fills.at(-1)];
      named = new Map(fills.filter(isAskedFor).map((fill) => [nameOf(fill), fill]));
    }
    return fills && named;
  };
}
