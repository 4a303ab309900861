import { isJson, type Json } from '../schema/json.js';
import { decode, type Decoded } from '../schema/decode.js';
import { latestApi } from '../schema/kubernetes-api.js';
import { prune } from './prune.js';
import type { StructuralSchema } from './structural-schema.js';

/**
 * Reads a custom resource: removes fields that its schema does not declare, and reads its metadata as that of every
 * object. Throws DecodeError if a field of the metadata has another type.
 */
export function decodeResource(object: Json, schema: StructuralSchema): Decoded {
  const removed: string[] = [];
  const pruned = prune(object, schema, { path: '', isResource: true }, removed) as Json;
  const { metadata } = pruned;
  if (!isJson(metadata)) return { object: pruned, unknown: removed.sort() };
  const namespace = latestApi().schemaOf('', 'v1', 'Namespace');
  if (!namespace) throw new Error('the API has no Namespace');
  const decoded = decode({ metadata }, namespace);
  return { object: { ...pruned, ...decoded.object }, unknown: [...decoded.unknown, ...removed].sort() };
}
