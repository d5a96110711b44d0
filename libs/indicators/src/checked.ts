import { InputError } from '@algo/model';

/** Returns the period unchanged. *Errors*: InputError unless it is a whole number of at least 2. */
export function checkedPeriod(period: number): number {
  if (!Number.isInteger(period) || period < 2)
    throw new InputError({
      field: 'period',
      value: period,
      because: 'not a whole number of at least 2',
      remedy: 'Give the number of bars, such as 14.',
    });
  return period;
}

export function refuseState(indicator: string, state: readonly number[]): never {
  throw new InputError({
    field: `${indicator} snapshot`,
    value: `${state.length} numbers`,
    because: 'not written by this indicator',
    remedy: 'Rebuild the state from the candles.',
  });
}
