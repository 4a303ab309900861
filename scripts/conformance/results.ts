import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../kernel/package-root.js';
import { type CaseResult, GROUPS } from './suite-run.js';

const FOLDER = join(packageRoot, 'tools/conformance/results');

export const TARGETS = ['kubesim', 'real'] as const;
export type Target = (typeof TARGETS)[number];

const resultsSchema = z.object({
  /** Date of the run, RFC 3339. */
  date: z.string(),
  /** Version of the suite, such as v1.36.3. */
  suite: z.string(),
  minutes: z.number(),
  cases: z.array(
    z.object({ group: z.string(), title: z.string(), passed: z.boolean(), failure: z.string().nullable() }),
  ),
});

/** A run of the suite. */
export type Results = z.infer<typeof resultsSchema>;

export async function storeResults(target: Target, results: Results): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, `${target}.json`), `${JSON.stringify(results, undefined, 1)}\n`);
}

/** Writes docs/conformance.md from the stored runs. */
export async function writeConformanceDocument(): Promise<void> {
  const runs = (
    await Promise.all(
      TARGETS.map(async (target) => {
        const text = await readFile(join(FOLDER, `${target}.json`), 'utf8').catch(() => undefined);
        return text === undefined ? [] : [{ target, results: resultsSchema.parse(JSON.parse(text)) }];
      }),
    )
  ).flat();
  await writeFile(join(packageRoot, 'docs/conformance.md'), documentOf(runs));
}

interface Run {
  readonly target: Target;
  readonly results: Results;
}

const NAMES: Readonly<Record<Target, string>> = {
  kubesim: "kubesim's control plane",
  real: "a real control plane, kubesim's machines",
};

/**
 * Cases that passed on a real control plane of v1.36.3 with the four simulated nodes of KWOK v0.8.0, by group; measured with the same
 * suite and the same focus.
 */
const KWOK: Readonly<Record<string, number>> = {
  'api-machinery': 78,
  apps: 40,
  architecture: 1,
  auth: 7,
  cli: 12,
  instrumentation: 4,
  scheduling: 11,
};

function documentOf(runs: readonly Run[]): string {
  return `${[HEAD, summary(runs), ...runs.map(runText), ...runs.map(failures)].join('\n\n')}\n`;
}

const HEAD = `# Conformance

<!-- Written by \`npm run conformance\`. -->

The Conformance cases of Kubernetes' own end-to-end suite (\`k8s.io/kubernetes/test/e2e\`), run against a cluster of the platform with
four nodes: those of the special interest groups whose cases test a control plane. Cases of node, storage and network are not
applicable: they need programs that really run in containers, disks and a network.

\`\`\`sh
npm run conformance                       # on kubesim's control plane
npm run conformance -- --target real      # on a real control plane, see development.md
npm run conformance -- --focus 'Deployment'
\`\`\`

The first run builds the suite (Go, ten minutes). A run with \`--focus\` prints its cases and stores nothing. A real control plane with
KWOK's nodes, which run no containers either, is the comparison.`;

function summary(runs: readonly Run[]): string {
  const header = ['group', 'cases', 'KWOK', ...runs.map(({ target }) => NAMES[target])];
  const rows = GROUPS.map((group) => {
    const counts = runs.map(({ results }) => results.cases.filter((found) => found.group === group));
    const cases = Math.max(0, ...counts.map(({ length }) => length));
    return [group, cases, KWOK[group] ?? 0, ...counts.map(passedOf)];
  });
  const total = [
    '**all**',
    ...rows[0]!.slice(1).map((_, column) => sum(rows.map((row) => Number(row[column + 1])))),
  ];
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [header, rule, ...rows, total].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function runText({ target, results }: Run): string {
  const passed = passedOf(results.cases);
  return `Run on ${NAMES[target]}: ${results.date}, suite ${results.suite}, ${results.minutes} minutes, ${passed} of ${results.cases.length} passed.`;
}

function failures({ target, results }: Run): string {
  const failed = results.cases.filter(({ passed }) => !passed);
  const lines = failed.map(
    ({ group, title, failure }) => `- ${group}: ${title}. \`${codeOf(failure ?? '')}\``,
  );
  return [`## Failed on ${NAMES[target]}`, lines.length > 0 ? lines.join('\n') : 'None.'].join('\n\n');
}

/** The text as it may stand between backticks in a list. */
function codeOf(text: string): string {
  return text.replaceAll('`', "'");
}

function passedOf(cases: readonly CaseResult[]): number {
  return cases.filter(({ passed }) => passed).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
