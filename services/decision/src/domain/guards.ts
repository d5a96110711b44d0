import {
  type Check,
  haltScopeKey,
  type MarketState,
  type Reach,
  type RefusalCode,
  type TimeUs,
  type TradingModes,
  US_PER_MINUTE,
  US_PER_SECOND,
} from '@algo/model';
import { clockWords, gate } from '@algo/strategy';
import type { DecisionLimits } from './decision-limits.ts';
import type { Exposure } from './exposure.ts';

/** Above this a price is a fault of the data; doubles lose the ticks up there anyway. */
export const PRICE_MAX = 1e12;

/** So long after the first trade the longest window of order flow is full. */
const WINDOWS_FULL_US = 15 * US_PER_MINUTE;

/** What a proposal is held against before it may become an order. */
export interface GuardInput {
  readonly state: MarketState;
  readonly reach: Reach;
  readonly nowUs: TimeUs;
  readonly maxPositions: number;
  readonly tradeOnIncomplete: boolean;
  readonly limits: DecisionLimits;
  readonly modes: TradingModes;
  /** Why the exchange doesn't trade the instrument; null while it does. */
  readonly untraded: string | null;
  readonly exposure: Exposure;
}

/** `refused` is null when every guard held. `checks` ends with the first one that did not. */
export interface GuardVerdict {
  readonly checks: readonly Check[];
  readonly refused: { readonly code: RefusalCode; readonly detail: string } | null;
}

interface Guard {
  readonly code: RefusalCode;
  readonly check: Check;
  readonly detail: string;
}

/** Holds a proposal against the state of the account and of its data; the first guard that fails ends it. */
export function guard(input: GuardInput): GuardVerdict {
  // Said only where it stops something: nearly always it is as it must be.
  if (input.untraded !== null) {
    const refused = { code: 'INSTRUMENT_SHUT', detail: input.untraded } as const;
    return { checks: [yes('guard.listing', false, input.untraded)], refused };
  }
  const checks: Check[] = [];
  for (const next of GUARDS) {
    const { code, check, detail } = next(input);
    checks.push(check);
    if (check.passed !== true) return { checks, refused: { code, detail } };
  }
  return { checks, refused: null };
}

const GUARDS: readonly ((input: GuardInput) => Guard)[] = [
  tradingMode,
  completeData,
  soundPrice,
  freshState,
  freeInstrument,
  coolDown,
  positionLimit,
];

/** Reducing and halted both forbid entries. */
function tradingMode({ modes, reach }: GuardInput): Guard {
  const limit = modes.binding(reach);
  const detail = limit === null ? '' : `${haltScopeKey(limit.scope)} is ${limit.mode}: ${limit.reason}`;
  const check = yes('guard.trading_mode', limit === null, limit === null ? 'active' : detail);
  return { code: 'HALTED', check, detail };
}

function completeData({ state, tradeOnIncomplete }: GuardInput): Guard {
  const missing = missingWords(state);
  const allowed = tradeOnIncomplete ? `${missing}, which the configuration allows` : missing;
  const note = state.complete ? 'no open gap in the windows' : allowed;
  const check = yes('guard.complete_data', state.complete || tradeOnIncomplete, note);
  return { code: 'DEGRADED_DATA', check, detail: note };
}

function missingWords({ sinceUs, timeUs }: MarketState): string {
  const fullUs = (sinceUs ?? 0) + WINDOWS_FULL_US;
  return sinceUs !== null && timeUs < fullUs
    ? `trades are seen since ${clockWords(sinceUs)}, the windows are full from ${clockWords(fullUs)} on`
    : 'an open feed gap touches the windows';
}

function soundPrice({ state }: GuardInput): Guard {
  const check = gate(
    'guard.price',
    state.price,
    PRICE_MAX,
    (x) => x > 0 && x < PRICE_MAX,
    'above 0 and sane',
  );
  return { code: 'DEGRADED_DATA', check, detail: `price=${state.price}` };
}

function freshState({ state, nowUs, limits }: GuardInput): Guard {
  const age = (nowUs - state.timeUs) / US_PER_SECOND;
  const limit = limits.staleUs / US_PER_SECOND;
  const check = gate('guard.age_seconds', age, limit, (x) => x <= limit, 'behind the newest event');
  return { code: 'STALE_STATE', check, detail: `age_seconds=${age}, max=${limit}` };
}

function freeInstrument({ exposure, reach }: GuardInput): Guard {
  const held = exposure.occupied(reach.instrument);
  const detail =
    held === null
      ? ''
      : held.what === 'position'
        ? `position=${held.id} is open`
        : `entry=${held.id} is pending`;
  const check = yes('guard.free_instrument', held === null, held === null ? 'no position, no entry' : detail);
  return { code: 'POSITION_OPEN', check, detail };
}

function coolDown({ exposure, reach, nowUs, limits }: GuardInput): Guard {
  const closedUs = exposure.closedUs(reach.instrument);
  const limit = limits.coolDownUs / US_PER_SECOND;
  if (closedUs === null)
    return {
      code: 'COOL_DOWN',
      check: { ...yes('guard.cool_down_seconds', true, 'no close within it'), threshold: limit },
      detail: '',
    };
  const since = (nowUs - closedUs) / US_PER_SECOND;
  const check = gate('guard.cool_down_seconds', since, limit, (x) => x >= limit, 'since the last close');
  return { code: 'COOL_DOWN', check, detail: `closed_seconds_ago=${since}, cool_down=${limit}` };
}

function positionLimit({ exposure, maxPositions }: GuardInput): Guard {
  const count = exposure.count();
  const check = gate('guard.positions', count, maxPositions, (x) => x < maxPositions, 'open or asked for');
  return { code: 'POSITION_LIMIT', check, detail: `positions=${count}, max=${maxPositions}` };
}

function yes(name: string, passed: boolean, note: string): Check {
  return { name, value: null, threshold: null, passed, points: null, pointsMax: null, note };
}
