/** Returns whether a failure may pass by itself, so that another try is worth it. */
export function mayPass(error: unknown): error is Error {
  return error instanceof Error && 'isPassing' in error && error.isPassing === true;
}
