export * from './nats-fixture.ts';
export * from './tcp-proxy.ts';
