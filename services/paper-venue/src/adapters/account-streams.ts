import type { Clock } from '@algo/bus';
import type { AccountEventsReply, AccountEventsRequest } from '@algo/contracts';
import type { VenueEvent } from '@algo/model';

/** So often a connection on which nothing happens is answered. */
const HEARTBEAT_MS = 1_000;
/** Connections at most: one of each life of execution, and those that nobody has closed. The oldest ends. */
const CONNECTIONS_MAX = 8;
/** Events that a connection holds for one who is slow; beyond it the connection ends. */
const EVENTS_MAX = 10_000;

interface Connection {
  readonly name: string;
  /** What was not said to have arrived, oldest first. */
  events: VenueEvent[];
  /** Number of the newest event. */
  last: number;
  /** Answers the question that waits. */
  wake: () => void;
}

/**
 * The exchange's sockets: each tells what happens while it is open, and nothing of before. What a slow
 * reader leaves lying is bounded.
 */
export class AccountStreams {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #open = new Map<string, Connection>();
  #opened = 0;

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  /**
   * Answers what has happened since, at once or after a heartbeat. `life` names this life of the
   * exchange.
   */
  async ask(request: AccountEventsRequest, life: string): Promise<AccountEventsReply> {
    const { account, connection, after } = request;
    const gone = { account, connection: '', last: 0, events: [] };
    if (connection === '') return { ...gone, connection: this.#connect(life) };
    const found = this.#open.get(connection);
    if (found === undefined) return gone;
    found.events = found.events.slice(Math.max(0, after - (found.last - found.events.length)));
    if (found.events.length === 0) await this.#beat(found);
    if (!this.#open.has(connection)) return gone;
    return { account, connection, last: found.last, events: found.events };
  }

  /** Tells all who are connected. */
  tell(event: VenueEvent): void {
    for (const connection of this.#open.values()) {
      connection.events.push(event);
      connection.last++;
      if (connection.events.length > EVENTS_MAX) this.#open.delete(connection.name);
      connection.wake();
    }
  }

  /** Ends all connections. */
  breakAll(): void {
    const broken = [...this.#open.values()];
    this.#open.clear();
    for (const { wake } of broken) wake();
  }

  #connect(life: string): string {
    const name = `${life}:${++this.#opened}`;
    this.#open.set(name, { name, events: [], last: 0, wake: () => {} });
    for (const [oldest, { wake }] of this.#open) {
      if (this.#open.size <= CONNECTIONS_MAX) break;
      this.#open.delete(oldest);
      wake();
    }
    return name;
  }

  /** Waits for an event, or for a heartbeat. */
  #beat(connection: Connection): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        connection.wake = () => {};
        resolve();
      };
      const cancel = this.#clock.after(HEARTBEAT_MS, wake);
      connection.wake();
      connection.wake = wake;
    });
  }
}
