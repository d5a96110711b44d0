import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { LogFile } from './log-file.ts';
import type { ServiceSpec } from './service-process.ts';

const JOB_MAX_MS = 120_000;
const SAID_MAX_CHARS = 16_000;

/**
 * Runs a job to its end and returns its exit code and what it said to people. It is ended when `signal` says
 * stop.
 */
export function runOnce(
  spec: ServiceSpec,
  signal: AbortSignal,
): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve) => {
    const log = new LogFile(spec.logPath);
    const child = spawn(process.execPath, [spec.script], {
      cwd: spec.cwd,
      env: spec.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    let said = '';
    const hear = (chunk: Buffer) => {
      appendFileSync(log.path, chunk);
      said = (said + chunk.toString('utf8')).slice(-SAID_MAX_CHARS);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.stdin.on('error', () => undefined); // it ended; that is told by close
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    const late = setTimeout(() => {
      said += `\nno end within ${JOB_MAX_MS / 1_000} s`;
      child.kill('SIGKILL');
    }, JOB_MAX_MS);
    const settle = (code: number | null) => {
      clearTimeout(late);
      signal.removeEventListener('abort', stop);
      resolve({ code, said: withoutLogLines(said) });
    };
    child.once('error', (error) => {
      said += error.message;
      settle(null);
    });
    child.once('close', (code) => settle(code));
  });
}

function withoutLogLines(said: string): string {
  return said
    .split('\n')
    .filter((line) => !line.startsWith('{"'))
    .join('\n')
    .trim();
}
