import { setTimeout as delay } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import { deriveKey } from '../../kernel/secret.js';
import type { ApiResponse } from '../../kubesim/control-planes/cluster-client.js';
import type { Call } from './cluster-api.js';

const CLUSTER = 'bench';
/** Milliseconds between two reads of the cluster's state. */
const POLL_MS = 100;
const DEADLINE_MS = 120_000;

/** A cloud of kubesim and one cluster in it. */
export class Cloud {
  private readonly token: string;

  constructor(
    private readonly url: string,
    secret: string,
  ) {
    this.token = Buffer.from(deriveKey(secret, 'kubesim')).toString('base64url');
  }

  /** Creates the cluster with nodes that have the label `kubelet`; resolves when the control plane runs. */
  async createCluster(nodes: number, kubelet: string): Promise<void> {
    const zoneIds = ['cn-hangzhou-a', 'cn-hangzhou-b'];
    const path = `/clusters/${CLUSTER}`;
    await this.request('PUT', path, {
      ...{ account: 'bench', regionId: 'cn-hangzhou', zoneIds, version: '1.36.3', masters: 0 },
    });
    const instances = Array.from({ length: nodes }, (_, index) => ({
      ...{ id: `bench-${index}`, name: `node-${index}`, nodePoolId: 'pool' },
      ...{ instanceTypes: ['ecs.g7.xlarge'], zoneIds, labels: { kubelet } },
    }));
    await this.request('PUT', `${path}/instances`, { instances });
    for (const end = Date.now() + DEADLINE_MS; ; await delay(POLL_MS)) {
      const { state } = await this.request<{ state: string }>('GET', path);
      if (state === 'RUNNING') return;
      if (Date.now() > end) throw new Error(`The cluster is ${state}.`);
    }
  }

  /** Access of an administrator to the cluster's API server. */
  async connect(started: AsyncDisposableStack): Promise<Call> {
    const user = { name: 'bench', groups: ['system:masters'], expiresAt: new Date(Date.now() + 3_600_000) };
    const { server, caData, token } = await this.request<Credential>(
      'POST',
      `/clusters/${CLUSTER}/credentials`,
      user,
    );
    const dispatcher = new Agent({ connect: { ca: Buffer.from(caData, 'base64') } });
    started.defer(() => dispatcher.close());
    return async <T>({ method, path, body, type = 'application/json' }: Parameters<Call>[0]) => {
      const response = await fetch(`${server}${path}`, {
        method,
        dispatcher,
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        body: body === undefined ? null : JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as T } satisfies ApiResponse<T>;
    };
  }

  private async request<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.url}/cloud/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    });
    if (!response.ok)
      throw new Error(`${method} ${path} returned ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }
}

interface Credential {
  readonly server: string;
  readonly caData: string;
  readonly token: string;
}
