const { appendFileSync } = require("node:fs");
const { reporters } = require("mocha");

/**
 * mocha's spec reporter, which also appends the counts and what failed as one JSON line to the file that TEST_COUNTS
 * names.
 */
module.exports = class CountReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const pending = [];
    const failed = [];
    runner.on("pending", (test) => pending.push(test.fullTitle()));
    runner.on("fail", (test, error) => {
      failed.push({ title: test.fullTitle(), error: String(error?.stack ?? error) });
    });
    runner.once("end", () => {
      const { passes = 0, failures = 0 } = this.stats;
      const line = JSON.stringify({ passes, failures, pending, failed });
      if (process.env.TEST_COUNTS) appendFileSync(process.env.TEST_COUNTS, `${line}\n`);
    });
  }
};
