// Fails where tests were skipped that CI must have run: those that drive kubectl, a NATS server, Chromium and software of others, and
// those of a real control plane of Kubernetes. Prints the quarantined tests; an entry excuses no failure.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const tool of [
  'kubectl',
  'nats',
  'chromium',
  'kubesim/control-planes',
  'contracts/kubernetes/real',
  'kubesim/third-party',
]) {
  const tests = report.testResults
    .filter(({ name }) => name.includes(tool))
    .flatMap((file) => file.assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  if (passed === 0 || passed !== tests.length) {
    console.error(`${tool} tests: ${passed} of ${tests.length} ran and passed`);
    process.exit(1);
  }
}
const quarantine = JSON.parse(readFileSync(new URL('quarantine.json', import.meta.url), 'utf8'));
for (const { test, reason, date } of quarantine) {
  if (!test || !reason || !/^\d{4}-\d{2}-\d{2}$/.test(date)) {
    console.error('.ci/quarantine.json: each entry has test, reason and date (YYYY-MM-DD)');
    process.exit(1);
  }
  console.log(`quarantined since ${date}: ${test}: ${reason}`);
}
if (quarantine.length === 0) console.log('no test is quarantined');
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed`);
