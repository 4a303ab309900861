import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../kernel/package-root.js';
import { findTests, testTitles, type TestTitle } from './test-titles.js';

const rowSchema = z.strictObject({
  /** What the ACK documentation describes. */
  capability: z.string().min(1),
  /** How it shows in the graph. */
  works: z.string().min(1),
  /** The tests that prove it. */
  tests: z.array(z.strictObject({ file: z.string(), name: z.string().min(1) })).min(1),
});
const pageSchema = z.object({ rows: z.record(z.string().regex(/^\d+$/), rowSchema) });

type Rows = z.infer<typeof pageSchema>['rows'];

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** Rows of the ACK documentation that must be proved. */
const REQUIRED: readonly number[] = [...range(1, 82), 116, 154, 156, ...range(159, 161)];

export interface CapabilitiesPage {
  readonly text: string;
  /** Rows that name a test which does not exist, or never runs. */
  readonly wrong: readonly string[];
  /** Rows that nothing proves. */
  readonly missing: readonly number[];
}

/** Makes docs/capabilities.md of docs/capabilities.json, and says what is not proved. */
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
    const known = titles.get(file) ?? readTitles(file);
    titles.set(file, known);
    return known;
  };
  const checks = Object.entries(rows).flatMap(([number, { tests }]) =>
    tests.map(async ({ file, name }) => {
      const known = await titlesOf(file);
      if (!known) return [`row ${number}: there is no ${file}`];
      const found = findTests(known, name);
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
    const proofs = tests.map(({ file, name }) => `- [${file}](../${file}): ${text(name)}`);
    return `### ${number}. ${capability}\n\n${works}\n\n${proofs.join('\n')}\n`;
  });
  return `# Capabilities

Generated from \`capabilities.json\` by \`npm run generate\`. What the ACK documentation describes (by its row), how it shows
in the graph, and the tests that prove it. In a test's name \`%s\` stands for the entries of its table.

${sections.join('\n')}`;
}

/** Test names are plain text: nothing in them is Markdown. */
function text(name: string): string {
  return name.replace(/[\\`*_<>[\]|]/g, '\\$&');
}
