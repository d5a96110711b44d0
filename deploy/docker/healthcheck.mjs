// Says whether this container's service is ready; what it waits for is in the output of the health log.
import { readyAddress } from './config.ts';

try {
  const answer = await fetch(readyAddress, { signal: AbortSignal.timeout(3_000) });
  process.stdout.write(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${readyAddress}: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
