import { z } from 'zod';
import { kubernetesGroups } from '../../../access/kubernetes-user.js';
import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  type Role,
  type RoleBinding,
} from '../kinds/access-control.js';
import { aggregatedRoles } from '../kinds/aggregated-roles.js';
import type { Draft, KubeObject } from '../kinds/object.js';
import { missingRules, type PolicyRule } from '../kinds/policy-rule.js';
import type { ResourceType } from '../kinds/resource.js';
import { withDefaults } from '../schema/defaults.js';
import source from './bootstrap-policy.json' with { type: 'json' };
import type { ClusterContext } from './context.js';
import { identityOf } from './identity.js';
import { schemaOf } from './schema-rules.js';
import { frozen, sharedByVersion } from './shared-objects.js';
import { updateByController } from './write.js';

const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';
const GROUP = 'rbac.authorization.k8s.io';
const VERSION = `${GROUP}/v1`;

const texts = z.array(z.string());
const policySchema = z.array(
  z.object({
    apiVersion: z.literal(VERSION),
    kind: z.string(),
    metadata: z.object({
      name: z.string(),
      namespace: z.string().optional(),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
    rules: z
      .array(
        z.object({
          verbs: texts,
          apiGroups: texts.optional(),
          resources: texts.optional(),
          resourceNames: texts.optional(),
          nonResourceURLs: texts.optional(),
        }),
      )
      .optional(),
    aggregationRule: z
      .object({ clusterRoleSelectors: z.array(z.object({ matchLabels: z.record(z.string(), z.string()) })) })
      .optional(),
    roleRef: z.object({ apiGroup: z.string(), kind: z.string(), name: z.string() }).optional(),
    subjects: z
      .array(
        z.object({
          kind: z.string(),
          apiGroup: z.string().optional(),
          name: z.string(),
          namespace: z.string().optional(),
        }),
      )
      .optional(),
  }),
);

const READ = ['get', 'list', 'watch'];
const read = (apiGroup: string, ...resources: readonly string[]): PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs: READ,
});
const withStatus = (...resources: readonly string[]) =>
  resources.flatMap((resource) => [resource, `${resource}/status`]);

/** Read access of a fleet operator in addition to `view`: cluster-scoped kinds and the platform's own kinds. */
const clusterView: Draft<Role> = {
  apiVersion: VERSION,
  kind: 'ClusterRole',
  metadata: { name: 'fleetgraph:cluster-view' },
  rules: [
    read('', ...withStatus('nodes', 'persistentvolumes')),
    read('storage.k8s.io', 'storageclasses', 'csidrivers'),
    read('networking.k8s.io', 'ingressclasses'),
    read('scheduling.k8s.io', 'priorityclasses'),
    read('node.k8s.io', 'runtimeclasses'),
    read('coordination.k8s.io', 'leases'),
    read('events.k8s.io', 'events'),
    read('apps.openyurt.io', ...withStatus('uniteddeployments')),
  ],
};

/** The ClusterRole that metrics-server adds to the roles of users. */
const metricsReader: Draft<Role> = {
  apiVersion: VERSION,
  kind: 'ClusterRole',
  metadata: {
    name: 'system:aggregated-metrics-reader',
    labels: {
      [`${GROUP}/aggregate-to-admin`]: 'true',
      [`${GROUP}/aggregate-to-edit`]: 'true',
      [`${GROUP}/aggregate-to-view`]: 'true',
    },
  },
  rules: [read('metrics.k8s.io', 'pods', 'nodes')],
};

function platformBinding(name: string, role: string, group: string): Draft<RoleBinding> {
  return {
    apiVersion: VERSION,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: GROUP, kind: 'Group', name: group }],
  };
}

