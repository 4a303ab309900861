import type { ServedType } from '../kinds/registry.js';
import { groupVersion } from '../kinds/resource.js';
import { customResources, servedResources, type ServedResources } from '../kinds/served-resources.js';
import type { ApiResource } from '../schema/definition-file.js';
import type { KubernetesApi } from '../schema/kubernetes-api.js';
import { definitionsOfKind, definitionNameOf } from './custom-schemas.js';

/** The API that a cluster serves: that of its version, and the kinds of its definitions. */
export interface ServedApi {
  readonly resources: ServedResources;
  /** The groups of Kubernetes that it has. */
  readonly groups: readonly string[];
  /** Name of the definition of a kind, e.g. `io.k8s.api.core.v1.Pod`. */
  definitionNameOf(group: string, version: string, kind: string): string | undefined;
  /** JSON of a definition, as in an OpenAPI v3 document. */
  definitionJson(name: string): string | undefined;
}

/** APIs by the list of kinds of definitions, of which there is another one after each change. */
const known = new WeakMap<readonly ServedType[], Map<KubernetesApi, ServedApi>>();

/** The API of a version with the kinds of a cluster's definitions. */
export function servedApi(api: KubernetesApi, custom: readonly ServedType[]): ServedApi {
  const apis = known.get(custom) ?? new Map<KubernetesApi, ServedApi>();
  known.set(custom, apis);
  const served = apis.get(api) ?? newServedApi(api, custom);
  apis.set(api, served);
  return served;
}

function newServedApi(api: KubernetesApi, custom: readonly ServedType[]): ServedApi {
  const names = new Map(
    custom.map((served) => [`${groupVersion(served)}/${served.type.kind}`, definitionNameOf(served)]),
  );
  const byName = new Map(
    custom.flatMap((served) => [
      [definitionNameOf(served), served] as const,
      [`${definitionNameOf(served)}List`, served] as const,
    ]),
  );
  const own = servedResources(api);
  const served = new Set([...own.keys()].map((key) => key.slice(0, Math.max(0, key.indexOf('/')))));
  return {
    resources: resourcesOf(own, custom),
    groups: api.groups.filter((group) => served.has(group)),
    definitionNameOf: (group, version, kind) =>
      api.definitionNameOf(group, version, kind) ?? names.get(`${group}/${version}/${kind}`),
    definitionJson(name) {
      const served = byName.get(name);
      return served ? definitionsOfKind(served).get(name) : api.definitionJson(name);
    },
  };
}

function resourcesOf(own: ServedResources, custom: readonly ServedType[]): ServedResources {
  if (custom.length === 0) return own;
  const lists = new Map(own);
  for (const [key, types] of Map.groupBy(custom, groupVersion))
    lists.set(key, resourceList(own.get(key) ?? [], types));
  return lists;
}

interface KnownList {
  readonly own: readonly ApiResource[];
  readonly types: readonly ServedType[];
  readonly resources: readonly ApiResource[];
}

/** Lists of the groups with definitions, by their first kind. */
const knownLists = new WeakMap<ServedType, KnownList>();

/** The same list for the same kinds: the hash of a document is kept by its list. */
function resourceList(own: readonly ApiResource[], types: readonly ServedType[]): readonly ApiResource[] {
  const [first] = types;
  const found = first && knownLists.get(first);
  const isSame =
    found?.own.length === own.length &&
    found.types.length === types.length &&
    types.every((type, index) => type === found.types[index]);
  if (isSame) return found.resources;
  const resources = [...own, ...types.flatMap(({ type }) => customResources(type))];
  if (first) knownLists.set(first, { own, types, resources });
  return resources;
}
