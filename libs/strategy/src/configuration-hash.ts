import { canonicalJson, hashId, type TradingConfig } from '@algo/model';

/**
 * Returns the name of what a configuration says: equal for equal content, whatever the order of its keys or
 * of its instruments. The order of timeframes and strategies counts, because it changes what the engine does.
 * What isn't post-only has the name that it had before there was such a choice.
 */
export function configurationHash(config: TradingConfig): string {
  const { postOnly, ...always } = config;
  const content = {
    ...always,
    ...(postOnly ? { postOnly } : {}),
    instruments: [...config.instruments].sort(),
  };
  return hashId('configuration', canonicalJson(content));
}
