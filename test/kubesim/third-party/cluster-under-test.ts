import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPrograms } from '../../../kubesim/control-planes/programs.js';
import { clientTokens } from '../../kit/client-tokens.js';
import { temporaryFolder } from '../../kit/temporary-files.js';
import { type Cluster, startSimulator, type Simulator } from '../simulator.js';

const SPEED = 50;
/** Version of simulated clusters. */
const SIMULATED_VERSION = '1.36.3';

/** A cluster of two nodes, with a kubeconfig for programs. */
export interface ClusterUnderTest extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly cluster: Cluster;
  /** Kills the process of a real API server, which is started again; a simulated one is switched off and on. */
  killApiServer(): Promise<void>;
  /** Starts a program with the kubeconfig in its environment. */
  start(program: string, args: readonly string[]): ChildProcess;
  /** Runs a program to its end and returns what it printed; rejects with that if it fails. */
  run(program: string, args: readonly string[]): Promise<string>;
}

/** The control planes that tests run against; that of a real one has the folder of its programs. */
export function controlPlanes(assets: string | undefined) {
  return [
    { target: 'kubesim', assets: undefined, skipped: false },
    { target: 'a real control plane', assets, skipped: assets === undefined },
  ];
}

/** Opens a simulated cluster, or with the folder of its programs one with a real control plane. */
export async function openCluster(id: string, assets: string | undefined): Promise<ClusterUnderTest> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-third-party-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const controlPlane = { kind: 'REAL', programs: assets, folder: join(folder, 'control-planes') } as const;
  const simulator = started.use(
    await startSimulator(SPEED, clientTokens, assets === undefined ? {} : { controlPlane }),
  );
  const [built] = assets === undefined ? [] : await findPrograms(assets);
  const cluster = await simulator.cluster(id, 2, { version: built?.version ?? SIMULATED_VERSION });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const start = (program: string, args: readonly string[]) =>
    spawn(program, args, {
      cwd: folder,
      env: { KUBECONFIG: kubeconfig, HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const running = started.move();
  return {
    simulator,
    cluster,
    async killApiServer() {
      if (assets !== undefined) return killProcess(folder, 'kube-apiserver');
      for (const on of [false, true])
        for (const replica of ['kube-apiserver-0', 'kube-apiserver-1'])
          await simulator.cloud('PUT', `/clusters/${id}/replicas/${replica}/power`, { on });
    },
    start,
    run: (program, args) => outputOf(start(program, args)),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function killProcess(folder: string, program: string): void {
  const [file = ''] = globSync(join(folder, `**/${program}.pid`));
  process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGKILL');
}

function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part: Buffer) => (output += part.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}: ${output}`));
    });
  });
}
