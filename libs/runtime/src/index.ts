export { acquireLease } from './acquire-lease.ts';
export {
  type BaseConfig,
  baseConfig,
  enginePlanOf,
  exchangeOf,
  isLive,
  type LiveAccount,
} from './base-config.ts';
export { CHECK_ONLY } from './check-service.ts';
export type { Hosted } from './composed/hosted.ts';
export { Wanted } from './composed/hosted-machine.ts';
export { Said } from './composed/said.ts';
export { Scheduler, type Work } from './composed/scheduler.ts';
export { environment, version } from './config.ts';
export { money, share } from './config-values.ts';
export { connectBus } from './connect-bus.ts';
export { DirectoryLock, holderOf } from './directory-lock.ts';
export { askersOf, followPause } from './follow-pause.ts';
export { HealthServer } from './health-server.ts';
export { engineInstruments, FirstRules } from './instruments/engine-instruments.ts';
export {
  ageWords,
  type ExchangeInstruments,
  exchangeInstruments,
  listedInstrument,
} from './instruments/exchange-instruments.ts';
export { followRules } from './instruments/follow-rules.ts';
export {
  type InstrumentCatalog,
  type InstrumentsFile,
  instrumentOf,
  readInstrumentCatalog,
  readInstrumentsFile,
} from './instruments/instrument-catalog.ts';
export { knownInstrument } from './instruments/known-instrument.ts';
export { ListingCache } from './instruments/listing-cache.ts';
export type { RuleOverride } from './instruments/written-instrument.ts';
export { LIVE_LIMITS } from './live-limits.ts';
export { createLogger, type Logger } from './logger.ts';
export { marketDataSettings } from './market-data-settings.ts';
export type { Life } from './own-life.ts';
export { parseYaml, type YamlProblem } from './parse-yaml.ts';
export { ownDirectory } from './process-context.ts';
export { birthOf, isAlive, isSameProcess } from './process-identity.ts';
export * from './process-plan.ts';
export { ConfigError, parsedYaml, readConfig, readYaml, variableOf } from './read-config.ts';
export { Composition, type CompositionParts } from './run-composed.ts';
export { EXIT, runProcess } from './run-process.ts';
export { Secret } from './secret.ts';
export * from './service.ts';
export { followShardPlan, planShards, readShardPlan } from './shard-plans.ts';
export { startDriver } from './start-driver.ts';
export { checkVenueAccess, type VenueSettings, venueAccess, venueSettings } from './venue-access.ts';
export { WatchedFile } from './watched-file.ts';
