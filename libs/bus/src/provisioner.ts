import { BUCKETS, fenceFilter, STREAMS, type StreamName } from '@algo/contracts';
import { InputError } from '@algo/model';
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { DurableOptions } from './bus.ts';
import type { JetStreamBus } from './jetstream-bus.ts';

const NANOS = 1_000_000;
/** Long enough for a service to be restarted and republish what it can't know was stored. */
const DUPLICATE_WINDOW_MS = 120_000;

/**
 * Creates or updates every stream, bucket and durable that the
 * topology names. Idempotent; refuses to shrink what exists.
 */
export async function provision(
  bus: JetStreamBus,
  options: { readonly replicas: number; readonly durables: readonly DurableOptions[] },
): Promise<void> {
  const { jsm } = bus.nats;
  for (const name of Object.keys(STREAMS) as StreamName[]) await provisionStream(jsm, name, options.replicas);
  const kvm = new Kvm(bus.nats.nc);
  for (const bucket of BUCKETS)
    await kvm.create(bucket, {
      history: 1,
      replicas: options.replicas,
      storage: StorageType.File,
      allow_direct: false,
    });
  for (const durable of options.durables) await provisionDurable(jsm, durable);
}

async function provisionStream(jsm: JetStreamManager, name: StreamName, replicas: number): Promise<void> {
  const plan = STREAMS[name];
  const wanted: Partial<StreamConfig> & { name: string } = {
    name,
    subjects: [...plan.subjects, fenceFilter(name)],
    description: plan.purpose,
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: plan.keep === 'money' ? DiscardPolicy.New : DiscardPolicy.Old,
    max_age: plan.maxAgeMs * NANOS,
    max_bytes: plan.maxBytes,
    num_replicas: replicas,
    duplicate_window: DUPLICATE_WINDOW_MS * NANOS,
    allow_direct: true,
  };
  const existing = await jsm.streams.info(name).catch(() => undefined);
  if (existing === undefined) {
    // Never persist_mode async: it acknowledges before it writes,
    // and a killed server has then lost what it promised.
    await jsm.streams.add(wanted as StreamConfig);
    return;
  }
  if (existing.state.bytes > plan.maxBytes && plan.maxBytes < existing.config.max_bytes)
    throw new InputError({
      field: `stream ${name}`,
      value: existing.state.bytes,
      because: `holds more than its new limit of ${plan.maxBytes} bytes`,
      remedy: 'Raise the limit, or export and purge the stream first.',
    });
  await jsm.streams.update(name, wanted);
}

async function provisionDurable(jsm: JetStreamManager, durable: DurableOptions): Promise<void> {
  await jsm.consumers.add(durable.stream, {
    durable_name: durable.durable,
    filter_subjects: [...durable.subjects],
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: durable.ackWaitMs * NANOS,
    max_ack_pending: durable.pendingMax,
  });
}
