import { Agent, request } from 'undici';
import { parse } from 'yaml';
import { queryGraph } from '../platform/graph-endpoint.js';

/** Where an attacker sends, and as whom. */
export interface AttackerOptions {
  /** Where GraphQL is answered. */
  readonly url: string;
  /** A token of the attacker's account. */
  readonly token: string;
  /** Clusters of the attacker's account that run. */
  readonly clusterIds: readonly string[];
}

/** What was answered. */
export interface Answers {
  /** Answers by what they say: the code of the first error, `OK`, or `failed` where there was none. */
  readonly byCode: Readonly<Record<string, number>>;
  readonly bytes: number;
}

/** Sends requests of the attacker's account and counts the answers. */
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
  async ask(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.post(JSON.stringify({ query, variables }));
  }

  /** Sends a body of JSON and reads the whole answer, which may be a refusal. */
  async post(body: string): Promise<void> {
    const { url, token } = this.options;
    try {
      const answer = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body,
        dispatcher: this.agent,
      });
      const read = Buffer.from(await answer.body.bytes());
      this.count(codeOf(read.subarray(0, 10_000).toString('latin1')), read.byteLength);
    } catch {
      this.count('failed', 0);
    }
  }

  /** Sends a request to the API of the account's first cluster, with a kubeconfig of the graph. */
  async kubernetes(method: 'GET' | 'POST', path: string, body?: unknown): Promise<void> {
    this.cluster ??= this.connect();
    const { server, token, agent } = await this.cluster;
    try {
      const answer = await request(`${server}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        dispatcher: agent,
      });
      const { byteLength } = await answer.body.bytes();
      if (method === 'GET') this.count(String(answer.statusCode), byteLength);
      // As clients of Kubernetes do, so that it is not the refusals that are measured.
      const seconds = Number(answer.headers['retry-after'] ?? 0);
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

  /** Counts an answer that was read in another way. */
  count(code: string, bytes: number): void {
    this.byCode[code] = (this.byCode[code] ?? 0) + 1;
    this.bytes += bytes;
  }

  answers(): Answers {
    return { byCode: { ...this.byCode }, bytes: this.bytes };
  }

  /** Drops what is still underway. */
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

/** Errors stand at the beginning of an answer. */
function codeOf(beginning: string): string {
  return /"code":"(\w+)"/.exec(beginning)?.[1] ?? 'OK';
}
