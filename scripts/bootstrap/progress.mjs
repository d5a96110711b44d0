// Says what is being fetched and why, and shows that it moves: a line redrawn in place on a terminal, a line
// now and then elsewhere.

const FIRST_SIGN_MS = 2_000;
const REDRAW_MS = 200;
const LINE_EVERY_MS = 5_000;
const BAR_WIDTH = 24;

/**
 * Reports to `log`, one finished line a call; `terminal` (a TTY stream) gets the redrawn line between them.
 */
export function createProgress({ log, terminal = null }) {
  return { say: log, step: (what, why) => startStep({ log, terminal, what, why }) };
}

/** The progress of a command started by a person: on stderr, so that what the command prints can be piped. */
export function createConsoleProgress(stream = process.stderr) {
  return createProgress({
    log: (line) => stream.write(`${line}\n`),
    terminal: stream.isTTY ? stream : null,
  });
}

function startStep({ log, terminal, what, why }) {
  const startedMs = Date.now();
  let state = { text: '' };
  let lastLineMs = startedMs;
  log(`› ${what}: ${why}`);

  const tick = () => {
    const elapsedMs = Date.now() - startedMs;
    if (elapsedMs < FIRST_SIGN_MS) return;
    if (terminal) terminal.write(`\r\x1b[2K  ${describe(state)}, ${seconds(elapsedMs)}`);
    else if (lastLineMs === startedMs || Date.now() - lastLineMs >= LINE_EVERY_MS) {
      lastLineMs = Date.now();
      log(`  ${describe(state)}, ${seconds(elapsedMs)}`);
    }
  };
  const timer = setInterval(tick, REDRAW_MS);
  timer.unref();
  const finish = (line) => {
    clearInterval(timer);
    if (terminal) terminal.write('\r\x1b[2K');
    log(line);
  };
  return {
    /** What is happening now: `{ text, done?, total? }`; with a total it is drawn as a bar. */
    update: (next) => {
      state = next;
    },
    done: (result = 'done') => finish(`  ${result} in ${seconds(Date.now() - startedMs)}`),
    fail: (reason) => finish(`  ${reason} (after ${seconds(Date.now() - startedMs)})`),
  };
}

function describe({ text, done, total }) {
  if (!total) return text || 'working';
  const filled = Math.round((Math.min(done, total) / total) * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${text}`;
}

/** A span as a person reads it: 0.4 s, 12 s, 2 min 5 s. */
export function seconds(ms) {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
