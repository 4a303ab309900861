import { isDeepStrictEqual } from 'node:util';
import {
  type KubernetesClient,
  type KubernetesObject,
  MERGE_PATCH,
} from '../../../../engine/kubernetes/client.js';
import { isConflict, isNotFound } from '../../../../engine/kubernetes/kubernetes-error.js';
import { listPath, objectPath } from '../../../../engine/kubernetes/paths.js';
import { type GroupBinding, INITIAL_BINDINGS } from '../../model/cluster-access.rules.js';
import { platformClusterRoles, type PolicyRule, RBAC_GROUP } from '../../model/cluster-role.rules.js';

const apiVersion = `${RBAC_GROUP}/v1`;
const ROLES = { apiVersion, resource: 'clusterroles' };
const CLUSTER_BINDINGS = { apiVersion, resource: 'clusterrolebindings' };
const BINDINGS = { apiVersion, resource: 'rolebindings' };
/** Label of the objects that only the platform writes; all others are left alone. */
const MANAGED = { 'fleetgraph.dev/managed-by': 'permissions' };
const labelSelector = Object.entries(MANAGED)
  .map(([key, value]) => `${key}=${value}`)
  .join();
/** API servers add the subjects that such a binding had at first when they start, unless it has this annotation. */
const KEPT = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };

interface BindingObject extends KubernetesObject {
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly apiGroup?: string; readonly kind: string; readonly name: string }[];
}

interface RoleObject extends KubernetesObject {
  readonly rules?: readonly PolicyRule[];
}

/** Makes the bindings of the platform in a cluster those that are wanted. What is taken away goes first. */
export async function writeBindings(
  client: KubernetesClient,
  wanted: readonly GroupBinding[],
): Promise<void> {
  const present = await readBindings(client);
  const paths = new Set(wanted.map(pathOf));
  for (const path of present.keys()) if (!paths.has(path)) await removed(client, path);
  for (const binding of wanted.filter(({ group }) => group === undefined))
    await write(client, binding, present.get(pathOf(binding)));
  await writeRoles(client, new Set(wanted.map(({ clusterRole }) => clusterRole)));
  for (const binding of wanted.filter(({ group }) => group !== undefined))
    await write(client, binding, present.get(pathOf(binding)));
}

/** The bindings of the platform, by path. */
async function readBindings(client: KubernetesClient): Promise<Map<string, BindingObject>> {
  const [ofCluster, ofNamespaces, ...initial] = await Promise.all([
    client.all<BindingObject>(listPath(CLUSTER_BINDINGS), { labelSelector }),
    client.all<BindingObject>(listPath(BINDINGS), { labelSelector }),
    ...INITIAL_BINDINGS.map((name) =>
      found(client.get<BindingObject>(objectPath(CLUSTER_BINDINGS, undefined, name))),
    ),
  ]);
  const all = [...ofCluster, ...ofNamespaces, ...initial.filter((binding) => binding !== undefined)];
  return new Map(
    all.map((object) => {
      const { name = '', namespace } = object.metadata ?? {};
      return [pathOf({ name, namespace }), object];
    }),
  );
}

async function write(
  client: KubernetesClient,
  binding: GroupBinding,
  present: BindingObject | undefined,
): Promise<void> {
  const { name, namespace, clusterRole } = binding;
  const roleRef = { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: clusterRole };
  const metadata = { labels: MANAGED, annotations: KEPT };
  const subjects = subjectsOf(binding);
  const path = pathOf(binding);
  if (present?.roleRef?.kind === roleRef.kind && present.roleRef.name === clusterRole) {
    if (isAsWanted(present, subjects)) return;
    await found(client.patch(path, { metadata, subjects }, MERGE_PATCH));
    return;
  }
  // The role of a binding cannot be changed.
  if (present) await removed(client, path);
  const list = namespace === undefined ? listPath(CLUSTER_BINDINGS) : listPath(BINDINGS, namespace);
  try {
    // The namespace may not exist yet.
    await found(client.create(list, { metadata: { name, ...metadata }, roleRef, subjects }));
  } catch (error) {
    // It has lost its label.
    if (!isConflict(error)) throw error;
    await removed(client, path);
    await client.create(list, { metadata: { name, ...metadata }, roleRef, subjects });
  }
}

function subjectsOf({ group }: GroupBinding) {
  return group === undefined ? [] : [{ apiGroup: RBAC_GROUP, kind: 'Group', name: group }];
}

function isAsWanted(
  { metadata, subjects = [] }: BindingObject,
  wanted: ReturnType<typeof subjectsOf>,
): boolean {
  const has = (present: Readonly<Record<string, string>> = {}, entries: Readonly<Record<string, string>>) =>
    Object.entries(entries).every(([key, value]) => present[key] === value);
  return (
    isDeepStrictEqual(subjects, wanted) && has(metadata?.labels, MANAGED) && has(metadata?.annotations, KEPT)
  );
}

/** Creates or corrects those of the platform's roles that are bound. */
async function writeRoles(client: KubernetesClient, bound: ReadonlySet<string>): Promise<void> {
  for (const [name, rules] of Object.entries(platformClusterRoles)) {
    if (!bound.has(name)) continue;
    const path = objectPath(ROLES, undefined, name);
    const present = await found(client.get<RoleObject>(path));
    const metadata = { name, labels: MANAGED };
    if (!present) await client.create(listPath(ROLES), { metadata, rules });
    else if (!isDeepStrictEqual(present.rules, rules)) await client.patch(path, { rules }, MERGE_PATCH);
  }
}

function pathOf({ name, namespace }: Pick<GroupBinding, 'name' | 'namespace'>): string {
  return namespace === undefined
    ? objectPath(CLUSTER_BINDINGS, undefined, name)
    : objectPath(BINDINGS, namespace, name);
}

async function removed(client: KubernetesClient, path: string): Promise<void> {
  await found(client.delete(path));
}

/** The answer; undefined if the object, or its namespace, does not exist. */
async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
