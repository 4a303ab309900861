import pLimit from 'p-limit';
import type { KubernetesClient, KubernetesObject } from '../../../engine/kubernetes/client.js';
import { isNotFound, KubernetesStatusError } from '../../../engine/kubernetes/kubernetes-error.js';
import { listPath } from '../../../engine/kubernetes/paths.js';
import type { RemovedApiEntry } from '../model/release.rules.js';
import { apiVersionOfEntry, nameOf, type RemovedApiUse, apiVersionsOf } from '../model/removed-api.rules.js';

/** Kinds listed concurrently. */
const AT_ONCE = 4;
/** Maximum number of objects scanned per kind; the first ones of the list. */
const MAX_OBJECTS = 5_000;

/**
 * Finds objects of a cluster that were written with one of `apis`.
 *
 * Of each kind in `apis`, it scans the first 5,000 objects of all namespaces, listed through the replacement API or,
 * if the cluster does not serve that, through the preferred version of the replacement's group. An object matches if
 * one of its `metadata.managedFields` or its annotation `kubectl.kubernetes.io/last-applied-configuration` contains
 * the removed apiVersion. An API without a replacement is listed itself, and each of its objects matches. Requests
 * that create no object, and manifests that were not applied to this cluster, are not scanned.
 *
 * Throws `KubernetesUnavailable`, and `KubernetesStatusError` when the API server rejects a list.
 */
export async function scanRemovedApis(
  client: KubernetesClient,
  apis: readonly RemovedApiEntry[],
): Promise<RemovedApiUse[]> {
  if (apis.length === 0) return [];
  const served = await servedGroups(client);
  const limit = pLimit(AT_ONCE);
  const kinds = Map.groupBy(apis, ({ kind, replacement }) => `${kind}\n${replacement ?? ''}`);
  const uses = await Promise.all(
    [...kinds.values()].map((kind) => limit(() => scanKind(client, kind, served))),
  );
  return uses.flat();
}

/** API versions of a group that a cluster serves. */
interface ServedGroup {
  readonly preferred: string | undefined;
  readonly versions: ReadonlySet<string>;
}

interface ApiGroup {
  readonly name: string;
  readonly versions?: readonly { readonly groupVersion: string }[];
  readonly preferredVersion?: { readonly groupVersion?: string };
}

async function servedGroups(client: KubernetesClient): Promise<ReadonlyMap<string, ServedGroup>> {
  const { groups = [] } = await client.get<{ groups?: readonly ApiGroup[] }>('/apis');
  return new Map(
    groups.map(({ name, versions = [], preferredVersion }) => [
      name,
      {
        preferred: preferredVersion?.groupVersion,
        versions: new Set(versions.map(({ groupVersion }) => groupVersion)),
      },
    ]),
  );
}

/** Returns the apiVersion for listing the kind; undefined if the cluster serves none. */
function servedAs(
  { replacement, ...api }: RemovedApiEntry,
  groups: ReadonlyMap<string, ServedGroup>,
): string | undefined {
  if (replacement === null) return `${api.group}/${api.version}`;
  const group = groups.get(replacement.split('/')[0] ?? '');
  return group?.versions.has(replacement) ? replacement : group?.preferred;
}

/** `apis` are the removed versions of one kind. */
async function scanKind(
  client: KubernetesClient,
  apis: readonly RemovedApiEntry[],
  served: ReadonlyMap<string, ServedGroup>,
): Promise<RemovedApiUse[]> {
  const at = servedAs(apis[0]!, served);
  if (at === undefined) return [];
  const { resource } = apis[0]!;
  const found = new Map(apis.map((api) => [api, [] as string[]]));
  for await (const objects of listed(client, listPath({ apiVersion: at, resource }))) {
    for (const object of objects) recordUse(found, object);
  }
  return [...found].filter(([, names]) => names.length > 0).map(([api, objects]) => ({ api, objects }));
}

function recordUse(found: ReadonlyMap<RemovedApiEntry, string[]>, object: KubernetesObject): void {
  const versions = apiVersionsOf(object);
  for (const [api, names] of found) {
    if (api.replacement === null || versions.has(apiVersionOfEntry(api))) names.push(nameOf(object));
  }
}

/** Yields the chunks of a list; none if the cluster does not serve it. */
async function* listed(client: KubernetesClient, path: string): AsyncGenerator<readonly KubernetesObject[]> {
  let count = 0;
  try {
    for await (const objects of client.chunks(path)) {
      yield objects;
      count += objects.length;
      if (count >= MAX_OBJECTS) return;
    }
  } catch (error) {
    if (isUnserved(error)) return;
    throw error;
  }
}

/** Kinds such as reviews do not exist or do not support list. */
function isUnserved(error: unknown): boolean {
  return isNotFound(error) || (error instanceof KubernetesStatusError && error.status === 405);
}
