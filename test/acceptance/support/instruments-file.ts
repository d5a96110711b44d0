import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a catalogue of made-up instruments of Binance into a folder. Returns its path. */
export function instrumentsFile(dir: string, market: string, symbols: readonly string[]): string {
  const path = join(dir, 'instruments.yaml');
  const rules = "price_tick: '0.01', quantity_step: '0.001', min_quantity: '0.001', min_notional: '5'";
  const lines = symbols.map(
    (symbol) =>
      `binance.${market}.${symbol}: { base: ${symbol.replace(/USDT$/, '')}, quote: USDT, ${rules} }\n`,
  );
  writeFileSync(path, lines.join(''));
  return path;
}
