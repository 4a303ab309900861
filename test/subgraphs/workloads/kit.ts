import { putClusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { EventLog } from '../../../engine/events/event-log.js';
import { KubernetesApis } from '../../../engine/kubernetes/kubernetes-apis.js';
import type { Platform } from '../../../engine/platform.js';
import { createSimulatedProvider } from '../../../engine/providers/simulated/simulated-provider.js';
import { EventCursors } from '../../../engine/events/event-cursor.js';
import { newId } from '../../../kernel/ids.js';
import { createLog } from '../../../kernel/log.js';
import { deriveKey } from '../../../kernel/secret.js';
import { startKubesim } from '../../../kubesim/server.js';
import { createObservabilitySubgraph } from '../../../subgraphs/observability/subgraph.js';
import { createWorkloadsSubgraph } from '../../../subgraphs/workloads/subgraph.js';
import { type AskSubgraph, askSubgraph } from '../../kit/ask-subgraph.js';
import { movableClock, type MovableClock } from '../../kit/clock.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { clientTokens, masterCredentials } from '../../kit/client-tokens.js';

const SECRET = 'a secret of tests, thirty-two characters and more';

/** The workloads and observability subgraphs, and a simulated cloud with real Kubernetes API servers. */
export interface WorkloadsWorld extends AsyncDisposable {
  readonly kit: TestDatabase;
  readonly platform: Platform;
  readonly clock: MovableClock;
  readonly workloads: AskSubgraph;
  readonly observability: AskSubgraph;
  /** Creates a running cluster with `nodes` ready nodes; returns its id. */
  cluster(account: string, nodes?: number): Promise<string>;
  /** Creates a cluster whose API server is unreachable; returns its id. */
  unreachableCluster(account: string): Promise<string>;
}

export async function startWorkloads(): Promise<WorkloadsWorld> {
  await using started = new AsyncDisposableStack();
  const kit = started.use(await createTestDatabase());
  const log = createLog('silent');
  const clock = movableClock();
  const kubesim = started.use(
    await startKubesim({
      host: '127.0.0.1',
      port: 0,
      clientTokens,
      databaseUrl: kit.url,
      secret: SECRET,
      speed: 1_000,
      clock,
      log,
    }),
  );
  const token = Buffer.from(deriveKey(SECRET, 'kubesim')).toString('base64url');
  const provider = started.use(createSimulatedProvider({ cloudUrl: kubesim.cloudUrl, token }));
  const platform: Platform = {
    database: kit.database,
    clock,
    log,
    cursors: new EventCursors(deriveKey(SECRET, 'cursor')),
    documentKey: new Uint8Array(32),
    events: started.use(await EventLog.open(kit.database, log)),
    kubernetes: started.use(new KubernetesApis(kit.database)),
    rights: kit.rights,
    provider,
  };
  const workloads = askSubgraph(await createWorkloadsSubgraph(platform));
  const observability = askSubgraph(await createObservabilitySubgraph(platform));
  const running = started.move();
  return {
    kit,
    platform,
    clock,
    workloads,
    observability,
    cluster: (account, nodes = 2) => runningCluster(platform, account, nodes),
    async unreachableCluster(account) {
      const clusterId = newId('cluster');
      await putClusterAccess(kit.database.prisma, {
        clusterId,
        account,
        server: 'https://127.0.0.1:1',
        caData: '',
        token: 'none',
      });
      return clusterId;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function runningCluster(
  { provider, database }: Platform,
  account: string,
  nodes: number,
): Promise<string> {
  const clusterId = newId('cluster');
  const zoneIds = ['cn-hangzhou-a'];
  await provider.ensureControlPlane({
    clusterId,
    account,
    regionId: 'cn-hangzhou',
    zoneIds,
    version: '1.34.1',
    masters: 0,
  });
  await eventually(async () => (await provider.controlPlane(clusterId))?.state === 'RUNNING', {
    what: 'the control plane',
  });
  const { server, caData, token } = await provider.credentials(clusterId, masterCredentials('fleetgraph'));
  await putClusterAccess(database.prisma, { clusterId, account, server, caData, token });
  const requests = Array.from({ length: nodes }, (_, index) => {
    const id = newId('node');
    return {
      id,
      name: `worker-${index}-${id.slice(-6)}`,
      nodePoolId: 'nodepool_test',
      instanceTypes: ['ecs.g6.xlarge'],
      zoneIds,
    };
  });
  await provider.ensureInstances(clusterId, requests);
  const ready = async () =>
    (await provider.instances(clusterId)).filter(({ state }) => state === 'RUNNING').length === nodes;
  await eventually(ready, { what: 'the nodes' });
  return clusterId;
}

/** Manifest of a deployment. */
export function deployment(
  name: string,
  replicas: number,
  { namespace = 'default', image = 'nginx:1.29' } = {},
): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace}, labels: { app: ${name} } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
      - { name: main, image: "${image}", resources: { requests: { cpu: 100m, memory: 64Mi } } }
`;
}

const APPLY = `mutation A($input: ApplyManifestInput!, $dryRun: Boolean) { applyManifest(input: $input, dryRun: $dryRun) {
  objects { apiVersion kind namespace name result error { code } }
  workload { id name kind replicas } operation { id } userErrors { code message path } } }`;

export interface Applied {
  readonly objects: {
    kind: string;
    namespace: string | null;
    name: string;
    result: string | null;
    error: { code: string } | null;
  }[];
  readonly workload: { id: string; name: string; kind: string; replicas: number } | null;
  readonly operation: null;
  readonly userErrors: { code: string; message: string; path: string[] | null }[];
}

/** Applies a manifest as the account; throws on top-level errors. */
export async function apply(
  world: WorkloadsWorld,
  account: string,
  input: object,
  dryRun = false,
): Promise<Applied> {
  const { data, errors } = await world.workloads<{ applyManifest: Applied }>(account, APPLY, {
    input,
    dryRun,
  });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data.applyManifest;
}
