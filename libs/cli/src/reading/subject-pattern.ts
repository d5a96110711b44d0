import { InputError } from '@algo/model';

/** Returns the pattern of the subjects that two patterns share, or undefined when they share none. */
export function sharedPattern(a: string, b: string): string | undefined {
  const left = a.split('.');
  const right = b.split('.');
  const shared: string[] = [];
  for (let i = 0; ; i++) {
    const l = left[i];
    const r = right[i];
    if (l === undefined && r === undefined) return shared.join('.');
    if (l === '>') return r === undefined ? undefined : [...shared, ...right.slice(i)].join('.');
    if (r === '>') return l === undefined ? undefined : [...shared, ...left.slice(i)].join('.');
    if (l === undefined || r === undefined) return undefined;
    if (l !== '*' && r !== '*' && l !== r) return undefined;
    shared.push(l === '*' ? r : l);
  }
}

/** *Errors*: InputError for a text that is no subject. */
export function checkPattern(pattern: string): void {
  const tokens = pattern.split('.');
  const isGood = tokens.every(
    (token, i) => /^[^\s*>]+$/.test(token) || token === '*' || (token === '>' && i === tokens.length - 1),
  );
  if (isGood) return;
  throw new InputError({
    field: 'subject',
    value: pattern,
    because: 'not a subject',
    remedy: "Use tokens joined by dots, * for one token, > for the rest: 'pos.>'.",
  });
}
