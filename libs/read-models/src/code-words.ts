/** Returns `POSITION_OPEN` and `trailing_stop` as words. */
export function codeWords(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}

/** Returns words with what stands behind them, if anything does. */
export function withDetail(words: string, detail: string): string {
  return detail === '' ? words : `${words} (${detail})`;
}
