import { ENGINE_ACTOR, type HaltScope, type StandingMode, type TimeUs, type TradingModes } from '@algo/model';

/** Limits a scope by execution's own word, until a person sets it active. Returns what stands newly by it. */
export function latch(
  modes: TradingModes,
  scope: HaltScope,
  mode: StandingMode['mode'],
  reason: string,
  timeUs: TimeUs,
): StandingMode | null {
  return modes.tighten({ scope, mode, reason, by: `${ENGINE_ACTOR}execution`, latched: true, timeUs });
}
