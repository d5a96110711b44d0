import type { Part } from './codec.ts';
import { Refused } from './contract-error.ts';

/**
 * Returns how a value travels that the program has in another form; `into` and `out` return null for what is
 * none.
 */
export function mapped<Wire, Value>(
  inner: Part<Wire>,
  into: (value: Value) => Wire | null,
  out: (wire: Wire) => Value | null,
): Part<Value> {
  const known = <Made>(made: Made | null): Made => {
    if (made === null) throw new Refused('', '', `not a ${inner.shape.name}: its parts don't fit together`);
    return made;
  };
  return {
    shape: inner.shape,
    write: (to, value) => inner.write(to, known(into(value))),
    take: (raw) => known(out(inner.take(raw))),
  };
}
