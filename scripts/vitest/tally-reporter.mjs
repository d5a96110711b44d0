// Leaves the counts of a run in the file named by TEST_TALLY_FILE; the closing line is printed from it once
// the run has ended.
import { writeFileSync } from 'node:fs';

export default class TallyReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) tally[nameOf(test.result().state)] += 1;
      // A suite that could not even be loaded ran no test, yet it is a failure.
      if (module.errors().length > 0) tally.failed += 1;
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) tally.failed += 1;
    }
    if (process.env.TEST_TALLY_FILE) writeFileSync(process.env.TEST_TALLY_FILE, JSON.stringify(tally));
  }
}

/** A test that was begun and has no result was not passed. */
const nameOf = (state) => (state === 'passed' || state === 'skipped' ? state : 'failed');
