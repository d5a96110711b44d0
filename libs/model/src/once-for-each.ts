/** More than an engine has instruments; what is worked out once for each is then forgotten, all of it. */
const KNOWN_MAX = 65_536;

/** Returns a pure function of a name as one that works each name out once, and then gives the same value. */
export function onceForEach<Name extends string, Value>(
  workOut: (name: Name) => Value,
): (name: Name) => Value {
  const known = new Map<Name, Value>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const value = workOut(name);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(name, value);
    return value;
  };
}
