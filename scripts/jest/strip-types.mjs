// Jest runs our TypeScript as Node itself does: types stripped in place, so lines and columns stay true.
import { stripTypeScriptTypes } from 'node:module';

export default {
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
};
