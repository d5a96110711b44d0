import { RecentMap } from './recent-map.ts';

/** The ids of the commands that were heard last, so that one that comes again is known. */
export class CommandIds {
  readonly #ids: RecentMap<true>;

  constructor(max: number, ids: readonly string[] = []) {
    this.#ids = new RecentMap(
      max,
      ids.map((id) => [id, true] as const),
    );
  }

  /** Says whether an id was not heard before, and remembers it. */
  isNew(id: string): boolean {
    const isNew = this.#ids.get(id) === undefined;
    this.#ids.set(id, true);
    return isNew;
  }

  all(): readonly string[] {
    return this.#ids.entries().map(([id]) => id);
  }
}
