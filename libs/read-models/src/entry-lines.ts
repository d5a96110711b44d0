import {
  type EntryCause,
  type EntryStanding,
  entryCauseWords,
  entryRemedyWords,
  haltScopeKey,
  isoTime,
  isShut,
} from '@algo/model';

/** Returns whether entries pass in plain words, then a line for each cause with what ends it. */
export function entryLines(standing: EntryStanding): string[] {
  const { causes, more } = standing;
  const head = causes.length === 0 ? 'pass' : isShut(standing) ? 'stopped' : 'stopped in part';
  return [
    `entries ${head}`,
    ...causes.map(causeLine),
    ...(more === 0 ? [] : [`  and ${more} more that are not listed`]),
  ];
}

/** Returns the same as one line, without what ends it. */
export function entrySummary(standing: EntryStanding): string {
  const [head] = entryLines(standing);
  const causes = standing.causes.map((cause) => `${haltScopeKey(cause.scope)}: ${entryCauseWords(cause)}`);
  return causes.length === 0 ? head! : `${head}: ${causes.join('; ')}`;
}

function causeLine(cause: EntryCause): string {
  const since = isoTime(cause.sinceUs).slice(0, 19).replace('T', ' ');
  const where = haltScopeKey(cause.scope);
  return `  ${where}: ${entryCauseWords(cause)}, since ${since} UTC; ${entryRemedyWords(cause)}`;
}
