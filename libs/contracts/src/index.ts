export type { MessageCodec } from './codec.ts';
export {
  type AnyEvent,
  codecFor,
  codecs,
  controlCommands,
  encodeEvent,
  feedEvents,
  type MessageName,
  type MessageOf,
  orderCommands,
  orderEvents,
  positionEvents,
  riskEvents,
  venueEvents,
} from './codecs.ts';
export { ContractError, type MessagePlace } from './contract-error.ts';
export type { EncodedMessage, EventFamily } from './event-family.ts';
export * from './fact.ts';
export * from './messages.ts';
export * from './permissions.ts';
export { checkSchema, SCHEMA_HEADER, SCHEMA_VERSION } from './schema.ts';
export * from './topology.ts';
