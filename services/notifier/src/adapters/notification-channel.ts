import type { Mail } from '../domain/mail.ts';
import type { SendOutcome } from '../domain/outbox.ts';

/**
 * A way to reach people. `send` never throws for what a
 * provider does: it says whether trying again makes sense.
 */
export interface NotificationChannel {
  readonly name: string;
  send(mail: Mail): Promise<SendOutcome>;
}
