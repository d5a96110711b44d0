// Types of nats-server.mjs for the TypeScript that starts a server: the test kit and the CLI.

export type NatsServerSource = 'NATS_SERVER_BIN' | 'PATH' | 'cache' | 'release' | 'go' | 'wheel';

export type NatsServer = {
  readonly path: string;
  readonly version: string;
  readonly source: NatsServerSource;
};

export declare function findNatsServer(options?: {
  readonly log?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  readonly cache?: string;
}): Promise<NatsServer>;
