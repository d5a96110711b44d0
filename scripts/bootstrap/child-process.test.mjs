import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { capture } from './child-process.mjs';

const node = (script, options) =>
  capture(process.execPath, ['-e', script], { timeoutMs: 20_000, ...options });

test('hands over both outputs, the exit code and each line', async () => {
  const lines = [];
  const script = 'console.log("one\\ntwo"); console.error("oh"); process.exitCode = 3';
  const result = await node(script, { onLine: (line) => lines.push(line) });
  expect(result).toMatchObject({ ok: false, code: 3, stdout: 'one\ntwo\n' });
  expect(result.output).toContain('oh');
  expect(lines.sort()).toEqual(['oh', 'one', 'two']);
});

test('keeps the end of an output that is too long', async () => {
  const { output } = await node('process.stdout.write("x".repeat(1e6) + "the end")');
  expect(output.length).toBeLessThanOrEqual(200_000);
  expect(output.endsWith('the end')).toBe(true);
});

test('ends a program at its time limit, also when a child of it holds the pipes', async () => {
  const script = 'require("child_process").spawn("sleep", ["5"], { stdio: "inherit" })';
  const result = await node(`${script}; setTimeout(() => {}, 60_000)`, { timeoutMs: 300 });
  expect(result.ok).toBe(false);
  expect(result.output).toContain('ETIMEDOUT');
});

test('reports a program that does not exist instead of throwing', async () => {
  expect(await capture('no-such-program-here', [], { timeoutMs: 1_000 })).toMatchObject({
    ok: false,
    code: null,
  });
});

const FOREGROUND = `
  import { endLike, runForeground } from ${JSON.stringify(new URL('./child-process.mjs', import.meta.url))};
  const { execPath, env } = process;
  endLike(await runForeground(execPath, ['-e', env.SCRIPT], { env }));`;

function foreground(script) {
  const env = { ...process.env, SCRIPT: script };
  return spawn(process.execPath, ['--input-type=module', '-e', FOREGROUND], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('in the foreground ends with the exit code of the program', async () => {
  expect(await once(foreground('process.exit(7)'), 'exit')).toEqual([7, null]);
});

test('in the foreground ends by the signal that ended the program', async () => {
  expect(await once(foreground('process.kill(process.pid, "SIGKILL")'), 'exit')).toEqual([null, 'SIGKILL']);
});

test.each(['SIGTERM', 'SIGINT'])(
  'in the foreground passes %s on and waits for the program to finish',
  async (signal) => {
    const script = `process.on('${signal}', () => { console.log('tidied up'); process.exit(5); });
    console.log('ready'); setInterval(() => {}, 1000)`;
    const started = foreground(script);
    const ended = once(started, 'exit');
    let printed = '';
    for await (const chunk of started.stdout) {
      printed += chunk;
      if (printed === 'ready\n') started.kill(signal);
    }
    expect(printed).toBe('ready\ntidied up\n');
    expect(await ended).toEqual([5, null]);
  },
);
