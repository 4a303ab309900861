import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../kernel/package-root.js';
import { capabilityRows } from './generate-capabilities.js';

/**
 * Fails if a test that docs/capabilities.json names did not run and pass:
 * `node dist/scripts/capabilities/check-capability-tests.js REPORT`, with the report of vitest's reporter `json`.
 */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});

/** Whether a title of the report, in which the values of a table replace placeholders, belongs to the title of the source. */
function isRunOf(name: string, path: string): boolean {
  const parts = name.split(/%[sdifjoO#]|\$\{[^}]*\}|\$[a-z][\w.]*/i);
  const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*');
  return new RegExp(`^([^]* > )?${pattern}$`).test(path);
}

const [file = ''] = process.argv.slice(2);
const report = reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
const passed = new Map(
  report.testResults.map(({ name, assertionResults }) => [
    relative(packageRoot, name),
    assertionResults
      .filter(({ status }) => status === 'passed')
      .map(({ ancestorTitles, title }) => [...ancestorTitles.filter(Boolean), title].join(' > ')),
  ]),
);
const tests = Object.entries(await capabilityRows(join(packageRoot, 'docs/capabilities.json'))).flatMap(
  ([row, { tests }]) => tests.map((test) => ({ row, ...test })),
);
const missing = tests.filter(({ file: of, name }) => !passed.get(of)?.some((path) => isRunOf(name, path)));
for (const { row, name, file: of } of missing)
  console.error(`row ${row}: ${of} did not run and pass "${name}"`);
if (missing.length > 0) process.exitCode = 1;
else console.log(`${tests.length} tests of capabilities ran and passed`);
