export { type BaseConfig, baseConfig } from './base-config.ts';
export { emission, eventEmission } from './emission.ts';
export { HealthServer } from './health-server.ts';
export { type InstrumentCatalog, instrumentOf, readInstrumentCatalog } from './instrument-catalog.ts';
export { createLogger, type Logger } from './logger.ts';
export { ConfigError, readConfig, variableOf } from './read-config.ts';
export { Secret } from './secret.ts';
export { EXIT, hostService, type RunningService, type ServiceContext } from './service-host.ts';
export { inboxPlan, nextLife, startStepLoop } from './stepped-service.ts';
