import { hashId, type TimeUs, US_PER_SECOND } from '@algo/model';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** Two characters for each ten bits. */
const PAIRS = Array.from({ length: 1_024 }, (_, bits) => ALPHABET[bits >> 5]! + ALPHABET[bits & 31]!);
/** Characters of the hash: 50 bits. */
const CAUSE_CHARACTERS = 10;

/** Returns an id by its time, and by a count where there may be several at one. */
export type TimedIds<Id extends string> = (timeUs: TimeUs, count?: number) => Id;

/**
 * Returns how things of one cause are named, by when each is: the cause is hashed once, and nothing for each
 * of them, which would cost more than all else. *Shape*: 18 characters,
 * 4 more where the time has parts of a second, and 4 for a count.
 */
export function timedIds<Id extends string>(...causes: readonly string[]): TimedIds<Id> {
  const cause = hashId(...causes).slice(0, CAUSE_CHARACTERS);
  return (timeUs, count) => {
    const second = Math.floor(timeUs / US_PER_SECOND);
    const us = timeUs - second * US_PER_SECOND;
    const high = Math.floor(second / 2 ** 20);
    const time = pair(high >> 10) + pair(high) + pair(second >> 10) + pair(second);
    const part = us === 0 ? '' : pair(us >> 10) + pair(us);
    // Letters and digits alone: what every id accepts.
    return (cause + time + part + (count === undefined ? '' : pair(count >> 10) + pair(count))) as Id;
  };
}

/** Returns the lowest ten bits of a whole number. */
function pair(value: number): string {
  return PAIRS[value & 1_023]!;
}
