import { baseConfig, marketDataSettings } from '@algo/runtime';
import { layoutOfWords, type TradeLayout } from '@algo/tradefiles/layout';
import { MARKET_DATA } from '@algo/venues';
import { z } from 'zod';

const words = (text: string) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** Where trades come from. `name` stands in what is told of the feed's time. */
export type FeedSetting =
  | { readonly kind: 'synthetic'; readonly name: 'synthetic' }
  | { readonly kind: 'file'; readonly name: 'file'; readonly list: string }
  | { readonly kind: 'live'; readonly name: string };

const feed = z.string().transform((text, context): FeedSetting => {
  if (text === 'synthetic') return { kind: text, name: text };
  if (Object.hasOwn(MARKET_DATA, text)) return { kind: 'live', name: text };
  const list = text.startsWith('file:') ? text.slice(5).trim() : '';
  if (list !== '') return { kind: 'file', name: 'file', list };
  const live = Object.keys(MARKET_DATA).join(', ');
  context.addIssue({
    code: 'custom',
    message: `--feed: expected synthetic, ${live}, or file:PATH[,PATH...]`,
  });
  return z.NEVER;
});

const layout = z
  .string()
  .default('')
  .transform((text, context): TradeLayout | undefined => {
    try {
      return text === '' ? undefined : layoutOfWords(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });

const speed = z.union([z.string(), z.number()]).transform((value, context): number | 'max' => {
  const factor = Number(value);
  if (value === 'max') return value;
  if (value !== '' && factor >= 1 && factor <= 1_000) return factor;
  context.addIssue({
    code: 'custom',
    message: '--speed: expected max, or how many times as fast as real time, 1 to 1000',
  });
  return z.NEVER;
});

/** Settings of the service that brings trades in. */
export const config = baseConfig.extend({
  feed: feed.default({ kind: 'synthetic', name: 'synthetic' }),
  /**
   * `venue.market.SYMBOL`, comma separated: what to subscribe to, to make up, or whose the files are, in
   * their order.
   */
  instruments: z.string().default('').transform(words),
  /** Columns of files that have no header, comma separated: `time,price,quantity,side,id`. */
  layout,
  /** Feed time per wall time; `max` gives a recording as fast as the bus takes it. See `speedOf`. */
  speed: speed.optional(),
  /** Names the synthetic market. */
  seed: z.coerce.number('expected a whole number').int('expected a whole number').min(0).default(1),
  /** Synthetic history given out at once, before pacing starts. */
  warmHistoryMinutes: z.coerce.number('expected minutes').int().min(0).max(10_080).default(180),
  ...marketDataSettings,
  /** How often the exchange is asked whether it changed the rules of instruments. */
  rulesEveryMs: z.coerce.number('expected ms').int().min(1_000).max(86_400_000).default(300_000),
});
export type Config = z.infer<typeof config>;

/**
 * Returns how fast the feed runs. A made-up market is 20 times as fast as the clock when nobody said, so
 * that a newcomer sees an hour of it in three minutes; a recording keeps the speed of its day.
 */
export function speedOf({ feed, speed }: Pick<Config, 'feed' | 'speed'>): number | 'max' {
  return speed ?? (feed.kind === 'synthetic' ? 20 : 1);
}
