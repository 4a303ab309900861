import pLimit from 'p-limit';
import type { KubernetesClient, KubernetesObject } from '../../../engine/kubernetes/client.js';
import { isNotFound, KubernetesStatusError } from '../../../engine/kubernetes/kubernetes-error.js';
import { listPath } from '../../../engine/kubernetes/paths.js';
import type { RemovedApiEntry } from '../model/release.rules.js';
import { apiVersionOfEntry, nameOf, type RemovedApiUse, apiVersionsOf } from '../model/removed-api.rules.js';

/** Kinds that are listed at the same time. */
const AT_ONCE = 4;
/** Objects of one kind that are scanned; of a cluster with more, these are the first. */
const MAX_OBJECTS = 5_000;

/**
 * Looks for objects of a cluster that were written with one of `apis`.
 *
 * Scanned are: of each kind in `apis`, the first 5,000 objects of all namespaces, listed through the
 * replacement, else the version that the cluster prefers of the replacement's group. An object
 * counts when one of its `metadata.managedFields` or its annotation `kubectl.kubernetes.io/last-applied-configuration`
 * names the removed apiVersion. For an API without
 * replacement, which is listed itself, each object counts. Not scanned: requests that leave
 * no object behind, and manifests that were not applied to this cluster.
 *
 * Throws `KubernetesUnavailable`, and `KubernetesStatusError` when the API server refuses a list.
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

/** What a cluster serves of a group. */
interface ServedGroup {
  readonly preferred: string | undefined;
  readonly versions: ReadonlySet<string>;
}

interface GroupAnswer {
  readonly name: string;
  readonly versions?: readonly { readonly groupVersion: string }[];
  readonly preferredVersion?: { readonly groupVersion?: string };
}

async function servedGroups(client: KubernetesClient): Promise<ReadonlyMap<string, ServedGroup>> {
  const { groups = [] } = await client.get<{ groups?: readonly GroupAnswer[] }>('/apis');
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

/** The apiVersion through which objects of the kind are listed; undefined when the cluster serves none. */
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

/** Chunks of a list; none when the cluster does not serve it. */
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

/** Reviews and the like are not there or cannot be listed. */
function isUnserved(error: unknown): boolean {
  return isNotFound(error) || (error instanceof KubernetesStatusError && error.status === 405);
}
