import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Command, Option } from 'commander';
import { packageRoot } from '../../kernel/package-root.js';
import { startPlatformCluster } from './platform-cluster.js';
import { storeResults, type Target, TARGETS, writeConformanceDocument } from './results.js';
import { type CaseResult, runSuite } from './suite-run.js';

interface Options {
  readonly target: Target;
  readonly focus?: string;
  readonly kubeconfig?: string;
  readonly processes: number;
}

const program = new Command('conformance')
  .description("runs Kubernetes' own conformance suite against a cluster")
  .addOption(
    new Option('--target <target>', 'control plane of the cluster').choices(TARGETS).default('kubesim'),
  )
  .option('--focus <regexp>', 'only the cases whose titles match; nothing is stored')
  .option('--kubeconfig <file>', 'a running cluster instead; nothing is stored')
  .addOption(new Option('--processes <n>', 'cases that run at once').argParser(Number).default(16));

await run(program.parse().opts<Options>());

async function run({ target, focus, kubeconfig, processes }: Options): Promise<void> {
  const programs = built('scripts/conformance/build-suite.mjs');
  // The folder of the newest version comes first.
  const [newest = ''] = built('scripts/control-plane.mjs').split(delimiter);
  const kubectl = join(newest, 'kubectl');
  const folder = await mkdtemp(join(tmpdir(), 'fleetgraph-conformance-'));
  const started = Date.now();
  const cases = await casesOf(folder, { target, kubeconfig }, (config) =>
    runSuite({ programs, kubectl, kubeconfig: config, folder, focus, processes }),
  );
  for (const { group, title, passed, failure } of cases)
    console.log(
      `${passed ? 'passed' : 'FAILED'} ${group}: ${title}${failure ? `\n         ${failure}` : ''}`,
    );
  console.log(
    `${cases.filter(({ passed }) => passed).length} of ${cases.length} passed; log: ${folder}/suite.log`,
  );
  if (focus !== undefined || kubeconfig !== undefined) return;
  await storeResults(target, {
    date: new Date(started).toISOString(),
    suite: await suiteVersion(),
    minutes: Math.round((Date.now() - started) / 60_000),
    cases,
  });
  await writeConformanceDocument();
}

/** Runs a script that builds programs unless they are built; returns the folder of those of the newest version. */
function built(script: string): string {
  const path = join(packageRoot, script);
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const printed = execFileSync(process.execPath, [path], { encoding: 'utf8', stdio: [...stdio] });
  return printed.trim().split(delimiter)[0] ?? '';
}

/** Runs the suite on the given cluster, or on one of a platform that is started for it. */
async function casesOf(
  folder: string,
  { target, kubeconfig }: Pick<Options, 'target' | 'kubeconfig'>,
  suite: (kubeconfig: string) => Promise<CaseResult[]>,
): Promise<CaseResult[]> {
  if (kubeconfig !== undefined) return suite(kubeconfig);
  await using cluster = await startPlatformCluster(folder, {
    controlPlane: target === 'real' ? 'real' : 'simulated',
    version: (await suiteVersion()).slice(1),
  });
  const cases = await suite(cluster.kubeconfig);
  await rm(cluster.kubeconfig);
  return cases;
}

async function suiteVersion(): Promise<string> {
  const text = await readFile(join(packageRoot, 'tools/conformance/go.mod'), 'utf8');
  return /k8s\.io\/kubernetes (v\S+)/.exec(text)?.[1] ?? '';
}
