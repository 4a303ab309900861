import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * The special interest groups whose Conformance cases test what a control plane does. The cases of node, storage and network need
 * programs that really run in containers, disks and a network.
 */
export const GROUPS = [
  'api-machinery',
  'apps',
  'architecture',
  'auth',
  'cli',
  'instrumentation',
  'scheduling',
];

export interface SuiteRunOptions {
  /** Folder of `e2e.test` and `ginkgo`. */
  readonly programs: string;
  /** The kubectl of the same version. */
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** Folder of the log and the report. */
  readonly folder: string;
  /** Regular expression of the titles; default every Conformance case of the groups. */
  readonly focus?: string | undefined;
  /** Cases that run at once. Most of them wait most of the time. */
  readonly processes: number;
}

/** A case of the suite that ran. */
export interface CaseResult {
  /** Special interest group, such as `apps`. */
  readonly group: string;
  readonly title: string;
  readonly passed: boolean;
  /** First line of the failure, shortened; null if it passed. */
  readonly failure: string | null;
}

const reportSchema = z.array(
  z.object({
    SpecReports: z.array(
      z.object({
        ContainerHierarchyTexts: z.array(z.string()).nullable(),
        LeafNodeType: z.string(),
        LeafNodeText: z.string(),
        State: z.string(),
        Failure: z.object({ Message: z.string() }).optional(),
      }),
    ),
  }),
);

const ALL = `\\[sig-(${GROUPS.join('|')})\\].*\\[Conformance\\]`;

/** Runs the suite against a cluster and returns its cases, sorted by group and title. Failed cases do not reject. */
export async function runSuite(options: SuiteRunOptions): Promise<CaseResult[]> {
  const report = join(options.folder, 'report.json');
  // Megabytes.
  await using log = await open(join(options.folder, 'suite.log'), 'w');
  const args = [
    `--procs=${options.processes}`,
    '--no-color',
    `--focus=${options.focus ?? ALL}`,
    '--timeout=90m',
    '--keep-going',
    `--output-dir=${options.folder}`,
    '--json-report=report.json',
    join(options.programs, 'e2e.test'),
    '--',
    '--provider=local',
    `--kubeconfig=${options.kubeconfig}`,
    `--kubectl-path=${options.kubectl}`,
    '--dump-logs-on-failure=false',
  ];
  const child = spawn(join(options.programs, 'ginkgo'), args, {
    cwd: options.folder,
    stdio: ['ignore', log.fd, log.fd],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const text = await readFile(report, 'utf8').catch((cause: unknown) => {
    throw new Error(
      `The suite ended with code ${code} and without a report; see ${options.folder}/suite.log.`,
      { cause },
    );
  });
  return casesOf(reportSchema.parse(JSON.parse(text)));
}

function casesOf(report: z.infer<typeof reportSchema>): CaseResult[] {
  return report
    .flatMap(({ SpecReports }) => SpecReports)
    .filter(({ LeafNodeType, State }) => LeafNodeType === 'It' && State !== 'skipped' && State !== 'pending')
    .map(({ ContainerHierarchyTexts, LeafNodeText, State, Failure }) => {
      const title = [...(ContainerHierarchyTexts ?? []), LeafNodeText].join(' ');
      return {
        group: /^\[sig-([a-z-]+)\]/.exec(title)?.[1] ?? '',
        title: title.replace(/^\[sig-[a-z-]+\] /, '').replace(/ \[Conformance\]$/, ''),
        passed: State === 'passed',
        failure: State === 'passed' ? null : shortened(Failure?.Message ?? State),
      };
    })
    .sort((a, b) => compare(a.group, b.group) || compare(a.title, b.title));
}

/** Characters of a failure that are kept: some print whole objects. */
const FAILURE_LENGTH = 160;

function shortened(message: string): string {
  const [line = ''] = message.split('\n');
  return line.length > FAILURE_LENGTH ? `${line.slice(0, FAILURE_LENGTH)} …` : line;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
