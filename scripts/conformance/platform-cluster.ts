import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import { packageRoot } from '../../kernel/package-root.js';

const FLEETGRAPH = join(packageRoot, 'bin/fleetgraph.js');
/** Milliseconds until the cluster must be running. */
const DEADLINE = 300_000;
/** As many nodes as the runs have that others publish of KWOK. */
const NODES = 4;

const CREATE = `mutation ($input: CreateClusterInput!) {
  createCluster(input: $input) { cluster { id } userErrors { code message path } }
}`;
const PUBLISH = `mutation ($input: PublishKubernetesVersionInput!) {
  publishKubernetesVersion(input: $input) { userErrors { code message path } }
}`;
const STATE = 'query ($id: ID!) { cluster(id: $id) { state } }';
const KUBECONFIG = 'query ($id: ID!) { cluster(id: $id) { kubeconfig(ttlMinutes: 480) { yaml } } }';

/** A cluster of a platform that runs for the suite. */
export interface PlatformCluster extends AsyncDisposable {
  /** File with credentials of an administrator. */
  readonly kubeconfig: string;
}

/** Starts the platform with its state in the folder, and creates a cluster of four nodes and the version. */
export async function startPlatformCluster(
  folder: string,
  { controlPlane, version }: { readonly controlPlane: 'simulated' | 'real'; readonly version: string },
): Promise<PlatformCluster> {
  const port = await freePort(3);
  const env = {
    ...process.env,
    FLEETGRAPH_HOME: join(folder, 'state'),
    PORT: String(port),
    LOG_LEVEL: 'warn',
    // Requests of a suite are no load of an account.
    RATE_POINTS: '0',
    CONTROL_PLANE: controlPlane,
    // Containers take the time that the suite gives them: a task of five minutes runs for five minutes.
    SIMULATION_SPEED: '1',
  };
  const child = spawn(process.execPath, [FLEETGRAPH, 'start'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await started(child);
    const args = [
      'token',
      '--account',
      'conformance',
      '--scope',
      'fleet:write',
      'fleet:kubeconfig',
      'fleet:admin',
    ];
    const { stdout } = await promisify(execFile)(process.execPath, [FLEETGRAPH, ...args], { env });
    const graph = new Graph(`http://127.0.0.1:${port}/graphql`, stdout.trim());
    const kubeconfig = join(folder, 'kubeconfig.yaml');
    await writeFile(kubeconfig, await createCluster(graph, version), { mode: 0o600 });
    return { kubeconfig, [Symbol.asyncDispose]: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** Creates the cluster and waits until it runs; returns its kubeconfig. */
async function createCluster(graph: Graph, version: string): Promise<string> {
  await graph.query(PUBLISH, { input: { id: version } });
  const input = {
    name: 'conformance',
    regionId: 'cn-hangzhou',
    type: 'MANAGED_KUBERNETES',
    spec: 'PRO',
    version,
    nodePools: [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: NODES }],
  };
  const { createCluster: created } = await graph.query<{
    createCluster: { cluster: { id: string } | null; userErrors: unknown[] };
  }>(CREATE, { input });
  if (!created.cluster) throw new Error(`The cluster was not created: ${JSON.stringify(created.userErrors)}`);
  const { id } = created.cluster;
  for (const end = Date.now() + DEADLINE; ; await delay(500)) {
    const { cluster } = await graph.query<{ cluster: { state: string } }>(STATE, { id });
    if (cluster.state === 'RUNNING') break;
    if (cluster.state === 'FAILED' || Date.now() > end) throw new Error(`The cluster is ${cluster.state}.`);
  }
  const { cluster } = await graph.query<{ cluster: { kubeconfig: { yaml: string } } }>(KUBECONFIG, { id });
  return cluster.kubeconfig.yaml;
}

class Graph {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Rejects if the response has errors. */
  async query<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: T; errors?: unknown };
    if (errors || !data) throw new Error(`The graph returned ${JSON.stringify(errors)}`);
    return data;
  }
}

/** Resolves when the platform prints that it is ready. */
function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line.startsWith('Fleetgraph is ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`The platform ended with code ${code}.`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
