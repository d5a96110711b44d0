/**
 * What this process was started with: to be checked by `readConfig`, or handed down to a process of its own.
 */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** The version that a service says of itself; npm names it when npm started the process. */
export const version = environment.npm_package_version ?? '0.1.0';
