import { InputError } from '@algo/model';
import { Secret } from '@algo/runtime';
import type { Config } from '../config.ts';
import { ConsoleChannel } from './console-channel.ts';
import type { NotificationChannel } from './notification-channel.ts';

/**
 * Returns SendGrid when a key is configured, the log
 * otherwise; the mail library is loaded only when it is used.
 */
export async function chooseChannel(config: Config): Promise<NotificationChannel> {
  if (config.sendgridKeyFile === undefined) return new ConsoleChannel();
  if (config.mailFrom === undefined || config.mailTo === undefined)
    throw new InputError({
      field: 'ALGO_MAIL_FROM, ALGO_MAIL_TO',
      value: 'not set',
      because: 'a SendGrid key is set, so mails need a sender and receivers',
      remedy: 'Set both, or unset ALGO_SENDGRID_KEY_FILE.',
    });
  const { SendGridChannel } = await import('./sendgrid-channel.ts');
  return new SendGridChannel({
    apiKey: Secret.fromFile(config.sendgridKeyFile, 'ALGO_SENDGRID_KEY_FILE'),
    from: { email: config.mailFrom, name: 'algo' },
    to: config.mailTo,
    timeoutMs: config.mailTimeoutMs,
    ...(config.sendgridUrl === undefined ? {} : { baseUrl: config.sendgridUrl }),
  });
}
