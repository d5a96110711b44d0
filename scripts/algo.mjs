#!/usr/bin/env node
// The `algo` command of a checkout (`npx algo …`): the same bootstrap as the npm scripts, then the CLI.
process.argv.splice(2, 0, 'algo');
import('./run.mjs');
