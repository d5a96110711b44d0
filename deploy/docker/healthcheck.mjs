// Says whether this container's service is ready; what it waits for is in the output of the health log.
const address = `http://127.0.0.1:${process.env.ALGO_HTTP_PORT}/readyz`;

try {
  const answer = await fetch(address, { signal: AbortSignal.timeout(3_000) });
  process.stdout.write(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${address}: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
