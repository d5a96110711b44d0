/** Processes that take part, by the name that stands in marks, permissions and health pages. */
export const SERVICES = [
  'ingest',
  'analytics',
  'decision',
  'execution',
  'position-risk',
  'paper-venue',
  'reconcile',
  'notifier',
  'cli',
] as const;
export type ServiceName = (typeof SERVICES)[number];
/** Services that run for long, and say how they do. */
export const RUNNING = SERVICES.filter((service) => service !== 'cli');

/** Services that a driver brings back by their recorded order of inputs. */
export const DRIVEN = [
  'analytics',
  'decision',
  'execution',
  'position-risk',
  'paper-venue',
  'reconcile',
] as const;
