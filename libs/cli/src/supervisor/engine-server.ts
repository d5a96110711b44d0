import { join } from 'node:path';
import { allDurables, type BusCertificates, JetStreamBus, NatsServerProcess, provision } from '@algo/bus';
import type { BusUser } from '@algo/contracts';
import { processesOf } from '@algo/runtime';
import { BusUsers } from '../engine/bus-users.ts';
import { raiseLayout } from '../engine/raise-layout.ts';
import { certificatesOf } from '../engine/server-certificates.ts';
import { planOf } from './service-plan.ts';
import type { UpOptions } from './up-options.ts';

/** What an engine is started from. */
export interface EngineParts {
  readonly options: UpOptions;
  readonly dataDir: string;
  readonly root: string;
  readonly natsBinary: string;
  readonly inherited: NodeJS.ProcessEnv;
  /** Told what is going on during the start, one line each. */
  readonly say: (line: string) => void;
  /** Only the feed runs, and whoever started it stores what it brings. */
  readonly isRecording?: boolean;
}

/** The nats-server of a data directory, who may use it, and by which certificate it encrypts. */
export interface EngineServer {
  readonly nats: NatsServerProcess;
  readonly users: BusUsers;
  /** Undefined where the bus is not encrypted. */
  readonly certificates: BusCertificates | undefined;
  readonly connect: (identity: string, user: BusUser) => Promise<JetStreamBus>;
}

/**
 * Starts it, and makes what streams, buckets and durables are missing, as the one user who may. *Errors*:
 * InputError on a certificate that no client would take.
 */
export async function startServer(parts: EngineParts): Promise<EngineServer> {
  const { options, dataDir, natsBinary } = parts;
  const certificates = options.tls ? certificatesOf(dataDir) : undefined;
  await certificates?.ready(Date.now());
  parts.say('starting nats-server');
  const users = BusUsers.make(dataDir);
  raiseLayout(dataDir);
  const nats = await NatsServerProcess.start({
    binary: natsBinary,
    storeDir: join(dataDir, 'jetstream'),
    sync: 'always',
    detached: true,
    authorization: users.authorization(processesOf(planOf(options))),
    ...(certificates === undefined ? {} : { certificate: certificates.files }),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  const tls = certificates === undefined ? {} : { caFile: certificates.files.caFile };
  const connect = (identity: string, user: BusUser) =>
    JetStreamBus.connect({ servers: [nats.url], identity, keySeed: users.keySeed(user), tls });
  try {
    await using bus = await connect('provisioner', 'provisioner');
    await provision(bus, { replicas: 1, durables: allDurables() });
  } catch (error) {
    await nats.stop();
    throw error;
  }
  return { nats, users, certificates, connect };
}
