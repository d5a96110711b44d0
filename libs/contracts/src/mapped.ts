import type { Part } from './codec.ts';
import { Refused } from './contract-error.ts';
import type { WireWriter } from './wire-writer.ts';

/**
 * Returns how a value travels that the program has in another form. `put` writes it straight; what that
 * refuses, `into` takes into the form of the wire, whose table names the field or writes it after all. `into`
 * and `out` return null for what is none.
 */
export function mapped<Wire, Value>(
  inner: Part<Wire>,
  put: (to: WireWriter, value: Value) => void,
  into: (value: Value) => Wire | null,
  out: (wire: Wire) => Value | null,
): Part<Value> {
  const known = <Made>(made: Made | null): Made => {
    if (made === null) throw new Refused('', '', `not a ${inner.shape.name}: its parts don't fit together`);
    return made;
  };
  return {
    shape: inner.shape,
    write(to, value) {
      const mark = to.written;
      try {
        put(to, value);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        to.takeBack(mark);
        inner.write(to, known(into(value)));
      }
    },
    take: (raw) => known(out(inner.take(raw))),
  };
}
