import { US_PER_MS, US_PER_SECOND } from '@algo/model';

/**
 * What one reading of a file shows. *Units*: µs since 1970. *Shape*: `rows` all of them, but `repeated` ones:
 * equal to one before, or with its name and time where rows are only named; `odd` have no readable time,
 * price, quantity or side; `timed` have a time, `minutes` of them a whole minute; `counted` an id that is a
 * whole number, `named` one that isn't; `back` rows are older than the one before, `forth` newer, by at most
 * `backMaxUs`; `idsBack` have no higher id than the one before, `idsForth` have one; `idsDisagreeUs` is how
 * far times step back when rows are put in the order of ids.
 */
export interface Survey {
  readonly rows: number;
  readonly odd: number;
  readonly timed: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly back: number;
  readonly forth: number;
  readonly backMaxUs: number;
  readonly counted: number;
  readonly named: number;
  readonly repeated: number;
  readonly minutes: number;
  readonly idsBack: number;
  readonly idsForth: number;
  readonly idsDisagreeUs: number;
}

/**
 * How the rows of a file are read. *Shape*: `hasIds`: ids count the trades of the venue; else rows are
 * numbered as they come, and nobody can see whether one is missing. `words` say to a person what is unusual.
 */
export interface RowOrder {
  readonly sort: 'none' | 'reversed' | 'id' | 'time';
  readonly hasIds: boolean;
  readonly words: readonly string[];
}

/** Clocks of one venue's machines differ by less; a row that is older by less is as old as the one before. */
export const STUTTER_MAX_US = 10 * US_PER_SECOND;

/** With so many ids that are whole numbers the others are faults, each refused by itself. */
const COUNTED_SHARE_MIN = 0.9;

/** Within so much of time ids may be in another order than times, and still count trades as they happened. */
const DISAGREE_MAX_US = US_PER_SECOND;

const FAR_BACK =
  `rows are older than the one before by more than ${STUTTER_MAX_US / US_PER_SECOND} s ` +
  'though their ids go on: each such row is refused';

/** Returns whether the ids of a file are whole numbers; a few that aren't are faults. */
export function countsTrades({ rows, counted }: Pick<Survey, 'rows' | 'counted'>): boolean {
  return counted >= COUNTED_SHARE_MIN * rows;
}

/** Returns in which order rows are to be read, and what of their ids is to be believed. */
export function rowOrder(survey: Survey): RowOrder {
  const { back, forth, backMaxUs, named, idsBack, idsForth, idsDisagreeUs } = survey;
  const isCounted = countsTrades(survey);
  const numbered = 'rows are numbered as they come, so that a missing trade cannot be seen';
  const ids = named > 0 ? `ids are names: ${numbered}` : `no ids: ${numbered}`;
  const stutters =
    back > 0
      ? [`${back} rows are older than the one before, by ${backMaxUs / US_PER_MS} ms at most: at its time`]
      : [];
  if (isCounted) {
    if (idsBack === 0)
      return { sort: 'none', hasIds: true, words: backMaxUs <= STUTTER_MAX_US ? stutters : [FAR_BACK] };
    if (idsDisagreeUs <= DISAGREE_MAX_US) {
      if (idsForth === 0 && forth === 0)
        return { sort: 'reversed', hasIds: true, words: ['newest first: read from its end'] };
      return {
        sort: 'id',
        hasIds: true,
        words: [`${idsBack} rows are not in the order of their ids: put in it`],
      };
    }
    const anew = `ids begin anew or are of several counts (${idsBack} times back): ${numbered}`;
    return { ...byTime(back, forth, backMaxUs), hasIds: false, words: [anew, ...stutters] };
  }
  const order = byTime(back, forth, backMaxUs);
  return { sort: order.sort, hasIds: false, words: [ids, ...order.words] };
}

function byTime(back: number, forth: number, backMaxUs: number): Pick<RowOrder, 'sort' | 'words'> {
  if (back === 0) return { sort: 'none', words: [] };
  if (forth === 0) return { sort: 'reversed', words: ['newest first: read from its end'] };
  if (backMaxUs <= STUTTER_MAX_US)
    return { sort: 'none', words: [`${back} rows are older than the row before: taken at its time`] };
  return { sort: 'time', words: [`${back} rows are older than the row before: put in the order of time`] };
}
