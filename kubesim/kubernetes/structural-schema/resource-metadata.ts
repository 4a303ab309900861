import { decode, type Decoded } from '../schema/decode.js';
import { DecodeError } from '../schema/decode-error.js';
import { jsonKind } from '../schema/go-types.js';
import { isJson } from '../schema/json.js';
import { latestApi } from '../schema/kubernetes-api.js';

/** Reads the metadata of a resource at `path` as that of every object. Throws DecodeError if a field has another type. */
export function decodeMetadata(metadata: unknown, path: string): Decoded {
  if (!isJson(metadata))
    throw new DecodeError(`json: cannot unmarshal ${jsonKind(metadata)} into Go value of type v1.ObjectMeta`);
  const schema = latestApi().schemaOf('', 'v1', 'Namespace')?.fields.get('metadata');
  if (!schema) throw new Error('the API has no metadata');
  const { object, unknown } = decode(metadata, schema);
  return { object, unknown: unknown.map((field) => `${path}.${field}`) };
}

/** Reads the metadata of an embedded resource. Throws DecodeError with its path. */
export function decodeEmbedded(metadata: unknown, path: string): Decoded {
  try {
    return decodeMetadata(metadata, path);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new DecodeError(`${path}: Invalid value: ${JSON.stringify(metadata)}: ${error.message}`);
  }
}
