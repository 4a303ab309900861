import type { SchemaNode } from './schema-node.js';

/** How the lists in the fields of a type merge in a strategic merge patch. */
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
export function mergeKeysOf(schema: SchemaNode): MergeKeys {
  return {
    of(field) {
      const node = schema.fields.get(field);
      const inner = node?.items ?? node;
      return inner && mergeKeysOf(inner);
    },
    keys(field) {
      const node = schema.fields.get(field);
      return node?.type === 'array' ? keysOf(node) : undefined;
    },
  };
}

function keysOf({ patchStrategies, patchMergeKey }: SchemaNode): readonly string[] | undefined {
  if (!patchStrategies.includes('merge')) return undefined;
  return patchMergeKey === undefined ? [] : [patchMergeKey];
}
