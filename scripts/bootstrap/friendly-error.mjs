// Turns what tools print when they fail into one sentence a newcomer can act on.

/** An error whose message is all that a person needs: it is printed without a stack. */
export class FriendlyError extends Error {
  name = 'FriendlyError';
}

const UNREACHABLE = new RegExp(
  'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|' +
    'SOCKET_TIMEOUT|META_FETCH_FAIL|UND_ERR|fetch failed|FETCH_ERROR|network timeout',
  'i',
);

const CAUSES = [
  {
    pattern: /ENOSPC|no space left on device|EDQUOT/i,
    sentence: 'The disk is full.',
    remedy:
      'Free about 2 GB where this checkout and the package cache live, then run the same command again.',
  },
  {
    pattern: /EBADPLATFORM|UNSUPPORTED_PLATFORM|not supported on your platform|unsupported platform/i,
    sentence: `There is no build for this platform (${process.platform} ${process.arch}).`,
    remedy: 'Supported: Linux with glibc, macOS and Windows, each on x64 or arm64.',
  },
  {
    pattern: UNREACHABLE,
    sentence: 'The package registry could not be reached.',
    remedy:
      'Check the network (behind a proxy: set HTTPS_PROXY), then run the same command again.\n' +
      'Once everything is fetched, nothing needs the network any more.',
  },
  {
    pattern: /OUTDATED_LOCKFILE/i,
    sentence: 'pnpm-lock.yaml does not match the package.json files.',
    remedy: 'Run `pnpm install` once to write the new lockfile, and commit it with the change.',
  },
  {
    pattern: /EACCES|EPERM|EROFS|permission denied/i,
    sentence: 'A file or folder could not be written.',
    remedy: 'Check who owns this checkout (a folder left by root or by a container is the usual reason).',
  },
];

/** Whether what a tool printed means that a host did not answer. */
export function isUnreachable(output) {
  return UNREACHABLE.test(output);
}

/**
 * The friendly error for a step that failed, from what its tool printed; unknown causes keep
 * the tool's last lines.
 */
export function explainFailure(step, output) {
  const known = CAUSES.find(({ pattern }) => pattern.test(output));
  if (known) return new FriendlyError(`${step} failed. ${known.sentence}\n${known.remedy}`);
  const lastLines = output.trim().split('\n').slice(-8).join('\n  ');
  return new FriendlyError(`${step} failed:\n  ${lastLines || '(it printed nothing)'}`);
}
