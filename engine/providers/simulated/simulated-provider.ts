import { Agent, request } from 'undici';
import { z } from 'zod';
import { errorRegistry, type ErrorCode } from '../../../kernel/errors.js';
import type { Problem } from '../../../kernel/result.js';
import { TerminalError } from '../../contract.js';
import type { ControlPlane, Credentials, InfrastructureProvider } from '../infrastructure-provider.js';
import { CHARGE_TYPES } from '../charge-type.js';
import type { Instance } from '../instance.js';
import { simulatedNodePools } from './simulated-node-pools.js';
import { simulatedHighRiskOperations } from './simulated-high-risk-operations.js';

export interface SimulatedProviderOptions {
  /** Base URL of the simulated cloud, e.g. `http://127.0.0.1:4100`. */
  readonly cloudUrl: string;
  readonly token: string;
  /** Time for one call, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
}

/** The simulated cloud returned a retryable error. */
class CloudError extends Error {
  constructor(
    readonly call: string,
    readonly status: number,
    body: string,
  ) {
    super(`the simulated cloud answered ${status} to ${call}: ${body.slice(0, 500)}`);
    this.name = 'CloudError';
  }
}

const controlPlane = z.object({
  // A control plane that is being deleted never becomes available again.
  state: z
    .enum(['CREATING', 'RUNNING', 'UPGRADING', 'FAILED', 'DELETING'])
    .transform((s) => (s === 'DELETING' ? 'FAILED' : s)),
  readyAt: z.coerce.date(),
  version: z.string(),
  failure: z.string().optional(),
  edition: z.enum(['STANDARD', 'PRO']).optional(),
  available: z.boolean(),
  replicas: z.array(
    z.object({ id: z.string(), component: z.string(), zoneId: z.string(), healthy: z.boolean() }),
  ),
  incidents: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['DEGRADED', 'COMPONENT_DOWN', 'API_UNAVAILABLE']),
      cause: z.string(),
      startedAt: z.coerce.date(),
      endedAt: z.coerce.date().nullable(),
    }),
  ),
  server: z.string(),
  caData: z.string(),
});

const instance = z.object({
  id: z.string(),
  state: z.enum(['STARTING', 'RUNNING', 'STOPPING', 'FAILED']),
  nodePoolId: z.string().nullish(),
  // Null for a failed instance.
  instanceType: z
    .string()
    .nullable()
    .transform((type) => type ?? ''),
  zoneId: z
    .string()
    .nullable()
    .transform((zone) => zone ?? ''),
  version: z.string(),
  readyAt: z.coerce.date(),
  providerId: z.string().optional(),
  chargeType: z.enum(CHARGE_TYPES).optional(),
  vSwitchId: z.string().optional(),
  address: z.string().optional(),
  reclaimAt: z.coerce.date().optional(),
  failure: z.object({ code: z.string(), message: z.string() }).nullish(),
});

const instances = z.object({ instances: z.array(instance) });
/** Instances that remain after a deletion, or only their ids. */
const remaining = z.object({ instances: z.array(z.union([z.string(), z.looseObject({ id: z.string() })])) });
const credentials = z.object({
  server: z.string(),
  caData: z.string(),
  token: z.string(),
  expiresAt: z.coerce.date(),
});

const amounts = z.record(z.string(), z.string());
const containerUses = z.object({
  uses: z.array(
    z.object({
      podUid: z.string(),
      clusterId: z.string(),
      account: z.string(),
      containers: z.array(
        z.object({
          resources: z.object({ limits: amounts.optional(), requests: amounts.optional() }).optional(),
        }),
      ),
      startedAt: z.coerce.date(),
      endedAt: z.coerce.date().nullable(),
    }),
  ),
  position: z.number(),
});

const cloudResourceRequests = z.object({
  claims: z.array(
    z.object({
      id: z.string(),
      clusterId: z.string(),
      account: z.string(),
      kind: z.enum(['LOAD_BALANCER', 'REUSED_LOAD_BALANCER', 'DISK']),
      namespace: z.string(),
      name: z.string(),
      loadBalancerId: z.string().nullable(),
      listeners: z.number(),
      backendServers: z.number(),
      granted: z.boolean(),
      refusal: z.string().nullable(),
    }),
  ),
  unknownClusterIds: z.array(z.string()),
});

/**
 * The provider of the simulated cloud. Calls are idempotent. They throw when the cloud is unreachable, and throw a
 * `TerminalError` when the cloud rejects a request for good.
 */
