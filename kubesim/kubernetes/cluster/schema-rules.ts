import type { KubeObject } from '../kinds/object.js';
import type { Cause, ResourceType } from '../kinds/resource.js';
import { kubernetesApi } from '../schema/kubernetes-api.js';
import type { SchemaNode } from '../schema/schema-node.js';
import { schemaCauses } from '../schema/validate.js';
import type { ClusterContext } from './context.js';

/** The schema of a stored kind in the version of the control plane; undefined for kinds that Kubernetes does not have. */
export function schemaOf(
  cluster: ClusterContext,
  { group, version, kind }: Pick<ResourceType, 'group' | 'version' | 'kind'>,
): SchemaNode | undefined {
  return kubernetesApi(cluster.version()).schemaOf(group, version, kind);
}

/**
 * Validates an object by the rules of its kind and by its schema; a field is reported once, by the kind. What it shares with
 * the object that it replaces, or with `checked`, was validated by the schema before.
 */
export function specCauses<T extends KubeObject>(
  type: ResourceType<T>,
  schema: SchemaNode | undefined,
  { object, old, checked }: { readonly object: T; readonly old?: T; readonly checked?: object | undefined },
): Cause[] {
  const causes = type.validate(object, old);
  if (!schema) return causes;
  const more = schemaCauses(object, schema, old ?? checked);
  if (more.length === 0) return causes;
  const reported = new Set(causes.map(({ field }) => field));
  // What all versions of a definition have in common is reported once.
  const isReported = (field: string) =>
    reported.has(field) || reported.has(field.replace(/^spec\.versions\[\d+\]/, 'spec'));
  return [...causes, ...more.filter(({ field }) => !isReported(field))];
}
