import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '@algo/model';
import { deny, type Handler, notionalOf } from './handler.ts';

/** C5: entries per minute. Exits and cancels are never held back, so they aren't counted here. */
const entryRate: Handler = ({ nowUs, pace, limits }) => {
  const max = limits.entriesPerMinuteMax;
  if (max === null) return deny('NO_LIMIT_CONFIGURED', { limit: 'entries_per_minute_max' });
  const recent = pace.since(nowUs - US_PER_MINUTE).count;
  return recent < max ? null : deny('ORDER_RATE_MAX', { entries_last_minute: recent, max });
};

/** C2: what all entries of a minute come to. A decision enters once, so its own sum is that of its order. */
const entrySum: Handler = (context) => {
  const max = context.limits.entryNotionalPerMinuteMax;
  if (max === null) return deny('NO_LIMIT_CONFIGURED', { limit: 'entry_notional_per_minute_max' });
  const before = context.pace.since(context.nowUs - US_PER_MINUTE).notional;
  const notional = notionalOf(context);
  if (!before.plus(notional).greaterThan(max)) return null;
  return deny('ENTRY_SUM_MAX', { notional, last_minute: before, entry_notional_per_minute_max: max });
};

/** C7: the same strategy enters the same side again too soon, whatever the decision is called. */
const repeatedEntry: Handler = (context, command) => {
  const waitUs = context.instrumentLimits.repeatAfterUs;
  const own = context.pace.of(command.strategy, context.instrument.id);
  const before = own.findLast(({ side }) => side === context.request.side);
  if (before === undefined || context.nowUs - before.timeUs >= waitUs) return null;
  const agoUs = context.nowUs - before.timeUs;
  return deny('REPEATED_ENTRY', { side: before.side, ago_us: agoUs, repeat_after_us: waitUs });
};

/** C8: entries of a strategy in an instrument per hour and day. */
const entryCount: Handler = (context, { strategy }) => {
  const { instrument, instrumentLimits, nowUs, pace } = context;
  const counted = pace.of(strategy, instrument.id).filter(({ isForgiven }) => !isForgiven);
  const since = (spanUs: number) => counted.filter(({ timeUs }) => timeUs > nowUs - spanUs).length;
  const [hour, day] = [since(US_PER_HOUR), since(US_PER_DAY)];
  const { entriesPerHourMax, entriesPerDayMax } = instrumentLimits;
  if (hour < entriesPerHourMax && day < entriesPerDayMax) return null;
  return deny('ENTRY_COUNT_MAX', {
    ...{ strategy, entries_last_hour: hour, entries_per_hour_max: entriesPerHourMax },
    ...{ entries_last_day: day, entries_per_day_max: entriesPerDayMax },
  });
};

/** How often, how much and how alike entries may be; the count speaks last because it stops the strategy. */
export const PACE_CONTROLS: readonly Handler[] = [entryRate, entrySum, repeatedEntry, entryCount];
