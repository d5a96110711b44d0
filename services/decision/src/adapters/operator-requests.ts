import type { Requests, Ticket } from '@algo/bus';
import type { Logger } from '@algo/runtime';
import type { DocumentStore } from '@algo/state';
import type { DeciderRequest } from '../domain/index.ts';

/** Remembers which configuration trades, and tells the operator what could not be obeyed. */
export class OperatorRequests implements Requests<DeciderRequest, never> {
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

  withdrawn(): never[] {
    return [];
  }

  carryOut(request: DeciderRequest, ticket: Ticket<never>): void {
    switch (request.type) {
      case 'TellOperator':
        this.#log.error(request.text);
        ticket.settle([]);
        return;
      case 'RememberConfiguration':
        this.#documents.put('active_config', this.#account, { name: request.name }).then(
          () => ticket.settle([]),
          (error: unknown) => {
            this.#log.error({ err: error }, 'the switch is in force but could not be remembered');
            ticket.settle([]);
          },
        );
        return;
      default:
        request satisfies never;
    }
  }
}
