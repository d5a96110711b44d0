import { canonicalJson, hashId, type TradingConfig } from '@algo/model';

/**
 * Returns the name of what a configuration says: equal for equal content, whatever the order of its keys or
 * of its instruments. The order of timeframes and strategies counts, because it changes what the engine does.
 * What leaves a later choice (post-only, incomplete data) at its default has the name that it had before.
 */
export function configurationHash(config: TradingConfig): string {
  const { postOnly, tradeOnIncomplete, ...always } = config;
  const content = {
    ...always,
    ...(postOnly ? { postOnly } : {}),
    ...(tradeOnIncomplete ? { tradeOnIncomplete } : {}),
    instruments: [...config.instruments].sort(),
  };
  return hashId('configuration', canonicalJson(content));
}
