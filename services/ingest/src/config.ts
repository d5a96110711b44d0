import { baseConfig } from '@algo/runtime';
import { z } from 'zod';

const words = (text: string) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** Where trades come from. */
export type FeedSetting =
  | { readonly kind: 'synthetic' }
  | { readonly kind: 'binance' }
  | { readonly kind: 'file'; readonly paths: readonly string[] };

const feed = z.string().transform((text, context): FeedSetting => {
  if (text === 'synthetic' || text === 'binance') return { kind: text };
  const paths = text.startsWith('file:') ? words(text.slice(5)) : [];
  if (paths.length > 0) return { kind: 'file', paths };
  context.addIssue({ code: 'custom', message: 'expected synthetic, binance, or file:PATH[,PATH...]' });
  return z.NEVER;
});

const speed = z.union([z.string(), z.number()]).transform((value, context): number | 'max' => {
  const factor = Number(value);
  if (value === 'max') return value;
  if (value !== '' && factor >= 1 && factor <= 1_000) return factor;
  context.addIssue({
    code: 'custom',
    message: 'expected max, or how many times as fast as real time, 1 to 1000',
  });
  return z.NEVER;
});

/** Settings of the service that brings trades in. */
export const config = baseConfig.extend({
  feed: feed.default({ kind: 'synthetic' }),
  /**
   * `venue.market.SYMBOL`, comma separated: what to subscribe to, to make up, or whose the files are, in
   * their order.
   */
  instruments: z.string().default('').transform(words),
  /** Of a recorded or synthetic feed, against the wall clock. */
  speed: speed.default(1),
  /** Names the synthetic market. */
  seed: z.coerce.number('expected a whole number').int('expected a whole number').min(0).default(1),
  /** Length of a slice of event time. */
  stepMs: z.coerce
    .number('expected a number of ms')
    .multipleOf(100, 'expected a multiple of 100 ms')
    .min(100, 'expected 100 to 60000 ms')
    .max(60_000, 'expected 100 to 60000 ms')
    .default(100),
  /** Steps under way at most, while decision and position-risk are behind. */
  window: z.coerce.number('expected a number of steps').int().min(1).max(1_024).default(32),
  /** Synthetic history given out at once, before pacing starts. */
  warmHistoryMinutes: z.coerce.number('expected minutes').int().min(0).max(10_080).default(180),
  binanceUrl: z
    .string()
    .regex(/^wss?:\/\/.+/, 'expected an address such as wss://stream.binance.com:9443')
    .default('wss://stream.binance.com:9443'),
});
export type Config = z.infer<typeof config>;
