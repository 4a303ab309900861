import { isJson, type Json, type KubeObject } from '../kinds/object.js';
import { compare } from './compare.js';
import { schemaOfKind } from './field-schemas.js';
import { fieldsOf } from './fields-of.js';
import { difference, type FieldSet, hasPath, union } from './field-set.js';
import type { Conflict } from './ownership.js';

/** The manager of `kubectl apply --server-side`, which takes over what client-side apply wrote. */
export const KUBECTL = 'kubectl';
const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
/** Maximum characters of all annotations of an object. */
const ANNOTATIONS_LENGTH = 256 * 1024;

/** The conflicts that are not about fields which client-side apply wrote and which still have its values. */
export function withoutClientSideConflicts(
  live: KubeObject,
  conflicts: readonly Conflict[],
): readonly Conflict[] {
  const allowed = clientSideFields(live);
  return allowed ? conflicts.filter(({ path }) => !hasPath(allowed, path)) : conflicts;
}

function clientSideFields(live: KubeObject): FieldSet | undefined {
  const last = lastApplied(live.metadata.annotations?.[ANNOTATION]);
  if (last?.['apiVersion'] !== live.apiVersion) return undefined;
  const schema = schemaOfKind(live.apiVersion, live.kind);
  const { added, modified, removed } = compare(last, live, schema);
  return difference(fieldsOf(last, schema), union(union(added, modified), removed));
}

function lastApplied(text: string | undefined): Json | undefined {
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    // Users can write this annotation; invalid JSON is ignored.
    return undefined;
  }
}

/** The applied object with its configuration as the annotation, if it had the annotation before. */
export function withLastApplied(object: Json, config: Json): Json {
  const metadata = isJson(object['metadata']) ? object['metadata'] : {};
  const annotations = isJson(metadata['annotations']) ? metadata['annotations'] : {};
  if (!annotations[ANNOTATION]) return object;
  const text = `${JSON.stringify(withoutAnnotation(config))}\n`;
  const { [ANNOTATION]: _before, ...others } = annotations;
  const length = Object.entries(others).reduce(
    (sum, [name, value]) => sum + name.length + String(value).length,
    0,
  );
  const next = length + text.length > ANNOTATIONS_LENGTH ? others : { ...others, [ANNOTATION]: text };
  return { ...object, metadata: { ...metadata, annotations: next } };
}

function withoutAnnotation(config: Json): Json {
  const metadata = isJson(config['metadata']) ? config['metadata'] : {};
  if (!isJson(metadata['annotations'])) return config;
  const { [ANNOTATION]: _last, ...annotations } = metadata['annotations'];
  return { ...config, metadata: { ...metadata, annotations } };
}
