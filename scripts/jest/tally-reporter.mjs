// Leaves the counts of a run in the file named by TEST_TALLY_FILE; the closing line is printed from it once
// Jest has ended.
import { writeFileSync } from 'node:fs';

export default class TallyReporter {
  onRunComplete(_contexts, results) {
    const tally = {
      passed: results.numPassedTests,
      // A suite that could not even be loaded ran no test, yet it is a failure.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    if (process.env.TEST_TALLY_FILE) writeFileSync(process.env.TEST_TALLY_FILE, JSON.stringify(tally));
  }
}
