import { apiServices, type ApiService } from '../kinds/api-services.js';
import { servedResources } from '../kinds/served-resources.js';
import type { ApiResource } from '../schema/definition-file.js';
import { kubernetesApi } from '../schema/kubernetes-api.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** What a server said about its group and version. */
export interface DiscoveredApi {
  readonly resources: readonly ApiResource[];
  /** The server has not answered the last time. */
  readonly isStale: boolean;
}

const UNKNOWN: DiscoveredApi = { resources: [], isStale: true };

const discovered = new WeakMap<ApiService['spec'], DiscoveredApi>();

/** Keeps what the server of a registration said, until the registration changes. */
export function rememberDiscovery({ spec }: ApiService, api: DiscoveredApi | undefined): void {
  if (api) discovered.set(spec, api);
  else discovered.delete(spec);
}

/** A cluster with registrations. */
interface RegisteringCluster {
  readonly store: ClusterStore;
  version(): string;
}

/** The registration of a group and version that another server serves; undefined for those of the API server itself. */
export function remoteApiService(
  { store, version }: { readonly store: ClusterStore; readonly version: string },
  group: string,
  apiVersion: string,
): ApiService | undefined {
  const found = store.get(apiServices, '', `${apiVersion}.${group}`);
  if (!found?.spec.service) return undefined;
  return servedResources(kubernetesApi(version)).has(`${group}/${apiVersion}`) ? undefined : found;
}

/** The groups and versions that other servers serve, by `example.com/v1` …, those of the highest priority first. */
export function remoteApis(cluster: RegisteringCluster): ReadonlyMap<string, DiscoveredApi> {
  const own = servedResources(kubernetesApi(cluster.version()));
  const remote = [...cluster.store.all(apiServices)].filter(
    ({ spec: { service, group = '', version = '' } }) => service && !own.has(`${group}/${version}`),
  );
  const byPriority = remote.sort(
    ({ spec: a }, { spec: b }) =>
      b.groupPriorityMinimum - a.groupPriorityMinimum || b.versionPriority - a.versionPriority,
  );
  return new Map(
    byPriority.map(({ spec }) => [
      `${spec.group ?? ''}/${spec.version ?? ''}`,
      discovered.get(spec) ?? UNKNOWN,
    ]),
  );
}