export function createSimulatedProvider(
  options: SimulatedProviderOptions,
): InfrastructureProvider & AsyncDisposable {
  const cloud = new Cloud(options);
  return {
    ...simulatedNodePools({
      call: (...args) => cloud.call(...args),
      instances: toInstances,
      instance: (body) => toInstance(instance.parse(body)),
    }),
    ...simulatedHighRiskOperations({ call: (...args) => cloud.call(...args) }),
    ensureControlPlane: async ({ clusterId, ...body }) =>
      controlPlane.parse(await cloud.put(path(clusterId), body)),
    async controlPlane(clusterId): Promise<ControlPlane | undefined> {
      const response = await cloud.call('GET', path(clusterId));
      return response.status === 404 ? undefined : controlPlane.parse(response.body);
    },
    upgradeControlPlane: async (clusterId, version) =>
      controlPlane.parse(await cloud.put(path(clusterId, 'version'), { version })),
    async setAuthenticationMode(clusterId, mode) {
      await cloud.put(path(clusterId, 'authentication-mode'), { mode });
    },
    migrateControlPlane: async (clusterId, edition) =>
      controlPlane.parse(await cloud.put(path(clusterId, 'edition'), { edition })),
    cancelControlPlaneUpgrade: async (clusterId) =>
      controlPlane.parse((await cloud.call('DELETE', path(clusterId, 'version'), undefined, true)).body),
    deleteCluster: async (clusterId) => (await cloud.call('DELETE', path(clusterId))).status === 404,
    async ensureInstances(clusterId, requests) {
      if (requests.length === 0) return [];
      const made = toInstances(await cloud.put(path(clusterId, 'instances'), { instances: requests }));
      const byId = new Map(made.map((instance) => [instance.id, instance]));
      return requests.map(({ id }) => byId.get(id) ?? missing(id));
    },
    async instances(clusterId, nodePoolId) {
      const query = nodePoolId === undefined ? '' : `?nodePoolId=${encodeURIComponent(nodePoolId)}`;
      const response = await cloud.call('GET', `${path(clusterId, 'instances')}${query}`);
      return response.status === 404 ? [] : toInstances(response.body);
    },
    async deleteInstances(clusterId, ids, { drain, release = true }) {
      if (ids.length === 0) return [];
      const response = await cloud.call('POST', path(clusterId, 'instances', 'delete'), {
        ids,
        drain,
        release,
      });
      if (response.status === 404) return [];
      return remaining
        .parse(response.body)
        .instances.map((instance) => (typeof instance === 'string' ? instance : instance.id));
    },
    async upgradeInstance(clusterId, id, version) {
      const response = await cloud.call('PUT', path(clusterId, 'instances', id, 'version'), { version });
      return response.status === 404 ? undefined : toInstance(instance.parse(response.body));
    },
    async credentials(clusterId, request): Promise<Credentials> {
      const { body } = await cloud.call('POST', path(clusterId, 'credentials'), request, true);
      return credentials.parse(body);
    },
    async cloudResourceRequests() {
      const { body } = await cloud.call('GET', '/cloud/v1/claims', undefined, true);
      const { claims: requests, unknownClusterIds } = cloudResourceRequests.parse(body);
      return { requests, unknownClusterIds };
    },
    decideCloudResourceRequests: async (clusterId, decisions) =>
      void (await cloud.call('PUT', path(clusterId, 'grants'), decisions)),
    containerUses: async (position) =>
      containerUses.parse(
        (await cloud.call('GET', `/cloud/v1/container-uses?after=${position}`, undefined, true)).body,
      ),
    [Symbol.asyncDispose]: () => cloud.close(),
  };
}

function path(...parts: readonly string[]): string {
  return `/cloud/v1/clusters/${parts.map(encodeURIComponent).join('/')}`;
}

function missing(id: string): never {
  throw new Error(`the simulated cloud did not answer for the instance ${id}`);
}

function toInstances(body: unknown): Instance[] {
  return instances.parse(body).instances.map(toInstance);
}

function toInstance({ failure, ...rest }: z.infer<typeof instance>): Instance {
  return failure ? { ...rest, failure: toProblem(failure) } : rest;
}

function toProblem({ code, message }: { code: string; message: string }): Problem {
  const isKnown = code in errorRegistry;
  return { code: isKnown ? (code as ErrorCode) : 'INSTANCE_START_FAILED', message };
}

/** Status codes of invalid requests, which are not retried. */
const INVALID: ReadonlySet<number> = new Set([400, 422]);
const rejectionSchema = z.object({ code: z.string(), message: z.string() });

function rejection(text: string): TerminalError {
  const { code, message } = rejectionSchema.parse(JSON.parse(text));
  return new TerminalError({
    code: code in errorRegistry ? (code as ErrorCode) : 'INTERNAL_SERVER_ERROR',
    message,
  });
}

interface CloudResponse {
  readonly status: number;
  readonly body: unknown;
}

/** One keep-alive connection pool to the cloud. */
class Cloud {
  private readonly agent = new Agent({ connections: 16 });
  private readonly timeoutMs: number;

  constructor(private readonly options: SimulatedProviderOptions) {
    this.timeoutMs = options.timeoutMs ?? 30_000;
  }

  async put(target: string, body: unknown): Promise<unknown> {
    return (await this.call('PUT', target, body, true)).body;
  }

  /** Sends a request. Status 404 is an error only with `found`. */
  async call(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    target: string,
    body?: unknown,
    found = false,
  ): Promise<CloudResponse> {
    const { cloudUrl, token } = this.options;
    const response = await request(new URL(target, cloudUrl), {
      method,
      dispatcher: this.agent,
      signal: AbortSignal.timeout(this.timeoutMs),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    const status = response.statusCode;
    if (INVALID.has(status)) throw rejection(text);
    if (status >= 400 && (status !== 404 || found)) throw new CloudError(`${method} ${target}`, status, text);
    return { status, body: status === 404 || text === '' ? undefined : JSON.parse(text) };
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}
