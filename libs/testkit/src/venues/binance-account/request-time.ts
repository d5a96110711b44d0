import type { Parameters } from './parameters.ts';
import { illegal, mandatory, Refused } from './refused.ts';

const WINDOW_MS = 5_000;
const WINDOW_MAX_MS = 60_000;
const AHEAD_MAX_MS = 1_000;

/** Until when a request is good. */
export interface RequestTime {
  readonly timestampMs: number;
  readonly windowMs: number;
}

/**
 * Returns when a request was made and how long it is good. *Errors*: Refused where it does not say.
 * *Shape*: spot takes three decimals of a window, USD-M none.
 */
export function requestTime(parameters: Parameters, windowPlaces: number): RequestTime {
  const timestampMs = parameters.timeMs('timestamp');
  if (timestampMs === undefined) throw mandatory('timestamp');
  const text = parameters.text('recvWindow') ?? `${WINDOW_MS}`;
  const shape = windowPlaces === 0 ? /^\d{1,5}$/ : /^\d{1,5}(\.\d{1,3})?$/;
  if (!shape.test(text)) throw illegal('recvWindow', '^[0-9]{1,20}$');
  const windowMs = Number(text);
  if (windowMs > WINDOW_MAX_MS)
    throw new Refused(-1131, `'recvWindow' must be less than or equal to ${WINDOW_MAX_MS}.`);
  return { timestampMs, windowMs };
}

/** *Errors*: Refused where a request is from the future, or too old. Looked at on arrival and once more. */
export function checkTime({ timestampMs, windowMs }: RequestTime, nowMs: number): void {
  if (timestampMs >= nowMs + AHEAD_MAX_MS)
    throw new Refused(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  if (nowMs - timestampMs > windowMs)
    throw new Refused(-1021, 'Timestamp for this request is outside of the recvWindow.');
}
