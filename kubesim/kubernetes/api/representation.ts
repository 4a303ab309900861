import type { ServedType } from '../kinds/registry.js';
import type { KubeObject, Json } from '../kinds/object.js';
import { groupVersion } from '../kinds/resource.js';
import { hasProtobuf } from '../schema/encode-protobuf.js';
import { latestApi } from '../schema/kubernetes-api.js';
import { ApiError } from '../kinds/status.js';

/** Format of an answer. */
export type Media = 'json' | 'yaml' | 'protobuf';

/** Negotiated representation: objects, a table, or metadata only. */
export interface Representation {
  readonly form: 'object' | 'table' | 'metadata';
  readonly media: Media;
  /** Whether the client accepts JSON, if there is no protobuf of a kind. */
  readonly acceptsJson: boolean;
  /** Object content of table rows. */
  readonly includeObject: 'None' | 'Metadata' | 'Object';
}

/** An object as it is served in JSON. */
export const PLAIN: Representation = {
  form: 'object',
  media: 'json',
  acceptsJson: true,
  includeObject: 'None',
};

/** Parses the Accept header. Throws ApiError 406 if it has none of the formats. */
export function negotiate(accept: string | undefined, includeObject: string | null): Representation {
  const include = includeObject === 'None' || includeObject === 'Object' ? includeObject : 'Metadata';
  const ranges = (accept || '*/*').split(',').map(rangeOf);
  ranges.sort((a, b) => b.quality - a.quality);
  const accepted = ranges.flatMap(formOf);
  const [first] = accepted;
  if (!first) throw ranges.some(({ media }) => MEDIA.has(media)) ? notAcceptable() : unknownMedia();
  const { form, media } = first;
  const acceptsJson = accepted.some((other) => other.media === 'json' && other.form === form);
  return { form, media, acceptsJson, includeObject: include };
}

const NAMES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
/** Formats of watches. */
const STREAMS = 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';

/** The error of a client that accepts none of the representations. */
export function notAcceptable(): ApiError {
  return new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${NAMES}`);
}

/** The error of a watch in YAML, which is not a sequence of frames. */
export function notStreamed(): ApiError {
  return new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${STREAMS}`);
}

function unknownMedia(): ApiError {
  const message = `406: Not Acceptable\n\nAvailable representations: ${NAMES}`;
  return new ApiError(406, 'NotAcceptable', message, {});
}

const MEDIA: ReadonlyMap<string, Media> = new Map([
  ['*/*', 'json'],
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  ['application/vnd.kubernetes.protobuf', 'protobuf'],
]);

/** One media range of an Accept header. */
interface MediaRange {
  readonly media: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

function rangeOf(text: string): MediaRange {
  const [media = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return { media, parameters, quality: quality >= 0 && quality <= 1 ? quality : 1 };
}

/** The form and format of a media range; none if it is not supported. A table has no protobuf format. */
function formOf({ media, parameters }: MediaRange): Pick<Representation, 'form' | 'media'>[] {
  const format = MEDIA.get(media);
  const as = parameters.get('as') ?? '';
  if (!format) return [];
  if (as === '') return [{ form: 'object', media: format }];
  if (parameters.get('g') !== 'meta.k8s.io' || !VERSIONS.includes(parameters.get('v'))) return [];
  if (as === 'Table') return format === 'protobuf' ? [] : [{ form: 'table', media: format }];
  return as.startsWith('PartialObjectMetadata') ? [{ form: 'metadata', media: format }] : [];
}

const VERSIONS: readonly (string | undefined)[] = ['v1', 'v1beta1'];

/** Throws ApiError 406 if a kind has no protobuf format and the client accepts nothing else. */
export function checkFormat(
  { media, form, acceptsJson }: Representation,
  { group, version, type }: ServedType,
): void {
  if (media !== 'protobuf' || acceptsJson || form === 'metadata') return;
  const apiVersion = groupVersion({ group, version });
  if (type.custom || !hasProtobuf({ apiVersion, kind: type.kind })) throw notAcceptable();
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
