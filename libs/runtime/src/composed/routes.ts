import type { Reading } from '@algo/bus';
import {
  FAMILIES,
  type Fact,
  type FactName,
  type Family,
  laneOf,
  SHARDED,
  type Speaker,
  subjectOf,
} from '@algo/contracts';

interface Reader<Target> {
  readonly target: Target;
  readonly only: ReadonlySet<string> | undefined;
}

interface Route<Target> {
  readonly family: Family;
  readonly readers: Reader<Target>[];
  /** Who reads it, by the token that some readers narrow it to; one list when nobody does. */
  readonly byToken: Map<string, readonly Target[]>;
  narrowed: boolean;
}

/** Who reads which fact. Readers of one fact stand in the order in which they were added. */
export class Routes<Target> {
  readonly #routes = new Map<FactName, Route<Target>>();

  /** `passesOver`: facts of the family that need not come to it. */
  add(target: Target, { family, only }: Reading, passesOver: ReadonlySet<FactName> = NONE): void {
    const tokens = only === undefined ? undefined : new Set(only.map(String));
    for (const name of FAMILIES[family].messages as readonly FactName[]) {
      if (passesOver.has(name)) continue;
      const route = this.#route(name, family);
      route.readers.push({ target, only: tokens });
      route.narrowed ||= tokens !== undefined;
      route.byToken.clear();
    }
  }

  /** Returns the readers of a fact. *Shape*: the same list at each call, empty when nobody reads it. */
  readersOf({ name, body }: Fact, speaker: Speaker): readonly Target[] {
    const route = this.#routes.get(name);
    if (route === undefined) return NOBODY;
    const token = route.narrowed ? tokenOf(route.family, subjectOf(name, body, speaker)) : '';
    const known = route.byToken.get(token);
    if (known !== undefined) return known;
    const readers = route.readers
      .filter(({ only }) => only === undefined || only.has(token))
      .map(({ target }) => target);
    route.byToken.set(token, readers);
    return readers;
  }

  #route(name: FactName, family: Family): Route<Target> {
    const known = this.#routes.get(name);
    if (known !== undefined) return known;
    const route: Route<Target> = { family, readers: [], byToken: new Map(), narrowed: false };
    this.#routes.set(name, route);
    return route;
  }
}

const NOBODY: readonly never[] = [];
const NONE: ReadonlySet<never> = new Set();

/**
 * The virtual shard of a sharded subject, else what stands behind the family: the account, where it
 * begins with one.
 */
function tokenOf(family: Family, subject: string): string {
  if (SHARDED.has(family)) return laneOf(subject).slice(family.length + 1);
  const end = subject.indexOf('.', family.length + 1);
  return subject.slice(family.length + 1, end < 0 ? undefined : end);
}
