import { subjects } from '../subjects.ts';
import { type Family, SHARDED } from '../topology.ts';

const SPELLED = Object.values(subjects).map(spelled);

/** Returns a family's subject with its parameters named: `ord.evt.<account>.<venue>.<market>.<symbol>`. */
export function subjectPattern(family: string): string {
  const found = SPELLED.find((subject) => subject.startsWith(`${family}.`)) ?? `${family}.>`;
  return SHARDED.has(family as Family) ? found.replace(/^(\w+\.\w+)\.\d+\./, '$1.<shard>.') : found;
}

function spelled(spell: (...given: never[]) => string): string {
  const [, names = ''] = /^\(([^)]*)\)/.exec(String(spell)) ?? [];
  const given = names
    .split(',')
    .map((name) => (name.trim() === 'instrument' ? '<venue>.<market>.SYMBOL' : `<${name.trim()}>`));
  return String(Reflect.apply(spell, undefined, given)).replace('SYMBOL', '<symbol>');
}
