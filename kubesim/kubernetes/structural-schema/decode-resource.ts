import type { Json } from '../schema/json.js';
import type { Decoded } from '../schema/decode.js';
import { prune } from './prune.js';
import { decodeMetadata } from './resource-metadata.js';
import type { StructuralSchema } from './structural-schema.js';

/**
 * Reads a custom resource: removes fields that its schema does not declare, and reads its metadata as that of every
 * object. Throws DecodeError if a field of the metadata has another type.
 */
export function decodeResource(object: Json, schema: StructuralSchema): Decoded {
  const removed: string[] = [];
  const pruned = prune(object, schema, { path: '', isResource: true }, removed) as Json;
  const { metadata } = pruned;
  if (metadata === undefined || metadata === null) return { object: pruned, unknown: removed.sort() };
  const decoded = decodeMetadata(metadata, 'metadata');
  return {
    object: { ...pruned, metadata: decoded.object },
    unknown: [...decoded.unknown, ...removed].sort(),
  };
}
