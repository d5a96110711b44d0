import { Decimal } from '@algo/model';
import { parseYaml, type YamlProblem } from '@algo/runtime';
import { z } from 'zod';
import { DUMP_SIGNALS, type NamedRules, namedRules } from '../domain/index.ts';

const HUNDRED = Decimal.of('100');
/** Digits of a share that a file gives in per cent. */
const PLACES = 8;

const flag = z.enum(['true', 'false'], 'expected true or false').transform((text) => text === 'true');
const number = (what: string, from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/, `expected ${what}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `expected ${what}, from ${from} to ${to}`);
const score = number('a score', 0, 100);
const count = (most: number) =>
  number('a whole number', 1, most).refine(Number.isInteger, 'expected a whole number');
const percent = number('per cent such as 1.5', 0.01, 99);

const file = z.strictObject({
  portfolio_risk: z.strictObject({
    health: z.strictObject({
      enabled: flag,
      no_entries_below: score,
      tighten_below: score,
      close_below: score,
      better_by: score,
      tighten_to_pct: z
        .string()
        .regex(/^\d{1,2}(\.\d{1,4})?$/, 'expected per cent such as 0.3')
        .transform((text) => Decimal.of(text).dividedBy(HUNDRED, PLACES, 'half-even'))
        .refine((share) => share.isPositive(), 'expected per cent above 0'),
      close_worst: count(100),
    }),
    correlation_exit: z.strictObject({
      enabled: flag,
      leaders: z
        .array(z.string().regex(/^[A-Z0-9]{1,20}$/, 'expected a base asset such as BTC'))
        .min(1)
        .max(8),
      leader_move_pct: percent,
      within_minutes: count(60),
      min_correlation: number('a correlation', 0, 1),
      rolling_window_hours: count(48),
      min_returns: count(576),
    }),
    dump_detection: z.strictObject({
      enabled: flag,
      signals: z.array(z.enum(DUMP_SIGNALS, `expected ${DUMP_SIGNALS.join(', ')}`)).min(1),
      agreeing: count(DUMP_SIGNALS.length),
      consecutive_candles: count(15),
      sell_buy_ratio: number('a ratio', 1, 1000),
      imbalance_threshold: number('a ratio', 1, 1000),
      max_slippage_pct: percent,
    }),
  }),
});

/** What was parsed last, and of what: a process that begins many lives reads the same text for each. */
let last: { readonly text: string; readonly path: string; readonly rules: NamedRules } | undefined;

/** Returns the rules that a text says. *Errors*: ConfigError with every problem: line, field, value. */
export function parseRules(text: string, path: string): NamedRules {
  if (last?.text !== text || last.path !== path) last = { text, path, rules: parsedRules(text, path) };
  return last.rules;
}

function parsedRules(text: string, path: string): NamedRules {
  const { read } = parseYaml(text, path, { schema: file, each: 'setting', judge });
  const { health, correlation_exit: leaders, dump_detection: dump } = read.portfolio_risk;
  return namedRules({
    health: {
      enabled: health.enabled,
      noEntriesBelow: health.no_entries_below,
      tightenBelow: health.tighten_below,
      closeBelow: health.close_below,
      hysteresis: health.better_by,
      tightenTo: health.tighten_to_pct,
      closeWorst: health.close_worst,
    },
    leaders: {
      enabled: leaders.enabled,
      leaders: leaders.leaders,
      move: leaders.leader_move_pct / 100,
      withinMinutes: leaders.within_minutes,
      correlation: leaders.min_correlation,
      windowHours: leaders.rolling_window_hours,
      returnsMin: leaders.min_returns,
    },
    dump: {
      enabled: dump.enabled,
      signals: dump.signals,
      agreeing: dump.agreeing,
      bars: dump.consecutive_candles,
      volumeRatio: dump.sell_buy_ratio,
      flowRatio: dump.imbalance_threshold,
      slippageMax: dump.max_slippage_pct / 100,
    },
  });
}

/** Settings that contradict each other would never do what they say. */
function judge({ portfolio_risk: { health, dump_detection: dump } }: z.infer<typeof file>): YamlProblem[] {
  const wrong = (section: string, name: string, because: string) => ({
    at: ['portfolio_risk', section, name],
    because,
  });
  return [
    ...(health.tighten_below > health.no_entries_below
      ? [wrong('health', 'tighten_below', 'above no_entries_below; give a lower score')]
      : []),
    ...(health.close_below > health.tighten_below
      ? [wrong('health', 'close_below', 'above tighten_below; give a lower score')]
      : []),
    ...(dump.agreeing > dump.signals.length
      ? [wrong('dump_detection', 'agreeing', `only ${dump.signals.length} signals are named; give fewer`)]
      : []),
  ];
}
