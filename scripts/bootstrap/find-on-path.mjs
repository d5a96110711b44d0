import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first runnable file of that name on PATH, or null. */
export function findOnPath(name, env = process.env) {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const path = env.PATH ?? env.Path ?? '';
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, file);
    if (isRunnable(candidate)) return candidate;
  }
  return null;
}

export function isRunnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
