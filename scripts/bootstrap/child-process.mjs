// Two ways to run another program: captured with a time limit (tools we drive), or in the foreground (what
// the person asked for).
import { spawn } from 'node:child_process';

/**
 * Output kept of a captured program; the start of anything longer is dropped, because causes
 * stand at the end.
 */
const KEPT_OUTPUT_CHARS = 200_000;

/**
 * Runs a program to its end and returns `{ ok, code, output, stdout }`. It never rejects: a
 * missing program or an elapsed time limit is `ok: false` with the reason in `output`. `onLine`
 * sees each line of either output.
 */
export function capture(command, args, { cwd, env, timeoutMs, onLine } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    let output = '';
    let stdout = '';
    const stdoutLines = inLines(onLine);
    const stderrLines = inLines(onLine);
    const settle = (result) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ output: output + (result.note ?? ''), stdout, code: result.code, ok: result.code === 0 });
    };
    // The pipes are let go at the limit: a grandchild that outlives the kill must not hold us.
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      settle({ code: null, note: `\nno end within ${timeoutMs / 1000} s (ETIMEDOUT)` });
    }, timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output = keep(output + chunk);
      stdout = keep(stdout + chunk);
      stdoutLines(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      output = keep(output + chunk);
      stderrLines(chunk);
    });
    child.on('error', (error) => settle({ code: null, note: `\n${error.message}` }));
    child.on('close', (code) => settle({ code }));
  });
}

/** Takes text in chunks and hands it on in whole lines. */
function inLines(onLine = () => {}) {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = keep(lines.pop());
    for (const line of lines) onLine(line);
  };
}

function keep(text) {
  return text.length > KEPT_OUTPUT_CHARS ? text.slice(-KEPT_OUTPUT_CHARS) : text;
}

/**
 * Runs a program on our own terminal, passing signals on, and returns `{ code, signal }` of its end. On a
 * terminal Ctrl-C reaches the program from the terminal itself, so it is not sent a second time.
 */
export function runForeground(command, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
      const handler = () => {
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      };
      process.on(signal, handler);
      return [signal, handler];
    });
    const release = () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    child.on('error', (error) => {
      release();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      release();
      resolve({ code, signal });
    });
  });
}

/**
 * Ends this process as the program in the foreground ended: with the same exit code, or by the same signal.
 */
export function endLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code;
}
