import { customResourceDefinitions } from '../kinds/custom-resource-definitions.js';
import type { CustomResourceDefinition } from '../kinds/definition.js';
import { forbidden } from '../kinds/status.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** Definitions of a cluster at most, and characters of their JSON together: documents contain all of them. */
const MAX_DEFINITIONS = 500;
const MAX_CHARACTERS = 16 * 1024 * 1024;

const sizes = new WeakMap<CustomResourceDefinition['spec'], number>();

function sizeOf({ spec }: CustomResourceDefinition): number {
  const size = sizes.get(spec) ?? JSON.stringify(spec).length;
  sizes.set(spec, size);
  return size;
}

/** Throws ApiError 403 if the cluster has as many definitions, or as large ones, as it may have. */
export function checkDefinitions(store: ClusterStore, definition: CustomResourceDefinition): void {
  const { name } = definition.metadata;
  const others = [...store.all(customResourceDefinitions)].filter(({ metadata }) => metadata.name !== name);
  const characters = others.reduce((sum, other) => sum + sizeOf(other), sizeOf(definition));
  if (others.length < MAX_DEFINITIONS && characters <= MAX_CHARACTERS) return;
  const limits = `${MAX_DEFINITIONS} definitions with ${MAX_CHARACTERS} characters together`;
  const message = `customresourcedefinitions.apiextensions.k8s.io "${name}" is forbidden: a cluster may have ${limits}`;
  throw forbidden(message, { name, group: 'apiextensions.k8s.io', kind: 'customresourcedefinitions' });
}
