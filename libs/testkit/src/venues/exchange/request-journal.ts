const KEPT_MAX = 100_000;

/** A request as it came, and what became of it. */
export interface JournalEntry {
  readonly atMs: number;
  /** `POST /api/v3/order`, or a method of the socket such as `order.place`. */
  readonly endpoint: string;
  readonly via: 'rest' | 'socket';
  /** What the client said that it is; empty for nothing. */
  readonly agent: string;
  /** Without key and signature. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Null until it is known whose key it was. */
  account: string | null;
  /** What went back; null for nothing. */
  status: number | null;
  /** The venue's code where it refused. */
  code: number | null;
}

/** All requests of an exchange, in the order in which they came. */
export class RequestJournal {
  readonly entries: JournalEntry[] = [];

  add(entry: Omit<JournalEntry, 'account' | 'status' | 'code'>): JournalEntry {
    const added = { ...entry, account: null, status: null, code: null };
    this.entries.push(added);
    if (this.entries.length > KEPT_MAX) this.entries.shift();
    return added;
  }

  /** Returns the requests to an endpoint. */
  of(endpoint: string): readonly JournalEntry[] {
    return this.entries.filter((entry) => entry.endpoint === endpoint);
  }
}
