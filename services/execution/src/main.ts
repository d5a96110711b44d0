import { join } from 'node:path';
import { Lease } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import { accountId } from '@algo/model';
import { environment, hostService, readInstrumentCatalog, startStepLoop } from '@algo/runtime';
import { WriteAheadLog } from '@algo/state';
import { PaperExchangeVenue } from '@algo/venues';
import { ExecutionMachine } from './adapters/execution-machine.ts';
import { keepReconciled } from './adapters/keep-reconciled.ts';
import { OrderWire } from './adapters/order-wire.ts';
import { ReconciliationJob } from './adapters/reconciliation-gate.ts';
import { config as schema } from './config.ts';
import { executionSettings } from './settings.ts';

await hostService('execution', schema, async (context) => {
  const { bus, clock, config, identity, log, signal } = context;
  const account = accountId(config.account);
  const wal = context.own(
    await WriteAheadLog.open({ directory: join(config.dataDir, 'wal', account), segmentBytes: 16 << 20 }),
  );
  const lease = await Lease.acquire(
    bus.bucket('leases'),
    {
      key: `execution.${account}`,
      holder: identity,
      ttlMs: config.leaseTtlMs,
      renewMs: config.leaseRenewMs,
      epochFloor: wal.lastEpoch,
    },
    clock,
    signal,
  );
  if (lease === undefined) return { closed: Promise.resolve(undefined), counters: () => ({}) };
  context.own(lease);
  await wal.append({ kind: 'epoch', clientOrderId: null, epoch: lease.epoch, payload: '' });
  let machine!: ExecutionMachine;
  const venue = context.own(new PaperExchangeVenue(bus, () => machine.step));
  const { epoch } = lease;
  const job = new ReconciliationJob({ bus, clock, log, account, epoch, environment });
  const catalog = readInstrumentCatalog(config.instrumentsFile);
  const settings = executionSettings(config, [...catalog.values()], epoch);
  const own = await bus.last('STEPS', subjects.stepMark(identity));
  const finishedThrough = own === undefined ? 0 : codecs.StepMark.decode(own.data).steps.at(-1)!;
  const loop = context.own(
    await startStepLoop('execution', context, {
      restore: (state) => {
        machine = new ExecutionMachine({
          settings,
          wire: new OrderWire({ log: wal, venue, lease, clock, logger: log }),
          log,
          mode: { pacing: config.pacing, finishedThrough },
          gate: async () => void (await job.pass()),
          state,
        });
        return machine;
      },
    }),
  );
  const reconciled =
    config.pacing === 'live'
      ? keepReconciled({
          job,
          loop,
          machine,
          clock,
          epoch,
          everyMs: config.reconcileEveryMs,
          signal,
        })
      : new Promise<never>(() => {});
  const lost = lease.lost.then((reason) => new Error(`lease: ${reason}`));
  return {
    closed: Promise.race([loop.closed, lost, reconciled]),
    counters: () => ({ ...machine.counters(), epoch, step: loop.step }),
  };
});
