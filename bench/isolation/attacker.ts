import { Agent, request } from 'undici';
import { parse } from 'yaml';
import { queryGraph } from '../platform/graph-endpoint.js';

/** Endpoint and account of an attacker. */
export interface AttackerOptions {
  /** The GraphQL endpoint. */
  readonly url: string;
  /** A token of the attacker's account. */
  readonly token: string;
  /** Running clusters of the attacker's account. */
  readonly clusterIds: readonly string[];
}

/** Responses to an attacker. */
export interface AttackResponses {
  /** Number by code of the first error, `OK`, or `failed` for a broken connection. */
  readonly byCode: Readonly<Record<string, number>>;
  readonly bytes: number;
}

/** Sends requests of the attacker's account and counts the responses. */
export class Attacker implements AsyncDisposable {
  private readonly agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  private readonly byCode: Record<string, number> = {};
  private bytes = 0;
  private cluster: Promise<ClusterAccess> | undefined;
  private readonly stops: (() => void)[] = [];

  constructor(readonly options: AttackerOptions) {}

  /** A running cluster of the account; another one for each turn. */
  clusterId(turn: number): string {
    const { clusterIds } = this.options;
    return clusterIds[turn % clusterIds.length] ?? '';
  }

  /** Sends one operation. */
  async send(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.post(JSON.stringify({ query, variables }));
  }

  /** Sends a JSON body and reads the whole response. */
  async post(body: string): Promise<void> {
    const { url, token } = this.options;
    try {
      const response = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body,
        dispatcher: this.agent,
      });
      const read = Buffer.from(await response.body.bytes());
      this.count(codeOf(read.subarray(0, 10_000).toString('latin1')), read.byteLength);
    } catch {
      this.count('failed', 0);
    }
  }

  /** Sends a request to the Kubernetes API of the account's first cluster, with a kubeconfig from the graph. */
  async kubernetes(method: 'GET' | 'POST', path: string, body?: unknown): Promise<void> {
    this.cluster ??= this.connect();
    const { server, token, agent } = await this.cluster;
    try {
      const response = await request(`${server}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        dispatcher: agent,
      });
      const { byteLength } = await response.body.bytes();
      if (method === 'GET') this.count(String(response.statusCode), byteLength);
      // Kubernetes clients wait for Retry-After, too; without the wait the workload would measure 429 responses.
      const seconds = Number(response.headers['retry-after'] ?? 0);
      if (seconds > 0) await new Promise((wake) => setTimeout(wake, seconds * 1000));
    } catch {
      this.count('failed', 0);
    }
  }

  private async connect(): Promise<ClusterAccess> {
    const { kubeconfig } = (
      await queryGraph<{ cluster: { kubeconfig: { yaml: string } } }>(
        this.options,
        'query($id: ID!) { cluster(id: $id) { kubeconfig { yaml } } }',
        { id: this.clusterId(0) },
      )
    ).cluster;
    const { clusters, users } = parse(kubeconfig.yaml) as Kubeconfig;
    const [{ cluster } = fail(), { user } = fail()] = [clusters[0], users[0]];
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
    const agent = new Agent({ connect: { ca }, headersTimeout: 0, bodyTimeout: 0 });
    this.onStop(() => void agent.destroy());
    return { server: cluster.server, token: user.token, agent };
  }

  /** Calls `stop` when the attack ends. */
  onStop(stop: () => void): void {
    this.stops.push(stop);
  }

  /** Counts one response. */
  count(code: string, bytes: number): void {
    this.byCode[code] = (this.byCode[code] ?? 0) + 1;
    this.bytes += bytes;
  }

  responses(): AttackResponses {
    return { byCode: { ...this.byCode }, bytes: this.bytes };
  }

  /** Aborts requests that are in flight. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.stops) stop();
    await this.agent.destroy();
  }
}

interface ClusterAccess {
  readonly server: string;
  readonly token: string;
  readonly agent: Agent;
}

interface Kubeconfig {
  readonly clusters: readonly { cluster: { server: string; 'certificate-authority-data': string } }[];
  readonly users: readonly { user: { token: string } }[];
}

function fail(): never {
  throw new Error('the kubeconfig has no cluster');
}

/** The code of the first error; `errors` precedes `data` in a response. */
function codeOf(beginning: string): string {
  return /"code":"(\w+)"/.exec(beginning)?.[1] ?? 'OK';
}
