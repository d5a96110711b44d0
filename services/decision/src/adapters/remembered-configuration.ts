import type { Requests, Ticket } from '@algo/bus';
import type { Logger } from '@algo/runtime';
import type { DocumentStore } from '@algo/state';
import type { ConfigurationChosen, DeciderRequest } from '../domain/index.ts';

/** Writes down by which configuration an account trades, for its next start. */
export class RememberedConfiguration implements Requests<DeciderRequest, ConfigurationChosen> {
  readonly #documents: DocumentStore;
  readonly #account: string;
  readonly #log: Logger;

  constructor(documents: DocumentStore, account: string, log: Logger) {
    this.#documents = documents;
    this.#account = account;
    this.#log = log;
  }

  terms({ type }: DeciderRequest) {
    return { key: type, priority: 0, effect: 'again', withdraws: false } as const;
  }

  withdrawn(): ConfigurationChosen[] {
    return []; // nobody withdraws it
  }

  carryOut({ name }: DeciderRequest, ticket: Ticket<ConfigurationChosen>): void {
    this.#documents.put('active_config', this.#account, { name }).then(
      () => ticket.settle([]),
      (error: unknown) => {
        this.#log.error({ err: error }, 'the switch is in force but could not be remembered');
        ticket.settle([]);
      },
    );
  }
}
