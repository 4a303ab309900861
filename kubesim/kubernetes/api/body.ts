import { yamlParser } from '../../../kernel/yaml/yaml-parser.js';
import { isJson, type Draft, type Json, type KubeObject } from '../kinds/object.js';
import type { ServedType } from '../kinds/registry.js';
import { groupVersion } from '../kinds/resource.js';
import { decodeProtobuf } from '../schema/protobuf.js';
import { pruneUnknown } from '../schema/unknown-fields.js';
import { BODY_LIMIT, textOf, type ApiCall } from './call.js';
import { refuseDeepNesting } from './nesting.js';
import type { Target } from './path.js';
import { ApiError, badRequest } from '../kinds/status.js';

/** The body, read as JSON, YAML or protobuf. Throws ApiError 400 or 415. */
export async function bodyOf(call: ApiCall): Promise<Json> {
  const type = call.request.headers['content-type'] ?? 'application/json';
  if (type.includes('protobuf')) return decodeProtobuf(await call.bytes());
  if (type.includes('cbor')) {
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `the body is ${type}; only JSON, YAML and protobuf are read`,
    );
  }
  const body = await parseText(call, await textOf(call), type);
  if (isJson(body)) return body;
  throw badRequest('the body is no object');
}

/** Reads JSON, or YAML when the type says so. Throws ApiError 400, 413 and 429. */
export async function parseText(call: ApiCall, text: string, type: string): Promise<unknown> {
  const body = parseJson(text) ?? (type.includes('yaml') ? await parseYaml(call, text) : undefined);
  if (body === undefined) throw badRequest(`the body could not be read: it is not ${type}`);
  refuseDeepNesting(body.value);
  return body.value;
}

/** Programs say YAML and send JSON, which is YAML too, but read a hundred times faster. */
function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Characters that a body may become as JSON, aliases and merge keys resolved. */
const YAML_LIMITS = { documents: 1, characters: BODY_LIMIT };

/** Runs in a thread, so that other requests do not wait. */
async function parseYaml(call: ApiCall, text: string): Promise<{ readonly value: unknown }> {
  // Not by user: who may impersonate could take as many turns as they like.
  const flow = call.cluster.id;
  const parsed = await yamlParser().parse(text, YAML_LIMITS, { flow, signal: call.left });
  if ('exceeded' in parsed) {
    if (parsed.exceeded === 'queue') throw call.listRate.refuse(1);
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `the body exceeds the limit on ${parsed.exceeded} of YAML`,
    );
  }
  const [document = { json: 'null' }] = parsed.documents;
  if ('error' in document) throw badRequest(`the body could not be read: ${document.error}`);
  return { value: JSON.parse(document.json) as unknown };
}

/**
 * The body as an object of the path's kind, without fields that the kind does not have: those are refused or warned
 * of, as `fieldValidation` says. Throws ApiError when the body says to be of another kind or place.
 */
export function readObject(
  call: ApiCall,
  { served, namespace, name }: Target,
  given: Json,
): Draft<KubeObject> {
  // A patch may have put a body that is not too deep into an object that is not either.
  refuseDeepNesting(given);
  checkKind(served, given);
  const body = knownFields(call, served, given);
  const metadata = isJson(body['metadata']) ? body['metadata'] : {};
  if (differs(metadata['namespace'], namespace)) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (differs(metadata['name'], name)) {
    throw badRequest(
      `the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`,
    );
  }
  const stored = served.convert ? served.convert.in(body) : body;
  const { group, version } = served.convert ? { group: '', version: 'v1' } : served.type;
  return {
    ...stored,
    apiVersion: groupVersion({ group, version }),
    kind: served.type.kind,
    metadata: { ...metadata, ...(namespace === undefined ? {} : { namespace }) },
  };
}

/** Whether the body says something else than the path; either may say nothing. */
function differs(said: unknown, path: string | undefined): boolean {
  return path !== undefined && said !== undefined && said !== path;
}

function checkKind(served: ServedType, { apiVersion, kind }: Json): void {
  const here = { apiVersion: groupVersion(served), kind: served.type.kind };
  const given = { apiVersion: apiVersion ?? here.apiVersion, kind: kind ?? here.kind };
  if (given.apiVersion === here.apiVersion && given.kind === here.kind) return;
  throw badRequest(
    `the API version and kind in the data (${String(given.apiVersion)}, ${String(given.kind)}) do not match the ` +
      `expected ones (${here.apiVersion}, ${here.kind})`,
  );
}

function knownFields(call: ApiCall, served: ServedType, body: Json): Json {
  const { object, unknown } = pruneUnknown(groupVersion(served), served.type.kind, body);
  if (unknown.length === 0) return object;
  const mode = call.query.get('fieldValidation') ?? 'Warn';
  const texts = unknown.map((path) => `unknown field "${path}"`);
  if (mode === 'Strict') {
    const { kind, version } = { kind: served.type.kind, version: served.version };
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${texts.join(', ')}`,
    );
  }
  if (mode === 'Warn') call.response.setHeader('warning', warnings(texts));
  return object;
}

/** Characters of a warning, and of all that an answer carries: as API servers cut them, so that clients take the headers. */
const WARNING_LENGTH = { each: 256, all: 4096 };

function warnings(texts: readonly string[]): readonly string[] {
  let length = 0;
  const cut = texts.map((text) => text.slice(0, WARNING_LENGTH.each));
  const fitting = cut.filter((text) => (length += text.length) <= WARNING_LENGTH.all);
  return fitting.map((text) => `299 - ${JSON.stringify(text)}`);
}
