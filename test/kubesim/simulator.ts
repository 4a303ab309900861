import { KubeConfig } from '@kubernetes/client-node';
import { Agent, fetch, type RequestInit, type Response } from 'undici';
import { createLog } from '../../kernel/log.js';
import { deriveKey } from '../../kernel/secret.js';
import { startKubesim, type Kubesim, type KubesimOptions } from '../../kubesim/server.js';
import { createTestDatabase } from '../kit/database.js';
import { movableClock, type MovableClock } from '../kit/clock.js';
import { eventually } from '../kit/eventually.js';
import { clientTokens, masterCredentials } from '../kit/client-tokens.js';
import type { CredentialRequest } from '../../engine/providers/infrastructure-provider.js';

const SECRET = 'a secret of the tests that is long enough';

/** A response of a Kubernetes or cloud API. */
export interface ApiResponse {
  readonly status: number;
  readonly body: ResponseBody;
  readonly headers: Response['headers'];
}

/** The fields of responses that the tests read. */
interface ResponseBody {
  readonly state: string;
  readonly code: unknown;
  readonly reason: string;
  readonly message: string;
  readonly server: string;
  readonly caData: string;
  readonly token: string;
  readonly version: string;
  readonly kind: string;
  readonly instances: readonly InstanceBody[];
  readonly items: readonly ObjectBody[];
  readonly metadata: ObjectBody['metadata'] & {
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, string>>;
  readonly details: { readonly causes: readonly { readonly field: string }[] };
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly {
    readonly cells: readonly unknown[];
    readonly object: { readonly kind: string };
  }[];
  readonly groups: readonly { readonly name: string }[];
  readonly speed: number;
}

interface InstanceBody {
  readonly id: string;
  readonly state: string;
  readonly instanceType: string;
  readonly zoneId: string;
  readonly failure?: { readonly code: string };
}

interface ObjectBody {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly generation?: number;
  };
}

/** A simulated cloud with a separate database. */
export interface Simulator extends AsyncDisposable {
  readonly clock: MovableClock;
  readonly databaseUrl: string;
  /** Sends a request to the cloud's API below `/cloud/v1`. */
  cloud(method: string, path: string, body?: unknown, token?: string): Promise<ApiResponse>;
  /** Creates a cluster with nodes and waits until they have joined; `more`: further fields of the body of `PUT /clusters/:id`. */
  cluster(id: string, nodes?: number, more?: Record<string, unknown>): Promise<Cluster>;
  /** Access to an existing cluster. */
  access(id: string, credential?: Partial<CredentialRequest>): Promise<Cluster>;
  /** Restarts the simulator on the same database. */
  restart(): Promise<void>;
}

/** Client of one cluster. */
export interface Cluster {
  readonly id: string;
  readonly config: KubeConfig;
  readonly server: string;
  readonly token: string;
  /** The text of a kubeconfig file. */
  readonly kubeconfig: string;
  /** A raw request to the API server. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiResponse>;
  /** A raw request whose body is read by the caller. */
  open(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts a simulator with a speed of 200. */
export async function startSimulator(
  speed = 200,
  tokens: KubesimOptions['clientTokens'] = clientTokens,
  more: Pick<KubesimOptions, 'controlPlane' | 'webhookHosts' | 'storageMib'> = {},
): Promise<Simulator> {
  const database = await createTestDatabase();
  const clock = movableClock();
  const options = {
    host: '127.0.0.1',
    port: 0,
    clientTokens: tokens,
    databaseUrl: database.url,
    secret: SECRET,
    speed,
    clock,
    log: createLog(process.env.LOG_LEVEL ?? 'silent'),
    ...more,
  };
  let kubesim: Kubesim = await startKubesim(options);
  const cloudToken = Buffer.from(deriveKey(SECRET, 'kubesim')).toString('base64url');

  const cloud: Simulator['cloud'] = async (method, path, body, token = cloudToken) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${kubesim.cloudUrl}/cloud/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return {
      status: response.status,
      body: (await response.json()) as ResponseBody,
      headers: response.headers,
    };
  };

  const access = async (id: string, credential: Partial<CredentialRequest> = {}): Promise<Cluster> => {
    const { body } = await cloud('POST', `/clusters/${id}/credentials`, {
      ...masterCredentials(),
      expiresAt: new Date(clock.now().getTime() + 3_600_000),
      ...credential,
    });
    return clusterAccess(id, body);
  };

  return {
    clock,
    databaseUrl: database.url,
    cloud,
    access,
    async cluster(id, nodes = 0, more = {}) {
      await cloud('PUT', `/clusters/${id}`, clusterBody(more));
      if (nodes > 0)
        await cloud('PUT', `/clusters/${id}/instances`, { instances: instanceBodies(id, nodes) });
      await eventually(async () => (await cloud('GET', `/clusters/${id}`)).body.state === 'RUNNING', {
        what: 'a running cluster',
      });
      await eventually(
        async () => {
          const { body } = await cloud('GET', `/clusters/${id}/instances`);
          return body.instances.every(({ state }) => state === 'RUNNING');
        },
        { what: 'running instances' },
      );
      return access(id);
    },
    async restart() {
      await kubesim[Symbol.asyncDispose]();
      kubesim = await startKubesim(options);
    },
    async [Symbol.asyncDispose]() {
      await kubesim[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** The body of `PUT /clusters/:id`. */
export function clusterBody(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    account: 'acme',
    regionId: 'cn-hangzhou',
    zoneIds: ['cn-hangzhou-a', 'cn-hangzhou-b'],
    version: '1.32.1',
    masters: 0,
    ...more,
  };
}

/** Bodies of instances `<cluster>-i0` …, nodes `node-0` …. */
export function instanceBodies(
  cluster: string,
  count: number,
  more: Record<string, unknown> = {},
): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${cluster}-i${index}`,
    name: `node-${index}`,
    nodePoolId: 'pool',
    instanceTypes: ['ecs.g7.xlarge'],
    zoneIds: ['cn-hangzhou-a', 'cn-hangzhou-b'],
    ...more,
  }));
}

function clusterAccess(id: string, { server, caData, token }: ResponseBody): Cluster {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: id, server, caData, skipTLSVerify: false },
    { name: 'tester', token },
  );
  // The server shares this thread with the test, which may keep it busy for seconds.
  const dispatcher = new Agent({
    connect: { timeout: 60_000, ca: Buffer.from(caData, 'base64').toString() },
  });
  const open: Cluster['open'] = (path, init = {}) =>
    fetch(`${server}${path}`, {
      ...init,
      dispatcher,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) },
    });
  return {
    id,
    config,
    server,
    token,
    kubeconfig: config.exportConfig(),
    open,
    async api(method, path, body, headers = {}) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const response = await open(path, {
        method,
        body: text,
        headers: { 'content-type': 'application/json', ...headers },
      });
      return {
        status: response.status,
        body: await bodyOf(response),
        headers: response.headers,
      };
    },
  };
}

/** Manifest of a deployment. */
export function deploymentBody(
  name: string,
  replicas: number,
  image = 'nginx:1.27',
  cpu = '100m',
): Record<string, unknown> {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'web', image, resources: { requests: { cpu, memory: '64Mi' } } }] },
      },
    },
  };
}

/** The body; empty for text, as of a path that an API server does not serve yet. */
async function bodyOf(response: Response): Promise<ResponseBody> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return (isJson ? JSON.parse(text) : {}) as ResponseBody;
}
