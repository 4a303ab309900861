import { z } from 'zod';
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
import { missingRules } from '../kinds/policy-rule.js';
import type { ResourceType } from '../kinds/resource.js';
import { withDefaults } from '../schema/defaults.js';
import source from './bootstrap-policy.json' with { type: 'json' };
import type { ClusterContext } from './context.js';
import { identityOf } from './identity.js';
import { platformPolicy, RBAC_VERSION } from './platform-policy.js';
import { schemaOf } from './schema-rules.js';
import { frozen, sharedByVersion } from './shared-objects.js';
import { updateByController } from './write.js';

const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

const texts = z.array(z.string());
const policySchema = z.array(
  z.object({
    apiVersion: z.literal(RBAC_VERSION),
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
