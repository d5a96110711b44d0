import { codecFor } from './codecs.ts';
import { familyOf } from './subjects.ts';
import { FAMILIES, type StreamName } from './topology.ts';

/** Where a message is stored, and what it says that it is. */
interface Place {
  readonly stream: StreamName;
  readonly subject: string;
  readonly type: string;
}

/**
 * Says why a stored message can be no word of ours, or null. Whoever may ask the server something names where
 * the answer goes, and a person may publish by hand: so a stream may hold what none of our processes said.
 * Nothing follows from it. *Shape*: null also for a type that this build doesn't know: a newer one may have
 * said it, and its reader must judge.
 */
export function strayReason({ stream, subject, type }: Place): string | null {
  if (type === '') return 'it has no type, as all our messages have';
  const name = type.slice(type.lastIndexOf('.') + 1);
  const family = familyOf(subject);
  const isWord =
    family === undefined
      ? subject.startsWith(`fence.${stream}.`) && name === 'LaneFenced'
      : FAMILIES[family].stream === stream && (FAMILIES[family].messages as readonly string[]).includes(name);
  return isWord || codecFor(type) === undefined ? null : `nobody says ${name} there`;
}
