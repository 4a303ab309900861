import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { issueCertificate } from '../../kubesim/certificates.js';
import { ClusterClient } from '../../kubesim/control-planes/cluster-client.js';
import { kubeconfig } from '../../kubesim/control-planes/kubeconfig.js';
import { hostInfo } from '../host-info.js';
import { startDatabase } from '../platform/database.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { type BenchProcess, startRole } from '../platform/process.js';
import { type ProcReading, readProcessAlone } from '../platform/proc.js';
import { median } from '../statistics.js';
import { Cloud } from './cloud.js';
import { MeasuredCluster } from './cluster-api.js';
import { kwokNodes, startKwok } from './kwok.js';
import { type KubeletFigures, kubeletsReport } from './summary.js';

const SECRET = 'a secret of the benchmark that is long enough';
/** Label of the nodes of kubesim's kubelets. */
const OURS = 'kubesim';
/** Nodes and pods start as fast as kubesim can; the clock of a real control plane is not accelerated. */
const SPEED = '1000';

type Reading = Pick<KubeletFigures, 'seconds' | 'cpuSeconds' | 'cpuSecondsWithEvents' | 'bytes'>;

/** Kubelets that run the pods of a Deployment. */
interface Kubelets {
  /** Name in the table. */
  readonly name: string;
  /** Value of the label `kubelet` of their nodes. */
  readonly label: string;
  readonly pid: number;
  readonly cluster: MeasuredCluster;
}

/** Compares the kubelets of kubesim with those of KWOK on the same real control plane, and with kubesim alone. */
export async function kubeletsBench(
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
  started: AsyncDisposableStack,
): Promise<void> {
  const machine = hostInfo();
  const nodes = quick ? 10 : 100;
  const rounds = quick ? 1 : 3;
  const start = async (controlPlane: 'real' | 'simulated') => {
    const home = join(folder, controlPlane);
    const database = await disposeOnExit(started, startDatabase(home, false));
    return disposeOnExit(started, startRole(['kubesim'], settings(home, database.url, controlPlane)));
  };
  const kubelets = [
    ...(await onRealControlPlane(await start('real'), { folder, nodes }, started)),
    await onSimulatedControlPlane(await start('simulated'), nodes, started),
  ];
  const figures: KubeletFigures[] = [];
  for (const pods of quick ? [50] : [500, 1000]) figures.push(...(await measure(kubelets, pods, rounds)));
  await kubeletsReport.publish({ machine, nodes, rounds, figures }, { quick });
}

function settings(home: string, databaseUrl: string, controlPlane: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    FLEETGRAPH_HOME: home,
    FLEETGRAPH_SECRET: SECRET,
    AUTH_SECRET: SECRET,
    CONTROL_PLANE: controlPlane,
    KUBEBUILDER_ASSETS: process.env.KUBEBUILDER_ASSETS ?? '',
    KUBESIM_PORT: '0',
    SIMULATION_SPEED: SPEED,
  };
}

async function onRealControlPlane(
  kubesim: BenchProcess,
  { folder, nodes }: { readonly folder: string; readonly nodes: number },
  started: AsyncDisposableStack,
): Promise<Kubelets[]> {
  await new Cloud(kubesim.url, SECRET).createCluster(nodes, OURS);
  const access = await readAccess(join(folder, 'real'));
  const client = started.use(new ClusterClient(access.server, access));
  const cluster = new MeasuredCluster((call) => client.call(call));
  const kwok = await disposeOnExit(started, startKwok(folder, kubeconfigOf(access)));
  await cluster.createNodes(kwokNodes(nodes));
  await cluster.nodesReady(OURS, nodes);
  await cluster.nodesReady('kwok', nodes);
  return [
    { name: "kubesim's kubelets, real control plane", label: OURS, pid: kubesim.pid, cluster },
    { name: 'KWOK, the same control plane', label: 'kwok', pid: kwok.pid, cluster },
  ];
}

async function onSimulatedControlPlane(
  kubesim: BenchProcess,
  nodes: number,
  started: AsyncDisposableStack,
): Promise<Kubelets> {
  const cloud = new Cloud(kubesim.url, SECRET);
  await cloud.createCluster(nodes, OURS);
  const cluster = new MeasuredCluster(await cloud.connect(started));
  await cluster.nodesReady(OURS, nodes);
  return { name: 'kubesim alone', label: OURS, pid: kubesim.pid, cluster };
}

/** Access of an administrator to the API server itself, not through kubesim, by the files of the control plane. */
async function readAccess(home: string) {
  const [folder = ''] = globSync(join(home, 'control-planes/**/pki'));
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const authority = { key: await read('ca.key'), cert: await read('ca.crt') };
  const subject = { name: 'bench', group: 'system:masters' };
  const admin = await issueCertificate(authority, { subject, use: 'client' }, new Date());
  const server = /"server":"([^"]+)"/.exec(await read('../scheduler.conf'))?.[1] ?? '';
  return { server, cluster: authority, admin };
}

function kubeconfigOf({ server, cluster, admin }: Awaited<ReturnType<typeof readAccess>>): string {
  return kubeconfig(server, cluster.cert, admin);
}

/** Runs all kubelets in turns, each round starting with another. */
async function measure(
  kubelets: readonly Kubelets[],
  pods: number,
  rounds: number,
): Promise<KubeletFigures[]> {
  const readings = new Map(kubelets.map((one) => [one, [] as Reading[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const [turn] of kubelets.entries()) {
      const one = kubelets[(round + turn) % kubelets.length]!;
      readings.get(one)!.push(await measureOnce(one, pods));
    }
  return kubelets.map((one) => {
    const of = (key: keyof Reading) => median(readings.get(one)!.map((reading) => reading[key]));
    return {
      kubelets: one.name,
      pods,
      seconds: of('seconds'),
      cpuSeconds: of('cpuSeconds'),
      cpuSecondsWithEvents: of('cpuSecondsWithEvents'),
      bytes: of('bytes'),
    };
  });
}

async function measureOnce({ label, pid, cluster }: Kubelets, pods: number): Promise<Reading> {
  const before = await usage(pid);
  const start = performance.now();
  await cluster.deploy(label, pods);
  const seconds = (performance.now() - start) / 1000;
  const after = await usage(pid);
  await cluster.eventsWritten();
  const end = await usage(pid);
  await cluster.remove(label);
  // Not in the time of the next kubelets.
  await cluster.eventsWritten();
  return {
    seconds,
    cpuSeconds: after.cpu - before.cpu,
    cpuSecondsWithEvents: end.cpu - before.cpu,
    bytes: after.memory,
  };
}

async function usage(pid: number): Promise<ProcReading> {
  const reading = await readProcessAlone(pid);
  if (!reading) throw new Error('This benchmark needs /proc.');
  return reading;
}
