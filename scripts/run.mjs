#!/usr/bin/env node
// The one entry of every npm script: node scripts/run.mjs up|test|check|bench|gen|fix|algo
// [args]. Nothing newer than a dynamic import stands here, so that an old Node can say it is
// old instead of failing to parse.
const major = Number(process.versions.node.split('.')[0]);

if (major < 18) {
  console.error(
    `\nThis project needs Node 18 or newer to start, and this is Node ${process.versions.node}.\n` +
      'Install any Node from 18 on (the exact one used inside comes by itself), then try again.',
  );
  process.exitCode = 1;
} else {
  import('./bootstrap/commands.mjs').then((commands) => commands.main(process.argv.slice(2)));
}
