import { metricResources } from './metric-resources.js';
import { servedTypes, type ServedType } from './registry.js';
import { groupVersion } from './resource.js';
import type { ApiResource } from '../schema/definition-file.js';
import { latestApi, type KubernetesApi } from '../schema/kubernetes-api.js';

/** Resources that are computed by request, by group and version. */
const COMPUTED: Readonly<Record<string, readonly string[]>> = {
  'authorization.k8s.io/v1': [
    'localsubjectaccessreviews',
    'selfsubjectaccessreviews',
    'selfsubjectrulesreviews',
    'subjectaccessreviews',
  ],
  'authentication.k8s.io/v1': ['selfsubjectreviews', 'tokenreviews'],
};

/** The resources and subresources that an API server of kubesim serves, by `v1`, `apps/v1` …, in the order of discovery. */
export type ServedResources = ReadonlyMap<string, readonly ApiResource[]>;

const cache = new WeakMap<KubernetesApi, ServedResources>();

/** The served resources, as the version of the API describes them. */
export function servedResources(api: KubernetesApi): ServedResources {
  const known = cache.get(api);
  if (known) return known;
  const lists = new Map<string, ApiResource[]>();
  for (const [key, types] of Map.groupBy(servedTypes, groupVersion))
    lists.set(key, resourcesOf(api, key, types));
  for (const [key, names] of Object.entries(COMPUTED))
    lists.set(
      key,
      api.resourcesOf(key).filter(({ name }) => names.includes(name)),
    );
  lists.set('metrics.k8s.io/v1beta1', [...metricResources]);
  const sorted = new Map([...lists].sort(([a], [b]) => rank(api, a) - rank(api, b)));
  cache.set(api, sorted);
  return sorted;
}

/** The place of a group in discovery; groups that Kubernetes does not have come last. */
function rank({ groups }: KubernetesApi, key: string): number {
  if (!key.includes('/')) return -1;
  const place = groups.indexOf(key.slice(0, key.indexOf('/')));
  return place < 0 ? groups.length : place;
}

function resourcesOf(api: KubernetesApi, key: string, types: readonly ServedType[]): ApiResource[] {
  const served = new Set(types.flatMap(({ type }) => namesOf(type)));
  const known = api.resourcesOf(key).filter(({ name }) => served.has(name));
  // An older version lacks kinds of newer ones.
  const missing = types.filter(
    ({ type }) =>
      !known.some(({ name }) => name === type.plural) &&
      !latestApi()
        .resourcesOf(key)
        .some(({ name }) => name === type.plural),
  );
  return [...known, ...missing.flatMap(({ type }) => customResources(type))];
}

function namesOf({ plural, subresources }: ServedType['type']): string[] {
  return [plural, ...subresources.map((name) => `${plural}/${name}`)];
}

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** Resources of a kind that Kubernetes does not have, as of a CustomResourceDefinition. */
export function customResources(type: ServedType['type']): ApiResource[] {
  const { plural, singular, namespaced, kind, shortNames, categories, subresources } = type;
  const resource: ApiResource = {
    ...{ name: plural, singularName: singular, namespaced, kind, verbs: VERBS },
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const below = subresources.map((name) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    ...(name === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : { kind }),
    verbs: ['get', 'patch', 'update'],
  }));
  return [resource, ...below];
}
