import {
  InputError,
  instrumentId,
  RULE_SETS,
  strategyName,
  TIMEFRAMES,
  type TradingConfig,
} from '@algo/model';
import { z } from 'zod';
import { CONFLUENCE_MAX, CONVICTION_POINTS } from './confluence.ts';
import { isFlowWindow } from './order-flow.ts';

const percent = z.number().gt(0).max(50);
const seconds = z.int().min(1).max(604_800);
const trades = z.int().min(1).max(10_000);

function range(part: typeof percent | typeof seconds) {
  return z.tuple([part, part]).refine(([min, max]) => min <= max, 'the first number is above the second');
}

function unique(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

const SHAPE = {
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'not a single word'),
  description: z.string().max(200).default(''),
  timeframes: z.array(z.enum(TIMEFRAMES)).min(1).max(TIMEFRAMES.length).refine(unique, 'named twice'),
  primary_timeframe: z.enum(TIMEFRAMES),
  hold_duration_seconds: range(seconds),
  target_trades_per_hour: trades.optional(),
  target_trades_per_day: trades.optional(),
  risk_reward: z.number().gt(0).max(20),
  enabled_strategies: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'not a single word'))
    .min(1)
    .max(32)
    .refine(unique, 'named twice'),
  position_size_pct: z.number().gt(0).max(100),
  max_concurrent_positions: z.int().min(1).max(100),
  initial_stop_pct: range(percent),
  trailing_stop_pct: percent,
  take_profit_pct: range(percent),
  min_win_rate: z.number().min(0).max(1),
  rule_set: z.enum(RULE_SETS).default('classic'),
  entry_time_in_force: z.enum(['ioc', 'post_only']).default('ioc'),
  trade_on_incomplete: z.boolean().default(false),
  min_confluence: z.number().min(0).max(CONFLUENCE_MAX).default(CONVICTION_POINTS.low),
  instruments: z
    .array(z.string().refine(isInstrument, 'not of the form venue.market.SYMBOL'))
    .max(10_000)
    .default([])
    .refine(unique, 'named twice'),
};

type Field = keyof typeof SHAPE;

const REMEDIES: Readonly<Record<Field, string>> = {
  name: 'Use up to 64 letters, digits, "-" and "_", such as config_1.',
  description: 'Write one line of at most 200 characters.',
  timeframes: `List one to five of ${TIMEFRAMES.join(', ')}, each once.`,
  primary_timeframe: 'Name one of the timeframes above that has an order-flow window: 15s, 1m, 5m or 15m.',
  hold_duration_seconds: 'Write [min, max] in whole seconds from 1 to 604800, such as [30, 300].',
  target_trades_per_hour: 'Write a whole number from 1 to 10000, and only one of per_hour and per_day.',
  target_trades_per_day: 'Write a whole number from 1 to 10000, and only one of per_hour and per_day.',
  risk_reward: 'Write target distance ÷ stop distance, above 0 and at most 20, such as 1.5.',
  enabled_strategies: 'List strategy names, each once, such as [order_flow_scalping].',
  position_size_pct: 'Write percent of equity, above 0 and at most 100, such as 2.',
  max_concurrent_positions: 'Write a whole number from 1 to 100.',
  initial_stop_pct: 'Write [min, max] in percent of price, above 0 and at most 50, such as [0.2, 0.3].',
  trailing_stop_pct: 'Write percent of price, above 0 and at most 50, such as 0.5.',
  take_profit_pct: 'Write [min, max] in percent of price, above 0 and at most 50, such as [0.5, 1.0].',
  min_win_rate: 'Write a share from 0 to 1: 0.6 is 60 %.',
  rule_set: 'Write classic.',
  trade_on_incomplete: 'Write false, or true to enter also where trades are missing.',
  entry_time_in_force: 'Write ioc (takes at once, or ends) or post_only (waits in the book, or ends).',
  min_confluence: `Write points from 0 to ${CONFLUENCE_MAX}, such as 3.`,
  instruments: 'List instruments such as binance.spot.LTCUSDT, each once; [] means every one that is fed.',
};

/** The document as people write it: YAML field names, percentages as percent. Unknown keys are refused. */
export const tradingConfigSchema = z.strictObject(SHAPE);

type TradingConfigDocument = z.output<typeof tradingConfigSchema>;

/** One thing that is wrong with a configuration. */
export interface ConfigViolation {
  readonly field: string;
  readonly value: string;
  readonly because: string;
  readonly remedy: string;
}

/** A trading configuration is unusable; its message lists every violation, one on each line. */
export class TradingConfigError extends InputError {
  readonly violations: readonly ConfigViolation[];

  constructor(source: string, violations: readonly ConfigViolation[]) {
    const count = violations.length;
    const lines = violations.map((v) => `\n  ${v.field} = ${v.value}: ${v.because}. ${v.remedy}`);
    super({
      field: 'trading configuration',
      value: source,
      because: `${count} ${count === 1 ? 'violation' : 'violations'}${lines.join('')}\n`,
      remedy: 'Mend these fields and load it again; the last good configuration stays active.',
    });
    this.violations = violations;
  }
}

