import { createSecureContext } from 'node:tls';
import { KubeConfig, type RequestContext } from '@kubernetes/client-node';
import { LRUCache } from 'lru-cache';
import { Agent } from 'undici';
import type { OpenDatabase } from '../../kernel/postgres/database.js';
import type { ClusterAccess } from './cluster-access.js';

/** Maximum number of clusters with open connections. */
const MAX_CLUSTERS = 500;
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than the poll interval of a cluster, so that polls reuse a connection: a TLS handshake costs more than a call. */
const IDLE_TIMEOUT_MS = 20_000;
/** Maximum number of connections to one API server; a watch holds one. */
const MAX_CONNECTIONS = 64;

/**
 * Client configurations for the Kubernetes APIs of clusters, with pooled connections. By default,
 * @kubernetes/client-node creates an agent, thus a TLS connection, for each request.
 */
export class KubernetesApis implements AsyncDisposable {
  private readonly configs = new LRUCache<string, PooledKubeConfig>({
    max: MAX_CLUSTERS,
    // close() waits for pending requests.
    dispose: (config) => void config.agent.close().catch(() => undefined),
  });

  /** `database` is where accesses are read from; see cluster-access.ts. */
  constructor(protected readonly database: OpenDatabase) {}

  /** The configuration for `makeApiClient` and `Watch`; the same object for the same access. */
  of(access: ClusterAccess): KubeConfig {
    const key = `${access.clusterId}\n${access.server}\n${access.token}\n${access.caData}`;
    const cached = this.configs.get(key);
    if (cached) return cached;
    const config = new PooledKubeConfig(access);
    this.configs.set(key, config);
    return config;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const agents = [...this.configs.values()].map((config) => config.agent);
    await Promise.allSettled(agents.map((agent) => agent.destroy()));
    this.configs.clear();
  }
}

class PooledKubeConfig extends KubeConfig {
  readonly agent: Agent;

  constructor(private readonly access: ClusterAccess) {
    super();
    const { clusterId: name, server, caData, token } = access;
    this.loadFromClusterAndUser(
      { name, server, caData, skipTLSVerify: false },
      { name: 'fleetgraph', token },
    );
    this.agent = new Agent({
      connections: MAX_CONNECTIONS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        keepAlive: true,
        // Created once instead of for each connection.
        ...(caData && { secureContext: createSecureContext({ ca: Buffer.from(caData, 'base64') }) }),
      },
    });
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    context.setHeaderParam('Authorization', `Bearer ${this.access.token}`);
    context.setDispatcher(this.agent);
  }
}
