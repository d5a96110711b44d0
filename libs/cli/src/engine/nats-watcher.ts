import { spawn } from 'node:child_process';

/** Services drain for up to this long after their supervisor is gone, and need the server for it. */
const DRAIN_SECONDS = 6;

/**
 * Ends nats-server when this process dies without being able to: a shell waits for the end of our pipe. It
 * doesn't
 * guard against anything while we live; returns how to call it off.
 */
export function watchNats(pid: number | undefined): () => void {
  if (pid === undefined || process.platform === 'win32') return () => {};
  const script = `read -r word; [ "$word" = off ] || { sleep ${DRAIN_SECONDS}; kill ${pid}; } 2>/dev/null`;
  const watcher = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.on('error', () => undefined); // no shell here: the next start ends what a crash leaves behind
  watcher.stdin.on('error', () => undefined); // it ended already
  watcher.unref();
  return () => watcher.stdin.end('off\n');
}
