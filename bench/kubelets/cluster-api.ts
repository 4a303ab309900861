import { setTimeout as delay } from 'node:timers/promises';
import type { ApiCall, ApiResponse } from '../../kubesim/control-planes/cluster-client.js';

/** Milliseconds between two reads of a state that the benchmark waits for. */
const POLL_MS = 50;
const DEADLINE_MS = 300_000;
/** Milliseconds without a new event after which kubelets have written all. */
const QUIET_MS = 2_000;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

/** Calls the API server of a cluster. */
export type Call = <T>(call: ApiCall) => Promise<ApiResponse<T>>;

interface DeploymentStatus {
  readonly status: { readonly readyReplicas?: number };
}
interface ListMetadata {
  readonly metadata: { readonly remainingItemCount?: number };
  readonly items: readonly unknown[];
}

/** The cluster of a benchmark. */
export class MeasuredCluster {
  constructor(private readonly call: Call) {}

  /** Creates nodes that no kubelet has registered. */
  async createNodes(nodes: readonly object[]): Promise<void> {
    for (const body of nodes) await this.created('/api/v1/nodes', body);
  }

  /** Resolves when `count` nodes with the label `kubelet` are ready. */
  nodesReady(kubelet: string, count: number): Promise<void> {
    return until(`${count} ready nodes`, async () => {
      const { body } = await this.call<{ items: readonly NodeBody[] }>({
        method: 'GET',
        path: `/api/v1/nodes?labelSelector=kubelet%3D${kubelet}`,
      });
      return body.items.filter(isReady).length === count;
    });
  }

  /** Runs a Deployment on the nodes of these kubelets; resolves when all of its pods are ready. */
  async deploy(kubelet: string, replicas: number): Promise<void> {
    await this.created(DEPLOYMENTS, deployment(kubelet, replicas));
    await until(`${replicas} ready pods`, async () => {
      const { body } = await this.call<DeploymentStatus>({
        method: 'GET',
        path: `${DEPLOYMENTS}/${kubelet}`,
      });
      return body.status.readyReplicas === replicas;
    });
  }

  /** Resolves when no events have been written for a while: kubelets may write them after the pods are ready. */
  async eventsWritten(): Promise<void> {
    let count = -1;
    let since = 0;
    await until('the end of new events', async () => {
      const path = '/api/v1/namespaces/default/events?limit=1';
      const { body } = await this.call<ListMetadata>({ method: 'GET', path });
      const { remainingItemCount = 0 } = body.metadata;
      if (remainingItemCount !== count) since = performance.now();
      count = remainingItemCount;
      return performance.now() - since > QUIET_MS;
    });
  }

  /** Deletes the Deployment; resolves when its pods are gone. */
  async remove(kubelet: string): Promise<void> {
    await this.call({ method: 'DELETE', path: `${DEPLOYMENTS}/${kubelet}` });
    await until('the end of all pods', async () => {
      const path = `/api/v1/namespaces/default/pods?limit=1&labelSelector=app%3D${kubelet}`;
      return (await this.call<ListMetadata>({ method: 'GET', path })).body.items.length === 0;
    });
  }

  private async created(path: string, body: object): Promise<void> {
    const { status, body: response } = await this.call({ method: 'POST', path, body });
    if (status !== 201) throw new Error(`${path} returned ${status}: ${JSON.stringify(response)}`);
  }
}

interface NodeBody {
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

function isReady({ status }: NodeBody): boolean {
  return (
    status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false
  );
}

function deployment(kubelet: string, replicas: number): object {
  const labels = { app: kubelet };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: kubelet },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          nodeSelector: { kubelet },
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10' }],
        },
      },
    },
  };
}

async function until(what: string, fact: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + DEADLINE_MS; !(await fact()); await delay(POLL_MS))
    if (performance.now() > end) throw new Error(`${what} did not come within ${DEADLINE_MS / 1000} s`);
}
