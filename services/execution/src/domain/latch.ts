import {
  ENGINE_ACTOR,
  type EntryCauseCode,
  type HaltScope,
  type QuarantineProblem,
  type StandingMode,
  type TimeUs,
  type TradingModes,
} from '@algo/model';

/** What execution itself has found to be wrong, so that a person must look before entries pass again. */
const LATCH_CODES = ['CONSERVATION', 'ENTRY_COUNT_MAX', 'VENUE_REJECTS'] as const satisfies EntryCauseCode[];
/** One of LATCH_CODES. */
export type LatchCode = (typeof LATCH_CODES)[number];

const ACTOR = `${ENGINE_ACTOR}execution`;

/** Limits a scope by execution's own word, until a person sets it active. Returns what stands newly by it. */
export function latch(
  modes: TradingModes,
  scope: HaltScope,
  mode: StandingMode['mode'],
  reason: LatchCode | QuarantineProblem,
  timeUs: TimeUs,
): StandingMode | null {
  return modes.tighten({ scope, mode, reason, by: ACTOR, latched: true, timeUs });
}

/** Returns the code of a limit: execution's own where it is one, else what it forbids. */
export function codeOf({ by, reason, mode }: StandingMode): EntryCauseCode {
  const own = by === ACTOR ? LATCH_CODES.find((code) => code === reason) : undefined;
  return own ?? (mode === 'halted' ? 'HALTED' : 'REDUCE_ONLY');
}
