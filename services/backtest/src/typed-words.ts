import { InputError } from '@algo/model';
import { retoldAs } from '@algo/tradefiles/paths';

/** How readers name what they were given, and how a person who types `algo backtest` does. */
const TYPED: Readonly<Record<string, string>> = {
  ALGO_INSTRUMENTS: '--instruments',
  instrument: '--instruments',
};

/** Returns what is read; what is wrong with it is told in the words typed. */
export function inDataWords<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw inTypedWords(error);
  }
}

/** Returns an error of what a person typed in his own words; any other as it is. */
export function inTypedWords(error: unknown): unknown {
  const field = error instanceof InputError ? TYPED[error.field] : undefined;
  if (!(error instanceof InputError) || field === undefined) return retoldAs(error, '--data');
  const { because } = error;
  const remedy = error.remedy.replaceAll('ALGO_INSTRUMENTS', '--instruments');
  return new InputError({ field, value: JSON.parse(error.value), because, remedy });
}
