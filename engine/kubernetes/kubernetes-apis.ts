import { LRUCache } from 'lru-cache';
import type { OpenDatabase } from '../../kernel/postgres/database.js';
import { ApiServer } from './api-server.js';
import type { ClusterAccess } from './cluster-access.js';

/** Maximum number of clusters with open connections. */
const MAX_CLUSTERS = 500;

/** The Kubernetes API servers of clusters. */
export class KubernetesApis implements AsyncDisposable {
  private readonly servers = new LRUCache<string, ApiServer>({
    max: MAX_CLUSTERS,
    dispose: (server) => void server.close().catch(() => undefined),
  });

  /** `database` contains the accesses of clusters; see cluster-access.ts. */
  constructor(protected readonly database: OpenDatabase) {}

  /** The API server of an access; equal accesses share one object with its connections. */
  of(access: ClusterAccess): ApiServer {
    const key = `${access.clusterId}\n${access.server}\n${access.token}\n${access.caData}`;
    const cached = this.servers.get(key);
    if (cached) return cached;
    const server = new ApiServer(access);
    this.servers.set(key, server);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.servers.values()].map((server) => server[Symbol.asyncDispose]()));
    this.servers.clear();
  }
}
