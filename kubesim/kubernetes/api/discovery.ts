import type { Json } from '../kinds/object.js';
import type { ApiResource } from '../schema/definition-file.js';
import type { DiscoveredApi } from '../aggregation/discovered-apis.js';
import type { ServedApi } from '../openapi/served-api.js';

/** The groups and versions of other servers, by `example.com/v1` …. */
type RemoteApis = ReadonlyMap<string, DiscoveredApi>;

const NO_APIS: RemoteApis = new Map();

/** A group and version of discovery; the core group is ''. */
interface GroupVersion {
  readonly group: string;
  readonly version: string;
  /** `v1`, `apps/v1` …. */
  readonly key: string;
  readonly resources: readonly ApiResource[];
  /** Its server has not answered the last time. */
  readonly isStale: boolean;
}

/** `/api`, `/api/v1`, `/apis`, `/apis/apps`, `/apis/apps/v1`. */
const DISCOVERY_PATH = /^\/apis?(\/[^/]+){0,2}$/;

/** Returns the document of a discovery path; undefined for other paths, which are most of all requests. */
export function discovery(api: ServedApi, path: string, remote = NO_APIS): Json | undefined {
  if (!DISCOVERY_PATH.test(path)) return undefined;
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  const versions = groupVersions(api, remote);
  const groups = Map.groupBy(
    versions.filter(({ group }) => group !== ''),
    ({ group }) => group,
  );
  if (path === '/apis')
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...groups].map(([name, list]) => groupOf(name, list)),
    };
  const [root, ...rest] = path.split('/').filter(Boolean);
  const key = rest.join('/');
  const found = versions.find((version) => version.key === key);
  if (found && (root === 'apis') === key.includes('/'))
    return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: key, resources: found.resources };
  const list = root === 'apis' ? groups.get(key) : undefined;
  return list && { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(key, list) };
}

function groupVersions(api: ServedApi, remote: RemoteApis): GroupVersion[] {
  const own = [...api.resources].map(([key, resources]) => [key, { resources, isStale: false }] as const);
  return [...own, ...remote].map(([key, described]) => {
    const [version = '', group = ''] = key.split('/').reverse();
    return { group, version, key, ...described };
  });
}

function groupOf(name: string, list: readonly GroupVersion[]): Json {
  const versions = list.map(({ key, version }) => ({ groupVersion: key, version }));
  return { name, versions, preferredVersion: versions[0] };
}

/** The aggregated document of `/api` or `/apis`, with all resources; undefined for other paths. */
export function aggregatedDiscovery(api: ServedApi, path: string, remote = NO_APIS): Json | undefined {
  if (path !== '/api' && path !== '/apis') return undefined;
  const versions = groupVersions(api, remote).filter(({ group }) => (group === '') === (path === '/api'));
  const items = [...Map.groupBy(versions, ({ group }) => group)].map(([name, list]) => ({
    metadata: name === '' ? {} : { name },
    versions: list.map(({ version, resources, isStale }) => ({
      version,
      resources: aggregated(resources),
      freshness: isStale ? 'Stale' : 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregated(resources: readonly ApiResource[]): Json[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((resource) => {
      const { name, namespaced, singularName, verbs, shortNames, categories } = resource;
      const below = resources.filter((other) => other.name.startsWith(`${name}/`));
      return {
        resource: name,
        responseKind: responseKind(resource),
        scope: namespaced ? 'Namespaced' : 'Cluster',
        singularResource: singularName,
        verbs,
        ...(shortNames && { shortNames }),
        ...(categories && { categories }),
        ...(below.length > 0 && { subresources: below.map((sub) => subresource(sub, name)) }),
      };
    });
}

function subresource(resource: ApiResource, parent: string): Json {
  const { name, verbs } = resource;
  return { subresource: name.slice(parent.length + 1), responseKind: responseKind(resource), verbs };
}

/** Empty strings stand for the group and version of the list. */
function responseKind({ group = '', version = '', kind }: ApiResource): Json {
  return { group, version, kind };
}
