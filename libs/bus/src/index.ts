export { PUBLISHER_DEFAULTS, type PublisherOptions } from './ack-publisher.ts';
export * from './bus.ts';
export { PoisonedLaneError } from './durable-consumer.ts';
export { allDurables, durablesOf } from './durables.ts';
export { type ConnectOptions, JetStreamBus, SERVER_MIN } from './jetstream-bus.ts';
export { LaneHoleError } from './lane-reader.ts';
export { Lease, type LeaseOptions } from './lease.ts';
export { provision } from './provisioner.ts';
export { type NatsServerOptions, NatsServerProcess } from './server/nats-server-process.ts';
export { SimulatedServer } from './simulated/simulated-bus.ts';
export { VirtualClock } from './simulated/virtual-clock.ts';
export { bucketSnapshots, type SnapshotStore } from './steps/snapshot-store.ts';
export type { InboxPlan, Producer } from './steps/step-inbox.ts';
export {
  type HandleContext,
  StepLoop,
  type StepLoopOptions,
  type StepMachine,
} from './steps/step-loop.ts';
export type { Emission } from './steps/step-output.ts';
export { StepSource, type StepSourceOptions } from './steps/step-source.ts';
export * from './drive-plan.ts';
export * from './machine.ts';
