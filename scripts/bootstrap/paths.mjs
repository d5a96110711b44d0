import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** Everything fetched or built for this checkout that is not node_modules; safe to delete. */
export const CACHE = join(ROOT, '.cache');
