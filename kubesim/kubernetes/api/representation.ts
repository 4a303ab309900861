import type { ServedType } from '../kinds/registry.js';
import type { KubeObject, Json } from '../kinds/object.js';
import { groupVersion } from '../kinds/resource.js';
import { latestApi } from '../schema/kubernetes-api.js';
import { ApiError } from '../kinds/status.js';

/** Negotiated representation: objects, a table, or metadata only. */
export interface Representation {
  readonly form: 'object' | 'table' | 'metadata';
  /** Object content of table rows. */
  readonly includeObject: 'None' | 'Metadata' | 'Object';
}

/** Parses the Accept header. Throws ApiError 406 if JSON is not accepted. */
export function negotiate(accept: string | undefined, includeObject: string | null): Representation {
  const include = includeObject === 'None' || includeObject === 'Object' ? includeObject : 'Metadata';
  for (const part of (accept ?? '*/*').split(',')) {
    const form = formOf(part);
    if (form) return { form, includeObject: include };
  }
  throw notAcceptable();
}

/** The error of a client that accepts none of the representations. */
export function notAcceptable(): ApiError {
  const message = 'only the following media types are accepted: application/json, application/yaml';
  return new ApiError(406, 'NotAcceptable', message);
}

const MEDIA = new Set(['application/json', 'application/yaml', 'application/*', '*/*']);

/** Form of one media range of an Accept header; undefined if it is not supported. */
function formOf(part: string): Representation['form'] | undefined {
  const [media = '', ...parameters] = part.split(';').map((segment) => segment.trim());
  const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
  if (!MEDIA.has(media)) return undefined;
  if (as === 'Table') return 'table';
  if (as?.startsWith('PartialObjectMetadata')) return 'metadata';
  return as ? undefined : 'object';
}

/** An object in the negotiated representation. */
export function represent(served: ServedType, object: KubeObject, how: Representation, now: Date): unknown {
  if (how.form === 'object') return served.convert ? served.convert.out(object) : object;
  if (how.form === 'metadata') return partial(object);
  return table(served, [object], {
    how,
    now,
    metadata: { resourceVersion: object.metadata.resourceVersion },
  });
}

/** A list in the negotiated representation. `metadata` is the metadata of the list. */
export function representList(
  served: ServedType,
  objects: readonly KubeObject[],
  { how, now, metadata }: { readonly how: Representation; readonly now: Date; readonly metadata: Json },
): unknown {
  if (how.form === 'table') return table(served, objects, { how, now, metadata });
  if (how.form === 'metadata') {
    return {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      items: objects.map(partial),
    };
  }
  return {
    kind: served.type.custom?.listKind ?? `${served.type.kind}List`,
    apiVersion: groupVersion(served),
    metadata,
    items: listItems(served, objects),
  };
}

/** The items of a list. Their kind and version are those of the list, except for kinds that Kubernetes does not have. */
function listItems({ group, version, type, convert }: ServedType, objects: readonly KubeObject[]): Json[] {
  const whole = objects.map((object): Json => (convert ? convert.out(object) : { ...object }));
  if (latestApi().definitionNameOf(group, version, type.kind) === undefined) return whole;
  return whole.map(({ kind: _kind, apiVersion: _version, ...item }) => item);
}

function partial({ metadata }: KubeObject): Json {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

/** The table for `kubectl get`. */
function table(
  { type, convert }: ServedType,
  objects: readonly KubeObject[],
  { how, now, metadata }: { readonly how: Representation; readonly now: Date; readonly metadata: Json },
): Json {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: type.columns.map(({ name, type: of, format, description, priority }) => ({
      name,
      type: of,
      format: format ?? '',
      description: description ?? '',
      priority: priority ?? 0,
    })),
    rows: objects.map((object) => {
      const shown = convert ? convert.out(object) : object;
      const source = type.custom ? (shown as unknown as KubeObject) : object;
      return {
        cells: type.columns.map((column) => column.value(source, now)),
        ...(how.includeObject === 'None'
          ? {}
          : { object: how.includeObject === 'Object' ? shown : partial(object) }),
      };
    }),
  };
}
