import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../kernel/package-root.js';
import { findTests, testTitles, type TestTitle } from './test-titles.js';

const rowSchema = z.strictObject({
  /** The capability, as the ACK documentation describes it. */
  capability: z.string().min(1),
  /** How the graph implements it. */
  works: z.string().min(1),
  /** Tests of the capability. */
  tests: z.array(z.strictObject({ file: z.string(), name: z.string().min(1) })).min(1),
});
const pageSchema = z.object({ rows: z.record(z.string().regex(/^\d+$/), rowSchema) });

type Rows = z.infer<typeof pageSchema>['rows'];

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Rows of the ACK documentation that need a test. */
const REQUIRED: readonly number[] = [...range(1, 82), 116, 154, 156, ...range(159, 161)];

export interface CapabilitiesPage {
  readonly text: string;
  /** Rows with a test that does not exist or never runs. */
  readonly wrong: readonly string[];
  /** Rows without a test. */
  readonly missing: readonly number[];
}

/** Generates docs/capabilities.md from docs/capabilities.json, and lists rows without valid tests. */
export async function capabilitiesPage(): Promise<CapabilitiesPage> {
  const rows = await capabilityRows(join(packageRoot, 'docs/capabilities.json'));
  return {
    text: pageOf(rows),
    wrong: await wrongTests(rows),
    missing: REQUIRED.filter((number) => !rows[number]),
  };
}

/** The rows of docs/capabilities.json. */
export async function capabilityRows(file: string): Promise<Rows> {
  return pageSchema.parse(JSON.parse(await readFile(file, 'utf8'))).rows;
}

async function wrongTests(rows: Rows): Promise<string[]> {
  const titles = new Map<string, Promise<TestTitle[] | undefined>>();
  const titlesOf = (file: string) => {
    const cached = titles.get(file) ?? readTitles(file);
    titles.set(file, cached);
    return cached;
  };
  const checks = Object.entries(rows).flatMap(([number, { tests }]) =>
    tests.map(async ({ file, name }) => {
      const fileTitles = await titlesOf(file);
      if (!fileTitles) return [`row ${number}: ${file} does not exist`];
      const found = findTests(fileTitles, name);
      if (found.length === 0) return [`row ${number}: ${file} has no test "${name}"`];
      return found.every(({ skipped }) => skipped) ? [`row ${number}: ${file} skips "${name}"`] : [];
    }),
  );
  return (await Promise.all(checks)).flat();
}

async function readTitles(file: string): Promise<TestTitle[] | undefined> {
  const source = await readFile(join(packageRoot, file), 'utf8').catch(() => undefined);
  return source === undefined ? undefined : testTitles(source);
}

function pageOf(rows: Rows): string {
  const sorted = Object.entries(rows).sort(([a], [b]) => Number(a) - Number(b));
  const sections = sorted.map(([number, { capability, works, tests }]) => {
    const links = tests.map(({ file, name }) => `- [${file}](../${file}): ${text(name)}`);
    return `### ${number}. ${capability}\n\n${works}\n\n${links.join('\n')}\n`;
  });
  return `# Capabilities

Generated from \`capabilities.json\` by \`npm run generate\`: capabilities that the ACK documentation describes (by row), how the
graph implements them, and their tests. In the name of a test \`%s\` stands for the entries of its table.

${sections.join('\n')}`;
}

/** Escapes Markdown in the name of a test. */
function text(name: string): string {
  return name.replace(/[\\`*_<>[\]|]/g, '\\$&');
}
