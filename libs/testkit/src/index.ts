export * from './nats-fixture.ts';
