// Fails where tests were skipped that CI must have run: those that drive kubectl, a NATS server and Chromium.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const tool of ['kubectl', 'nats', 'chromium']) {
  const tests = report.testResults
    .filter(({ name }) => name.includes(tool))
    .flatMap((file) => file.assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  if (passed === 0 || passed !== tests.length) {
    console.error(`${tool} tests: ${passed} of ${tests.length} ran and passed`);
    process.exit(1);
  }
}
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed`);
