// Fails where tests were skipped that CI must have run: the one that drives kubectl.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const kubectl = report.testResults
  .filter(({ name }) => name.includes('kubectl'))
  .flatMap((file) => file.assertionResults);
const passed = kubectl.filter(({ status }) => status === 'passed').length;
if (passed === 0 || passed !== kubectl.length) {
  console.error(`kubectl tests: ${passed} of ${kubectl.length} ran and passed`);
  process.exit(1);
}
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed`);
