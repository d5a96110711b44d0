import { pino } from 'pino';

export type Logger = pino.Logger;

/** Fields that are struck out wherever they stand, one level deep or two. */
const SECRET_FIELDS = ['password', 'secret', 'apiKey', 'token', 'authorization', 'signature', 'listenKey'];

/** Returns the log of one process: JSON lines on standard output, secrets struck out. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: '[redacted]',
    },
  });
}
