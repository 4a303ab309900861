import { servedTypes, type ServedType } from '../kinds/registry.js';
import { groupVersion, type Subresource } from '../kinds/resource.js';
import type { Json } from '../kinds/object.js';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

const SUBRESOURCES: Readonly<
  Record<
    Subresource,
    | {
        readonly kind: string;
        readonly group?: string;
        readonly version?: string;
        readonly verbs: readonly string[];
      }
    | undefined
  >
> = {
  status: undefined,
  scale: { kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] },
  log: { kind: 'Pod', verbs: ['get'] },
  eviction: { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
  binding: { kind: 'Binding', verbs: ['create'] },
  finalize: { kind: 'Namespace', verbs: ['update'] },
  token: { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
};

/** A resource in the format of discovery. */
interface ListedResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

const COMPUTED_RESOURCES: Readonly<Record<string, readonly ListedResource[]>> = {
  'metrics.k8s.io/v1beta1': [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
  ],
  'authorization.k8s.io/v1': [
    {
      name: 'localsubjectaccessreviews',
      singularName: 'localsubjectaccessreview',
      namespaced: true,
      kind: 'LocalSubjectAccessReview',
      verbs: ['create'],
    },
    {
      name: 'selfsubjectaccessreviews',
      singularName: 'selfsubjectaccessreview',
      namespaced: false,
      kind: 'SelfSubjectAccessReview',
      verbs: ['create'],
    },
    {
      name: 'selfsubjectrulesreviews',
      singularName: 'selfsubjectrulesreview',
      namespaced: false,
      kind: 'SelfSubjectRulesReview',
      verbs: ['create'],
    },
    {
      name: 'subjectaccessreviews',
      singularName: 'subjectaccessreview',
      namespaced: false,
      kind: 'SubjectAccessReview',
      verbs: ['create'],
    },
  ],
  'authentication.k8s.io/v1': [
    {
      name: 'selfsubjectreviews',
      singularName: 'selfsubjectreview',
      namespaced: false,
      kind: 'SelfSubjectReview',
      verbs: ['create'],
    },
  ],
};

/** The resources of each group and version, `v1` first. */
const resourceLists: ReadonlyMap<string, readonly ListedResource[]> = buildLists();

function buildLists(): Map<string, readonly ListedResource[]> {
  const lists = new Map<string, ListedResource[]>();
  for (const served of servedTypes) {
    const key = groupVersion(served);
    lists.set(key, [...(lists.get(key) ?? []), ...listedResources(served)]);
  }
  return new Map([...lists, ...Object.entries(COMPUTED_RESOURCES)]);
}

function listedResources({ type }: ServedType): ListedResource[] {
  const { plural, singular, namespaced, kind, shortNames, categories } = type;
  const more = {
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
  const main: ListedResource = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: VERBS,
    ...more,
  };
  return [
    main,
    ...type.subresources.map((name) => ({
      name: `${plural}/${name}`,
      singularName: '',
      namespaced,
      kind,
      verbs: ['get', 'patch', 'update'],
      ...SUBRESOURCES[name],
    })),
  ];
}

/** The groups, each with one version. */
const groups = [...resourceLists.keys()]
  .filter((key) => key.includes('/'))
  .map((key) => {
    const [name = '', version = ''] = key.split('/');
    return { name, version, groupVersion: key };
  });

/** Returns the document of a discovery path; undefined for other paths. `aggregated` returns all resources in one document. */
export function discovery(path: string, aggregated: boolean): Json | undefined {
  if (path === '/api')
    return aggregated
      ? aggregate([['', 'v1']])
      : { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') {
    if (aggregated) return aggregate(groups.map(({ name, version }) => [name, version]));
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupOf(group)) };
  }
  const [root, ...rest] = path.split('/').filter(Boolean);
  const key = rest.join('/');
  const resources = resourceLists.get(key);
  if (resources && (root === 'apis') === key.includes('/')) {
    return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: key, resources };
  }
  const group = root === 'apis' ? groups.find(({ name }) => name === key) : undefined;
  return group && { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
}

function groupOf({ name, version, groupVersion: key }: (typeof groups)[number]): Json {
  const entry = { groupVersion: key, version };
  return { name, versions: [entry], preferredVersion: entry };
}

function aggregate(list: readonly (readonly [group: string, version: string])[]): Json {
  const items = list.map(([group, version]) => ({
    metadata: { name: group, creationTimestamp: null },
    versions: [{ version, freshness: 'Current', resources: aggregatedResources(group, version) }],
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregatedResources(group: string, version: string): Json[] {
  const all = resourceLists.get(group ? `${group}/${version}` : version) ?? [];
  const kindOf = (listed: ListedResource) => ({
    group: listed.group ?? group,
    version: listed.version ?? version,
    kind: listed.kind,
  });
  return all
    .filter(({ name }) => !name.includes('/'))
    .map((listed) => {
      const subresources = all.filter(({ name }) => name.startsWith(`${listed.name}/`));
      return {
        resource: listed.name,
        responseKind: kindOf(listed),
        scope: listed.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: listed.singularName,
        verbs: listed.verbs,
        ...(listed.shortNames ? { shortNames: listed.shortNames } : {}),
        ...(listed.categories ? { categories: listed.categories } : {}),
        ...(subresources.length > 0
          ? {
              subresources: subresources.map((sub) => ({
                subresource: sub.name.slice(listed.name.length + 1),
                responseKind: kindOf(sub),
                verbs: sub.verbs,
              })),
            }
          : {}),
      };
    });
}
