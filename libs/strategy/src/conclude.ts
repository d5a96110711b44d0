import type { Check, Direction } from '@algo/model';
import { failures, judged } from './check.ts';
import { scoreConfluence } from './confluence.ts';
import { farBoundary, type NearZone, nearBoundary } from './nearest-zone.ts';
import type { Proposal, Refusal, StrategyInput, StrategyLevel, StrategyVerdict } from './strategy.ts';

/**
 * Returns a refusal. Its checks are worked out when somebody reads them: most refusals are only counted. The
 * detail names the checks that did not hold, or says what else was wrong.
 */
export function refuse(
  code: Refusal['code'],
  level: StrategyLevel,
  checks: () => readonly Check[],
  direction: Direction | null,
  detail: (checks: readonly Check[]) => string = failures,
): Refusal {
  const refusal: Refusal = { type: 'refusal', code, level, checks, detail };
  return direction === null ? refusal : { ...refusal, direction };
}

/**
 * The last step of most strategies: a proposal when the confluence reaches the configuration's minimum, else
 * a refusal. Stop: far boundary of the setup's zone, or of the entry zone that the filters found. Target:
 * near edge of the zone ahead. Entry score: the confluence's points. Example: 4.75 points against a minimum
 * of 3.0 → proposal with score 4.75; against 5.0 → CONFLUENCE.
 */
export function concludeByConfluence(
  input: StrategyInput,
  direction: Direction,
  checks: () => readonly Check[],
  zone: NearZone | null = null,
): StrategyVerdict {
  const confluence = scoreConfluence(input.state, direction, input.config);
  const { points, pointsMax, share, conviction } = confluence;
  const minimum = input.config.minConfluence;
  const total = () => {
    const words = `${points} of ${pointsMax} points, ${(share * 100).toFixed(1)} %, ${conviction}`;
    return judged('confluence', points, minimum, points >= minimum, words);
  };
  const all = () => [...checks(), ...confluence.checks(), total()];
  if (!(points >= minimum))
    return { ...refuse('CONFLUENCE', 4, all, direction, () => failures([total()])), confluence };
  const entryZone = zone ?? confluence.entryZone;
  const proposal: Proposal = {
    ...{ type: 'proposal', direction, level: 4, confluence, checks: all, entryScore: points },
  };
  return {
    ...proposal,
    ...(entryZone === null ? {} : { stopPrice: farBoundary(entryZone.zone) }),
    ...(confluence.targetZone === null ? {} : { targetPrice: nearBoundary(confluence.targetZone.zone) }),
  };
}
