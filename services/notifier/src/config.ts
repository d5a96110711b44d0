import { baseConfig } from '@algo/runtime';
import { z } from 'zod';

/** Settings of the messenger. Without a key file mails go to the log. */
export const config = baseConfig.extend({
  sendgridKeyFile: z.string().optional(),
  /** Another address than SendGrid's own, such as its EU region's. */
  sendgridUrl: z.url('expected an address such as https://api.eu.sendgrid.com').optional(),
  mailFrom: z.email('expected a mail address').optional(),
  /** Comma separated. */
  mailTo: z
    .string()
    .transform((text) => text.split(',').map((address) => address.trim()))
    .pipe(z.array(z.email('expected mail addresses, comma separated')).min(1))
    .optional(),
  mailTimeoutMs: z.coerce.number().int().min(100).max(60_000).default(10_000),
  digestMs: z.coerce.number().int().min(0).max(86_400_000).default(900_000),
});
export type Config = z.infer<typeof config>;
