/** What a container's programs read of their environment. */
export const environment = process.env;

/** Where the service in this container says whether it is ready. */
export const readyAddress = `http://127.0.0.1:${environment.ALGO_HTTP_PORT}/readyz`;
