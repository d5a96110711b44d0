/** Decay time of the slow flow. *Units*: µs. */
export const SLOW_US = 120e6;

/** A decay is that of whole steps, of which there is a table, and of the rest, by a short series. */
const STEP_SHIFT = 17;
const STEP_US = 1 << STEP_SHIFT;
const DECAYS = Float64Array.from({ length: 1_024 }, (_, step) => Math.exp((-step * STEP_US) / SLOW_US));
const TABLED_US = DECAYS.length * STEP_US;

/** Returns e^(−t ÷ 2 min), to the last digits of a double. *Units*: whole µs, above 0. */
export function slowDecay(us: number): number {
  if (us >= TABLED_US) return Math.exp(-us / SLOW_US);
  const x = (us & (STEP_US - 1)) * (-1 / SLOW_US);
  // x is below 0.0011, so that the next member would change nothing.
  return DECAYS[us >> STEP_SHIFT]! * (1 + x * (1 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24)))));
}
