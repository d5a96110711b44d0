import { type InstrumentId, US_PER_SECOND } from '@algo/model';
import { LIVE_LIMITS, money, parseYaml, share, type YamlProblem } from '@algo/runtime';
import { z } from 'zod';
import { type InstrumentLimits, type NamedLimits, namedLimits } from '../domain/index.ts';

/** The section that holds for all that have none of their own. */
const DEFAULT = 'default';

const count = z
  .string()
  .regex(/^[1-9]\d{0,6}$/, 'expected a whole number from 1')
  .transform(Number);
const seconds = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,6})?$/, 'expected seconds such as 60 or 2.5')
  .transform((text) => Math.round(Number(text) * US_PER_SECOND));

const account = z.strictObject({
  positions_max: count,
  gross_notional_max: money,
  entries_per_minute_max: count,
  entry_notional_per_minute_max: money,
  unknown_orders_max: count,
  unknown_age_max_s: seconds,
});
const venue = z.strictObject({
  open_orders_max: count,
  rejects_max: count,
  rejects_within_s: seconds,
  rejects_pause_s: seconds,
});
const instrument = z.strictObject({
  order_notional_max: money,
  position_notional_max: money,
  collar: share,
  reference_age_max_s: seconds,
  market_stale_s: seconds,
  market_cap: share,
  open_orders_max: count,
  repeat_after_s: seconds,
  entries_per_hour_max: count,
  entries_per_day_max: count,
});

/** The default section says every limit, the others what differs. */
const sections = <Shape extends z.ZodRawShape>(whole: z.ZodObject<Shape>) =>
  z.object({ [DEFAULT]: whole }).catchall(whole.partial());
const file = z.strictObject({
  accounts: sections(account),
  venues: sections(venue),
  instruments: sections(instrument),
});

/** The same as it is written: a section's limits go over the default ones before they are read. */
const written = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.string())));

/** Whom limits are read for, and who may have a section of their own. */
export interface LimitedNames {
  readonly account: string;
  readonly accounts: readonly string[];
  readonly venue: string;
  readonly venues: readonly string[];
  readonly instruments: readonly InstrumentId[];
  /** Its orders go to a real exchange: then the default limits of an account don't do. */
  readonly isLive: boolean;
}

/** What was parsed last, and of what: a process that begins many lives reads the same text for each. */
let last: { readonly of: string; readonly limits: NamedLimits } | undefined;

/**
 * Returns one account's limits from the text of a limits file. *Errors*: ConfigError with every problem:
 * line, field, value, what is expected.
 */
export function parseLimits(text: string, path: string, names: LimitedNames): NamedLimits {
  const of = JSON.stringify([text, names]);
  if (last?.of !== of) last = { of, limits: parsedLimits(text, path, names) };
  return last.limits;
}

function parsedLimits(text: string, path: string, names: LimitedNames): NamedLimits {
  const judge = (read: z.infer<typeof file>) => misnamed(read, names);
  const { said } = parseYaml(text, path, { schema: file, each: 'limit', judge });
  const { accounts = {}, venues = {}, instruments = {} } = written.parse(said);
  const own = account.parse({ ...accounts[DEFAULT], ...accounts[names.account] });
  const at = venue.parse({ ...venues[DEFAULT], ...venues[names.venue] });
  const limits = {
    byInstrument: new Map(
      names.instruments.map((id) => [
        id,
        instrumentLimits(instrument.parse({ ...instruments[DEFAULT], ...instruments[id] })),
      ]),
    ),
    venue: {
      openOrdersMax: at.open_orders_max,
      rejectsMax: at.rejects_max,
      rejectsWithinUs: at.rejects_within_s,
      rejectsPauseUs: at.rejects_pause_s,
    },
    positionsMax: own.positions_max,
    grossNotionalMax: own.gross_notional_max,
    entriesPerMinuteMax: own.entries_per_minute_max,
    entryNotionalPerMinuteMax: own.entry_notional_per_minute_max,
    unknownOrdersMax: own.unknown_orders_max,
    unknownAgeMaxUs: own.unknown_age_max_s,
  };
  return namedLimits(limits, names.isLive ? missingOf(accounts[names.account], path, names.account) : []);
}

/** Returns what stands against trading real money under a section of limits, in words. */
function missingOf(section: Readonly<Record<string, string>> = {}, path: string, account: string): string[] {
  const missing = LIVE_LIMITS.filter((name) => section[name] === undefined);
  if (missing.length === 0) return [];
  const names = missing.join(', ');
  return [
    `${path} sets no ${names} for ${account}, and the default ones are for paper. ` +
      `Write them into a section accounts: ${account}:.`,
  ];
}

function instrumentLimits(read: z.infer<typeof instrument>): InstrumentLimits {
  return {
    orderNotionalMax: read.order_notional_max,
    positionNotionalMax: read.position_notional_max,
    collar: read.collar,
    referenceAgeMaxUs: read.reference_age_max_s,
    marketStaleUs: read.market_stale_s,
    marketCap: read.market_cap,
    openOrdersMax: read.open_orders_max,
    repeatAfterUs: read.repeat_after_s,
    entriesPerHourMax: read.entries_per_hour_max,
    entriesPerDayMax: read.entries_per_day_max,
  };
}

/** A section of somebody who doesn't exist is a limit that never holds. */
function misnamed(read: z.infer<typeof file>, names: LimitedNames): readonly YamlProblem[] {
  const { accounts, venues, instruments } = names;
  return Object.entries({ accounts, venues, instruments }).flatMap(([kind, known]) =>
    Object.keys(read[kind as keyof typeof read])
      .filter((name) => name !== DEFAULT && !(known as readonly string[]).includes(name))
      .map((name) => ({
        at: [kind, name],
        because: `there is none of that name; correct it or remove the section (known: ${known.join(', ')})`,
      })),
  );
}