/** The ClusterRoles of the cloud and the ClusterRoleBindings of the platform's groups, in every cluster. */
export const platformPolicy = {
  clusterRoles: [clusterView, metricsReader],
  clusterRoleBindings: [
    platformBinding('fleetgraph:writers', 'cluster-admin', kubernetesGroups.writers),
    platformBinding('fleetgraph:readers', 'view', kubernetesGroups.readers),
    platformBinding('fleetgraph:readers-of-cluster', 'fleetgraph:cluster-view', kubernetesGroups.readers),
  ],
};

const types = [roles, clusterRoles, roleBindings, clusterRoleBindings] as unknown as readonly ResourceType[];

/** A role or binding to create, with its kind. */
interface Item {
  readonly type: ResourceType;
  readonly draft: Draft<KubeObject>;
}

/** What API servers create, then what the platform creates. */
const policy: readonly Item[] = [
  ...policySchema.parse(source),
  ...platformPolicy.clusterRoles,
  ...platformPolicy.clusterRoleBindings,
].map((draft) => {
  const type = types.find(({ kind }) => kind === draft.kind);
  if (!type) throw new Error(`no kind ${draft.kind}`);
  return { type, draft };
});

/** The fields of the objects in each version of the control plane, but for their identity, which all clusters share. */
const fieldsOf = sharedByVersion((cluster) => {
  const complete = policy.map((item) => {
    const object = withDefaults(item.draft as KubeObject, schemaOf(cluster, item.type));
    return [item, item.type.defaults(object)] as const;
  });
  const roles = complete.map(([, object]) => object as Role).filter(({ kind }) => kind === clusterRoles.kind);
  const aggregated = new Map(aggregatedRoles(roles).map((role) => [role.metadata.name, role]));
  return complete.map(([item, object]) => {
    const role = object.kind === clusterRoles.kind ? aggregated.get(object.metadata.name) : undefined;
    return [item, frozen(role ?? object)] as const;
  });
});

/**
 * Creates the missing default roles and bindings, and adds the missing rules and subjects of existing ones, as an API
 * server does when it starts. An object with the annotation `autoupdate: "false"` stays as it is.
 *
 * An object is written to the database with its first change; until then each start makes it again, with the same identity. A cluster
 * has 138 of them.
 */
export function ensureBootstrapPolicy(cluster: ClusterContext): void {
  const identity = identityOf(cluster);
  for (const [item, object] of fieldsOf(cluster)) {
    const { type, draft } = item;
    const { namespace = '', name = '' } = draft.metadata;
    const existing = cluster.store.get(type, namespace, name);
    if (!existing)
      cluster.store.load(type, {
        ...object,
        metadata: { ...object.metadata, ...identity(type, draft.metadata) },
      });
    else if (existing.metadata.annotations?.[AUTOUPDATE] !== 'false')
      complete(cluster, type, existing, draft);
  }
}

function complete(
  cluster: ClusterContext,
  type: ResourceType,
  existing: KubeObject,
  draft: Draft<KubeObject>,
): void {
  const isBinding = type.id === roleBindings.id || type.id === clusterRoleBindings.id;
  const added = isBinding ? subjectsAdded(existing, draft) : rulesAdded(existing, draft);
  if (added) updateByController(cluster, type, existing, (object) => ({ ...object, ...added }));
}

function rulesAdded(existing: Partial<Role>, { rules = [], aggregationRule }: Partial<Draft<Role>>) {
  if (aggregationRule) return existing.aggregationRule ? undefined : { aggregationRule };
  const missing = missingRules(existing.rules ?? [], rules);
  return missing.length > 0 ? { rules: [...(existing.rules ?? []), ...missing] } : undefined;
}

function subjectsAdded(existing: Partial<RoleBinding>, { subjects = [] }: Partial<Draft<RoleBinding>>) {
  const known = existing.subjects ?? [];
  const missing = subjects.filter(
    ({ kind, name, namespace }) =>
      !known.some((other) => other.kind === kind && other.name === name && other.namespace === namespace),
  );
  return missing.length > 0 ? { subjects: [...known, ...missing] } : undefined;
}
