/** Lists joined into one, which stays the same while each of them does. */
export class KeptJoin<Item> {
  readonly #parts: (readonly Item[])[] = [];
  #joined: readonly Item[] | null = null;

  /** Shows part number `i`; all are shown before `joined` is read. */
  show(i: number, part: readonly Item[]): void {
    if (this.#parts[i] === part) return;
    this.#parts[i] = part;
    this.#joined = null;
  }

  get joined(): readonly Item[] {
    if (this.#joined !== null) return this.#joined;
    const joined: Item[] = [];
    for (const part of this.#parts) for (const item of part) joined.push(item);
    this.#joined = joined;
    return joined;
  }
}
