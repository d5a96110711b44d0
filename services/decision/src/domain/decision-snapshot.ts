import {
  accountId,
  InputError,
  instrumentId,
  positionId,
  REFUSAL_CODES,
  signalId,
  strategyName,
  type TradingConfig,
} from '@algo/model';
import { z } from 'zod';

/** The one layout of a decider's snapshot that this build reads and writes. */
export const SNAPSHOT_VERSION = 2;

const instrument = z.string().transform(instrumentId);
const time = z.number();
const count = z.int().min(0);

const refusalCount = z.strictObject({
  instrument,
  level: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
  code: z.enum(REFUSAL_CODES),
  count,
});

const haltScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('account'), account: z.string().transform(accountId) }),
  z.strictObject({ kind: z.literal('venue'), venue: z.string() }),
  z.strictObject({ kind: z.literal('instrument'), instrument: z.string() }),
  z.strictObject({ kind: z.literal('strategy'), strategy: z.string() }),
]);

const schema = z.strictObject({
  version: z.literal(SNAPSHOT_VERSION),
  account: z.string(),
  config: z.custom<TradingConfig>((value) => typeof value === 'object' && value !== null),
  configurationHash: z.string(),
  newestUs: time,
  equity: z.strictObject({ amount: z.string(), timeUs: time }).nullable(),
  modes: list(
    z.strictObject({
      scope: haltScope,
      mode: z.enum(['reducing', 'halted']),
      reason: z.string(),
      by: z.string(),
      latched: z.boolean(),
      timeUs: time,
    }),
  ),
  exposure: z.strictObject({
    positions: list(z.strictObject({ instrument, position: z.string().transform(positionId) })),
    pending: list(z.strictObject({ instrument, commandId: z.string(), expiresUs: time })),
    closed: list(z.strictObject({ instrument, timeUs: time })),
  }),
  pace: z.strictObject({
    paces: list(
      z.strictObject({
        instrument,
        strategy: z.string().transform(strategyName),
        evaluatedUs: time,
        publishedCode: z.enum(REFUSAL_CODES).nullable(),
        publishedUs: time,
      }),
    ),
    signals: list(z.strictObject({ instrument, ids: list(z.string().transform(signalId)) })),
  }),
  refusals: list(refusalCount),
  withheld: list(refusalCount),
  repeatedSignals: count,
  unknownInstruments: count,
});

function list<Item extends z.ZodType>(item: Item) {
  return z.array(item).readonly();
}

/** The engine's whole memory as plain JSON. */
export type DecisionSnapshot = z.output<typeof schema>;

/** Returns a snapshot read back from JSON. *Errors*: InputError on another version or shape. */
export function readSnapshot(value: unknown): DecisionSnapshot {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError({
    field: `decision snapshot ${issue?.path.join('.') ?? ''}`.trim(),
    value: versionOf(value),
    because: issue?.message ?? 'not a snapshot',
    remedy: `Restore a snapshot of version ${SNAPSHOT_VERSION}, or start without one and replay the log.`,
  });
}

function versionOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('version' in value)) return 'no version';
  return `version ${String(value.version)}`;
}
