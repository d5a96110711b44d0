/** What a container's programs read of their environment. */
export const environment = process.env;

/** The port on which the service in this container says whether it is ready. */
export const httpPort = Number(environment.ALGO_HTTP_PORT);

/** Where a folder for each user of the bus is mounted to whoever makes the keys. */
export const keysDir = environment.ALGO_KEYS_DIR ?? '/keys';
