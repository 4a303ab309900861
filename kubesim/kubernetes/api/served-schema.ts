import type { ServedType } from '../kinds/registry.js';
import { kubernetesApi } from '../schema/kubernetes-api.js';
import type { SchemaNode } from '../schema/schema-node.js';
import type { ApiCall } from './call.js';

/** The schema of a served kind in the version of the control plane; undefined for kinds that Kubernetes does not have. */
export function schemaOf(call: ApiCall, { group, version, type }: ServedType): SchemaNode | undefined {
  return kubernetesApi(call.version).schemaOf(group, version, type.kind);
}

/** The schema of the metadata of every object. */
export function metadataSchema(call: ApiCall): SchemaNode | undefined {
  return kubernetesApi(call.version).schemaOf('', 'v1', 'Namespace')?.fields.get('metadata');
}
