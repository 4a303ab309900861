import type { SchemaNode } from './schema-node.js';

/**
 * Strategic merge patches and server-side apply use different merge keys: a Service's ports merge by port, or by port
 * and protocol.
 */
export type MergeMethod = 'patch' | 'apply';

/** How the lists in the fields of a type merge. */
export interface MergeKeys {
  /** Merge keys of the values in a field, or of the entries of its list. */
  of(field: string): MergeKeys | undefined;
  /**
   * Fields that identify the entries of a field's list; empty for plain values, which merge as a set. undefined for a
   * list that is replaced as a whole.
   */
  keys(field: string): readonly string[] | undefined;
}

/** How objects of a schema merge. */
export function mergeKeysOf(schema: SchemaNode, method: MergeMethod): MergeKeys {
  const keysOf = method === 'patch' ? patchKeys : applyKeys;
  return {
    of(field) {
      const node = schema.fields.get(field);
      const inner = node?.items ?? node;
      return inner && mergeKeysOf(inner, method);
    },
    keys(field) {
      const node = schema.fields.get(field);
      return node?.type === 'array' ? keysOf(node) : undefined;
    },
  };
}

function patchKeys({ patchStrategies, patchMergeKey }: SchemaNode): readonly string[] | undefined {
  if (!patchStrategies.includes('merge')) return undefined;
  return patchMergeKey === undefined ? [] : [patchMergeKey];
}

function applyKeys({ listType, listMapKeys }: SchemaNode): readonly string[] | undefined {
  if (listType === 'set') return [];
  return listType === 'map' ? listMapKeys : undefined;
}
