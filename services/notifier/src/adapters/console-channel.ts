import type { Mail } from '../domain/mail.ts';
import type { SendOutcome } from '../domain/outbox.ts';
import type { NotificationChannel } from './notification-channel.ts';

/** Prints mails where the service runs; stands in when no provider is configured. */
export class ConsoleChannel implements NotificationChannel {
  readonly name = 'console';
  readonly #output: NodeJS.WritableStream;

  constructor(output: NodeJS.WritableStream = process.stdout) {
    this.#output = output;
  }

  async send(mail: Mail): Promise<SendOutcome> {
    const { promise, resolve } = Promise.withResolvers<SendOutcome>();
    this.#output.write(`${mail.text}\n\n`, (cause) =>
      resolve(cause ? { type: 'retry', reason: cause.message, afterMs: null } : { type: 'sent' }),
    );
    return promise;
  }
}
