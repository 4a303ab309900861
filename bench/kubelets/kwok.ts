import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';

/** Files of the module that say what its kubelets do: those of `kwokctl` by default. */
const STAGES = [
  'node/fast/node-initialize.yaml',
  'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'pod/fast/pod-ready.yaml',
  'pod/fast/pod-complete.yaml',
  'pod/fast/pod-delete.yaml',
];
const ANNOTATION = 'kwok.x-k8s.io/node';

/** KWOK, which simulates kubelets, as a process. */
export interface Kwok extends AsyncDisposable {
  readonly pid: number;
}

/** Builds KWOK if it is not built and returns its path and the folder of its stages. */
function buildKwok(): { readonly program: string; readonly stages: string } {
  const script = join(packageRoot, 'scripts/kwok.mjs');
  const { status, stdout } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error('KWOK could not be built');
  const [folder = '', module = ''] = stdout.trim().split('\n');
  return { program: join(folder, 'kwok'), stages: join(module, 'kustomize/stage') };
}

/** Starts KWOK for the nodes of `kwokNodes`, with the stages of its own fast configuration. */
export async function startKwok(folder: string, kubeconfig: string): Promise<Kwok> {
  const { program, stages } = buildKwok();
  const config = join(folder, 'kwok.yaml');
  const access = join(folder, 'kwok.kubeconfig');
  const texts = await Promise.all(STAGES.map((file) => readFile(join(stages, file), 'utf8')));
  await writeFile(config, texts.join('\n---\n'));
  await writeFile(access, kubeconfig, { mode: 0o600 });
  const args = [
    `--kubeconfig=${access}`,
    `--config=${config}`,
    `--manage-nodes-with-annotation-selector=${ANNOTATION}=fake`,
    '--node-lease-duration-seconds=40',
    '--cidr=10.250.0.1/16',
    '--node-ip=10.250.255.254',
  ];
  const log = openSync(join(folder, 'kwok.log'), 'w');
  const child = spawn(program, args, { stdio: ['ignore', log, log] });
  await once(child, 'spawn');
  return {
    pid: child.pid!,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Nodes that KWOK manages, with the label `kubelet=kwok`. */
export function kwokNodes(count: number): object[] {
  const resources = { cpu: '4', memory: '16Gi', pods: '110' };
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `kwok-${index}`,
      labels: { kubelet: 'kwok', 'kubernetes.io/hostname': `kwok-${index}` },
      annotations: { [ANNOTATION]: 'fake' },
    },
    status: { allocatable: resources, capacity: resources },
  }));
}
