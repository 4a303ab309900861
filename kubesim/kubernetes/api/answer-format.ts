import { stringify } from 'yaml';
import type { Json } from '../kinds/object.js';
import { isJson } from '../kinds/object.js';
import { encodeProtobuf, hasProtobuf } from '../schema/encode-protobuf.js';
import type { Media } from './representation.js';

/** Media types of answers. */
export const CONTENT_TYPES: Readonly<Record<Media, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

/** The format of a body: JSON if its kind has no protobuf format. */
export function formatOf(body: unknown, media: Media): Media {
  return media === 'protobuf' && !(isJson(body) && hasProtobuf(body)) ? 'json' : media;
}

/** A body in YAML or protobuf. */
export function encoded(body: Json, media: Exclude<Media, 'json'>): Buffer | string {
  return media === 'yaml' ? yamlOf(body) : (encodeProtobuf(body) ?? '');
}

/** YAML whose lines are not folded. */
export function yamlOf(value: unknown): string {
  // Objects share parts, such as the metadata of their owners, which YAML would refer to.
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
