import {
  ENGINE_ACTOR,
  type EntryCause,
  type FeedTimes,
  type HaltScope,
  type RuleBook,
  type TradingModes,
} from '@algo/model';
import type { ExecutionSettings } from './execution-settings.ts';
import type { GuardWatch } from './guard-watch.ts';
import { codeOf } from './latch.ts';
import type { ReconciliationGate } from './reconciliation-gate.ts';
import type { RejectWatch } from './reject-watch.ts';
import type { SetupWatch } from './setup-watch.ts';

/** A cause as it stands now. *Shape*: `sinceUs` null where it began when it was first found to stand. */
export type CauseNow = Omit<EntryCause, 'sinceUs'> & { readonly sinceUs: number | null };

/** All that can stop entries before anybody looks at the order itself. */
export interface EntryBars {
  readonly settings: Pick<ExecutionSettings, 'account'>;
  /** Of all instruments, each once. */
  readonly venues: readonly string[];
  readonly times: FeedTimes;
  readonly gate: ReconciliationGate;
  readonly setup: SetupWatch;
  readonly rules: Pick<RuleBook, 'shut'>;
  readonly guard: GuardWatch;
  readonly rejects: RejectWatch;
  readonly modes: TradingModes;
}

const WIDEST_FIRST = { account: 0, venue: 1, instrument: 2, strategy: 3 } as const satisfies Record<
  HaltScope['kind'],
  number
>;

/** Returns why entries do not pass now, by the newest time of any feed, widest scope first. */
export function entryCauses(bars: EntryBars): readonly CauseNow[] {
  const { gate, modes, rules, setup } = bars;
  const standing = modes.entries();
  if (standing.length === 0 && nothingBars(bars)) return NONE;
  const scope = accountOf(bars);
  const causes: CauseNow[] = [];
  const itself: Omit<CauseNow, 'code'> = { scope, sinceUs: null, untilUs: null, lift: 'itself', detail: '' };
  if (!gate.state.isHeard) causes.push({ ...itself, code: 'ACCOUNT_STREAM_LOST' });
  else if (!gate.isFresh(bars.times.newestUs())) causes.push({ ...itself, code: 'NO_RECONCILIATION' });
  if (setup.against !== null) causes.push({ ...itself, code: 'ACCOUNT_SETUP', detail: setup.against });
  for (const { instrument, reason } of gate.state.shut)
    causes.push({
      ...itself,
      code: 'BOOKS_DIFFER',
      scope: { kind: 'instrument', instrument },
      detail: reason,
    });
  for (const [instrument, detail] of setup.shut)
    causes.push({ ...itself, code: 'ACCOUNT_SETUP', scope: { kind: 'instrument', instrument }, detail });
  for (const [instrument, detail] of rules.shut)
    causes.push({ ...itself, code: 'INSTRUMENT_SHUT', scope: { kind: 'instrument', instrument }, detail });
  for (const unguarded of unguardedScopes(bars))
    causes.push({ ...itself, code: 'NO_GUARD', scope: unguarded });
  causes.push(...venueCauses(bars));
  for (const limit of standing) {
    const { scope, by, reason, latched, timeUs: sinceUs } = limit;
    const endsItself = by.startsWith(ENGINE_ACTOR) && !latched;
    const code = codeOf(limit);
    const detail = code === reason ? '' : `${reason}, by ${by}`;
    causes.push({ code, scope, sinceUs, untilUs: null, lift: endsItself ? 'itself' : 'person', detail });
  }
  if (causes.length > 1) causes.sort((a, b) => WIDEST_FIRST[a.scope.kind] - WIDEST_FIRST[b.scope.kind]);
  return causes;
}

const NONE: readonly CauseNow[] = [];

/** Whether entries pass but for what people and breakers say: most inputs find it so. */
function nothingBars({ gate, setup, rules, guard, rejects, times, venues }: EntryBars): boolean {
  const nowUs = times.newestUs();
  const { shutUntilUs, pausedUntilUs } = rejects.state;
  if (!gate.state.isHeard || !gate.isFresh(nowUs) || gate.state.shut.length > 0) return false;
  if (setup.shut.size > 0 || setup.against !== null || rules.shut.size > 0) return false;
  if (nowUs < shutUntilUs || nowUs < pausedUntilUs) return false;
  return venues.every((venue) => guard.denial(times, venue) === null);
}

/** What the venue has said or done, and how long entries wait for it. */
function venueCauses(bars: EntryBars): CauseNow[] {
  const { times, rejects } = bars;
  const { shutUntilUs, pausedUntilUs } = rejects.state;
  const causes: CauseNow[] = [];
  const about = { scope: accountOf(bars), sinceUs: null, lift: 'time', detail: '' } as const;
  if (times.newestUs() < shutUntilUs) causes.push({ ...about, code: 'VENUE_SHUT', untilUs: shutUntilUs });
  if (times.newestUs() < pausedUntilUs)
    causes.push({ ...about, code: 'VENUE_REJECTS', untilUs: pausedUntilUs });
  return causes;
}

/** Where nobody would guard a position: venues whose feed the guard says nothing of, or all. */
function unguardedScopes(bars: EntryBars): readonly HaltScope[] {
  const { venues, times, guard } = bars;
  const unguarded = venues.filter((venue) => guard.denial(times, venue) !== null);
  if (unguarded.length === venues.length) return [accountOf(bars)];
  return unguarded.map((venue) => ({ kind: 'venue', venue }));
}

function accountOf({ settings }: EntryBars): HaltScope {
  return { kind: 'account', account: settings.account };
}