/**
 * Returns the configuration that a parsed YAML or JSON document spells. `source` names it in messages.
 * *Units*: percent in, shares out (`position_size_pct: 2`
 * → 0.02). *Shape*: timeframes come out shortest first.
 * *Errors*: TradingConfigError with every violation at once, those between fields included.
 */
export function parseTradingConfig(document: unknown, source: string): TradingConfig {
  const parsed = tradingConfigSchema.safeParse(document);
  const violations = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => violationsOf(issue, document));
  if (isRecord(document)) violations.push(...violationsBetweenFields(document));
  if (!parsed.success || violations.length > 0) throw new TradingConfigError(source, violations);
  return toConfig(parsed.data);
}

function toConfig(document: TradingConfigDocument): TradingConfig {
  const perHour = document.target_trades_per_hour;
  return {
    name: document.name,
    description: document.description,
    timeframes: TIMEFRAMES.filter((timeframe) => document.timeframes.includes(timeframe)),
    primaryTimeframe: document.primary_timeframe,
    holdSeconds: document.hold_duration_seconds,
    targetTrades:
      perHour !== undefined
        ? { count: perHour, per: 'hour' }
        : { count: document.target_trades_per_day ?? 0, per: 'day' },
    riskReward: document.risk_reward,
    strategies: document.enabled_strategies.map(strategyName),
    positionSize: share(document.position_size_pct),
    maxConcurrentPositions: document.max_concurrent_positions,
    initialStop: [share(document.initial_stop_pct[0]), share(document.initial_stop_pct[1])],
    trailingStop: share(document.trailing_stop_pct),
    takeProfit: [share(document.take_profit_pct[0]), share(document.take_profit_pct[1])],
    minWinRate: document.min_win_rate,
    ruleSet: document.rule_set,
    minConfluence: document.min_confluence,
    postOnly: document.entry_time_in_force === 'post_only',
    tradeOnIncomplete: document.trade_on_incomplete,
    instruments: document.instruments.map(instrumentId),
  };
}

/** 0.7 % is 0.007 and not the 0.006999… that a plain division by 100 leaves. */
function share(percentage: number): number {
  return clean(percentage / 100);
}

function clean(value: number): number {
  return Number(value.toPrecision(12));
}

function violationsOf(issue: z.core.$ZodIssue, document: unknown): ConfigViolation[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: key,
      value: spell(isRecord(document) ? document[key] : undefined),
      because: 'no such field',
      remedy: `Remove it; the fields are ${Object.keys(SHAPE).join(', ')}.`,
    }));
  const field = issue.path[0];
  const remedy = Object.entries(REMEDIES).find(([name]) => name === field)?.[1];
  return [
    {
      field: issue.path.length === 0 ? 'document' : issue.path.join('.'),
      value: spell(issue.path.reduce<unknown>(inside, document)),
      because: issue.message,
      remedy: remedy ?? 'Write the fields of a trading configuration as keys and values.',
    },
  ];
}

/**
 * Looks at fields that are good in themselves, so that a
 * bad one does not hide what is wrong between the others.
 */
function violationsBetweenFields(document: Readonly<Record<string, unknown>>): ConfigViolation[] {
  const found: ConfigViolation[] = [];
  const add = (field: Field, because: string, remedy = REMEDIES[field]) =>
    found.push({ field, value: spell(document[field]), because, remedy });

  const hour = document.target_trades_per_hour !== undefined;
  const day = document.target_trades_per_day !== undefined;
  if (hour === day)
    add(
      'target_trades_per_hour',
      hour ? 'target_trades_per_day is given as well' : 'neither per_hour nor per_day is given',
    );
  const timeframes = good(SHAPE.timeframes, document.timeframes);
  const primary = good(SHAPE.primary_timeframe, document.primary_timeframe);
  if (primary !== undefined && timeframes !== undefined && !timeframes.includes(primary))
    add('primary_timeframe', `not one of the timeframes ${timeframes.join(', ')}`);
  if (primary !== undefined && !isFlowWindow(primary))
    add('primary_timeframe', 'order flow is not measured over it, so no primary analyser could ever pass');
  const stop = good(SHAPE.initial_stop_pct, document.initial_stop_pct);
  const target = good(SHAPE.take_profit_pct, document.take_profit_pct);
  const ratio = good(SHAPE.risk_reward, document.risk_reward);
  const farthest = stop === undefined || ratio === undefined ? 0 : clean(stop[1] * ratio);
  if (target !== undefined && target[1] < farthest)
    add(
      'take_profit_pct',
      `its maximum is below risk_reward × the widest initial stop (${farthest} %), ` +
        'so the ratio could not be kept',
    );
  return found;
}

function good<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

function inside(value: unknown, key: PropertyKey): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return isRecord(value) && typeof key === 'string' && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function spell(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value)).slice(0, 120);
}

function isInstrument(text: string): boolean {
  try {
    instrumentId(text);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
