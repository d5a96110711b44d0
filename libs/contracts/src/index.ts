export type { MessageCodec } from './codec.ts';
export { codecFor, codecs, type MessageName, type MessageOf } from './codecs.ts';
export { ContractError } from './contract-error.ts';
export * from './fact.ts';
export type * from './generated/codecs.ts';
export * from './permissions.ts';
export { checkSchema, SCHEMA_HEADER, SCHEMA_VERSION } from './schema.ts';
export * from './subjects.ts';
export * from './topology.ts';
