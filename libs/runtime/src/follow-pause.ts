import { MARKET_DATA, type SharedPause } from '@algo/venues';
import { type BaseConfig, exchangeOf } from './base-config.ts';
import { identityOf } from './process-plan.ts';
import type { ServiceContext } from './service.ts';
import { VenuePause } from './venue-pause.ts';

/** How soon a pause that another process was told of is heard. */
const HEAR_EVERY_MS = 1_000;

/** Returns the processes that ask an exchange: of its feeds, and of accounts that trade there. */
export function askersOf(
  config: Pick<BaseConfig, 'accounts' | 'feeds' | 'liveAccounts'>,
  exchange: string,
): readonly string[] {
  const feeds = config.feeds.filter((feed) => MARKET_DATA[feed]?.exchange === exchange);
  const accounts = config.accounts.filter((account) => exchangeOf(config, account) === exchange);
  return [
    ...feeds.map((feed) => identityOf('ingest', feed)),
    ...accounts.flatMap((account) => [identityOf('execution', account), identityOf('reconcile', account)]),
  ];
}

/** Returns how long an exchange wants to be left alone, as any of its askers was told, now or before. */
export async function followPause(
  {
    bus,
    clock,
    identity,
    log,
    repeat,
  }: Pick<ServiceContext, 'bus' | 'clock' | 'identity' | 'log' | 'repeat'>,
  askers: readonly string[],
): Promise<SharedPause> {
  const others = askers.filter((asker) => asker !== identity);
  const pause = await VenuePause.open(bus.bucket('snapshots'), identity, others, clock);
  const warn = (error: unknown) => log.warn({ err: error }, "the venue's pause was not kept or heard");
  if (others.length > 0) repeat(HEAR_EVERY_MS, () => void pause.hear().catch(warn));
  return {
    leftMs: () => pause.leftMs,
    keep: (pauseMs) => void pause.keep(pauseMs).catch(warn),
  };
}
