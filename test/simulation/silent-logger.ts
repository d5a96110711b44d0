import { createLogger, type Logger } from '@algo/runtime';

const LOGGERS = new Map<string, Logger>();

/**
 * Returns the one logger of a process that says nothing: to make one for each life costs more than the life.
 */
export function silentLogger(identity: string): Logger {
  const logger = LOGGERS.get(identity) ?? createLogger(identity, 'silent');
  LOGGERS.set(identity, logger);
  return logger;
}
