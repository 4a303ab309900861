import { yamlParser } from '../../../kernel/yaml/yaml-parser.js';
import { isJson, type Draft, type Json, type KubeObject } from '../kinds/object.js';
import type { ServedType } from '../kinds/registry.js';
import { invalidValue, unsupported } from '../schema/causes.js';
import { customResourceDefinitions } from '../kinds/custom-resource-definitions.js';
import { groupVersion } from '../kinds/resource.js';
import { decodeProtobuf } from '../schema/protobuf.js';
import { duplicateFields, fractions } from '../schema/duplicate-fields.js';
import { jsonError } from '../schema/json-error.js';
import { decode, type Decoded } from '../schema/decode.js';
import { jsonKind } from '../schema/go-types.js';
import { decodeResource } from '../structural-schema/decode-resource.js';
import { DecodeError } from '../schema/decode-error.js';
import { BODY_LIMIT, invalidOption, textOf, type ApiCall } from './call.js';
import { MAX_DEPTH, nestsTooDeeply } from '../kinds/nesting.js';
import type { Target } from './path.js';
import { schemaOf } from './served-schema.js';
import { addWarnings } from './warnings.js';
import { ApiError, badRequest, invalid, missingName, otherName } from '../kinds/status.js';

/** A body, and what a strict client is warned of. */
export interface ParsedBody<T = unknown> {
  readonly value: T;
  /** Says of each field that the body has twice: the last value is kept. */
  readonly duplicates: () => readonly string[];
  /** The numbers of a JSON body that are written with a fraction or an exponent, by their paths. */
  readonly fractions?: () => ReadonlyMap<string, string>;
}

/** What the fields of a body say, but for their values. */
export type BodyFacts = Omit<ParsedBody, 'value'>;

const NO_FACTS: BodyFacts = { duplicates: () => [] };

/** Parses the body as JSON, YAML or protobuf, in errors as one of a kind. Throws ApiError 400 or 415. */
export async function bodyOf(call: ApiCall, kind?: string): Promise<Json> {
  return (await parsedBodyOf(call, kind)).value;
}

/** As `bodyOf`, with the fields that the body has twice. */
export async function parsedBodyOf(call: ApiCall, kind?: string): Promise<ParsedBody<Json>> {
  const type = call.request.headers['content-type'] || 'application/json';
  const media = type.split(';')[0]?.trim() ?? '';
  if (!BODY_TYPES.includes(media)) {
    const why = 'the body of the request was in an unknown format - accepted media types include: ';
    throw new ApiError(415, 'UnsupportedMediaType', why + BODY_TYPES.join(', '));
  }
  if (media === PROTOBUF) return { value: parseProtobuf(await call.bytes()), duplicates: () => [] };
  const text = await textOf(call);
  const unreadable = (why: string) =>
    unrecognized(`couldn't get version/kind; json parse error: ${why}`, kind, text);
  const { value, ...facts } = await parseText(call, text, type, unreadable);
  if (isJson(value)) return { value, ...facts };
  if (value === null) return { value: {}, ...facts };
  throw unreadable(`json: cannot unmarshal ${jsonKind(value)} into Go value of type ${GO_TYPE}`);
}

/** The error of a body whose kind cannot be read; of options there is none. */
function unrecognized(why: string, kind: string | undefined, text: string): ApiError {
  if (kind === undefined) return badRequest(why);
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${summaryOf(text)})`,
  );
}

/** Bytes of a body that an error shows. */
const SUMMARY = 30;

function summaryOf(text: string): string {
  if (text === '') return '<empty>';
  const bytes = Buffer.from(text);
  const start = bytes.subarray(0, SUMMARY).toString(text.startsWith('{') ? 'utf8' : 'hex');
  return bytes.length > SUMMARY ? `${start} ...` : start;
}

/** How Go prints the type by which API servers read the kind of a body. */
const GO_TYPE =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const BODY_TYPES = ['application/json', 'application/yaml', PROTOBUF];

function parseProtobuf(body: Buffer): Json {
  try {
    return decodeProtobuf(body);
  } catch (error) {
    throw error instanceof DecodeError ? badRequest(error.message) : error;
  }
}

/**
 * Parses JSON or, by the content type, YAML. Throws ApiError 413 and 429, and 400 for what cannot be parsed: of JSON
 * `unreadable` makes the error.
 */
export async function parseText(
  call: ApiCall,
  text: string,
  type: string,
  unreadable: (why: string) => ApiError = badRequest,
): Promise<ParsedBody> {
  const json = parseJson(text);
  // Of YAML, duplicates are named with their lines.
  const isParsedAsYaml = type.includes('yaml') && (json?.duplicates().length ?? 1) > 0;
  const body = isParsedAsYaml ? await parseYaml(call, text) : json;
  if (body === undefined) throw unreadable(jsonError(text) ?? `it is not ${type}`);
  checkNesting(body.value);
  return body;
}

/** Clients declare YAML but send JSON, which is valid YAML and parses a hundred times faster as JSON. */
function parseJson(text: string): ParsedBody | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    let found: readonly string[] | undefined;
    const duplicates = () => (found ??= duplicateFields(text).map((path) => `duplicate field "${path}"`));
    return { value, duplicates, fractions: () => fractions(text) };
  } catch {
    return undefined;
  }
}

/** Limits of a YAML body; the length is that of its JSON, aliases and merge keys resolved. */
const YAML_LIMITS = { documents: 1, characters: BODY_LIMIT };

/** Parses in a worker thread, which does not block other requests. */
async function parseYaml(call: ApiCall, text: string): Promise<ParsedBody> {
  // The flow is the cluster, not the user: a caller that may impersonate could otherwise use any number of flows.
  const flow = call.cluster.id;
  const caller = { flow, signal: call.abortSignal, duplicateKeys: 'report' } as const;
  const parsed = await yamlParser().parse(text, YAML_LIMITS, caller);
  if ('exceeded' in parsed) {
    if (parsed.exceeded === 'queue') throw call.listRate.reject(1);
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `the body exceeds the limit on ${parsed.exceeded} of YAML`,
    );
  }
  const [document = { json: 'null' }] = parsed.documents;
  if ('error' in document) throw badRequest(`the body could not be read: ${document.error}`);
  const { json, duplicateKeys = [] } = document;
  const duplicates = duplicateKeys.map(({ key, line }) => `line ${line}: key "${key}" already set in map`);
  return { value: JSON.parse(json) as unknown, duplicates: () => duplicates };
}

/**
 * Reads the body as an object of the path's kind and removes unknown fields, which `fieldValidation` rejects or warns
 * about, as it does about fields that the body has twice. Throws ApiError if kind, name or namespace of the body contradict the path.
 */
export function readObject(
  call: ApiCall,
  { served, namespace, name }: Target,
  input: Json,
  facts: BodyFacts = NO_FACTS,
): Draft<KubeObject> {
  // A patch can combine a body and an object that are each within the limit.
  checkNesting(input);
  if (served.type.id === customResourceDefinitions.id) checkSize(input);
  checkKind(served, input);
  const body = knownFields(call, served, { input, facts });
  const metadata = withoutEmpty(isJson(body['metadata']) ? body['metadata'] : {});
  checkNames(metadata, { namespace, name });
  const cleaned = { ...body, metadata };
  const stored: Json = served.convert ? served.convert.in(cleaned) : cleaned;
  const kept = isJson(stored['metadata']) ? stored['metadata'] : metadata;
  return {
    ...stored,
    apiVersion: served.convert?.storedAs ?? groupVersion(served.type),
    kind: served.type.kind,
    metadata: { ...kept, ...(namespace === undefined ? {} : { namespace }) },
  };
}

const OPTIONAL = ['labels', 'annotations', 'finalizers', 'ownerReferences'];

/** Metadata without empty maps and lists, which API servers take as omitted. */
function withoutEmpty(metadata: Json): Json {
  const isEmpty = (value: unknown) => typeof value === 'object' && Object.keys(value ?? {}).length === 0;
  return Object.fromEntries(
    Object.entries(metadata).filter(([name, value]) => !OPTIONAL.includes(name) || !isEmpty(value)),
  );
}

/** Bytes and values of a definition at most. Each is checked and compiled in one turn of the event loop. */
const DEFINITION_LIMITS = { bytes: 1024 * 1024, values: 100_000 };

function checkSize(definition: Json): void {
  let values = 0;
  const text = JSON.stringify(definition, (_name, value: unknown) => {
    values += 1;
    return value;
  });
  if (text.length <= DEFINITION_LIMITS.bytes && values <= DEFINITION_LIMITS.values) return;
  throw new ApiError(
    413,
    'RequestEntityTooLarge',
    `a definition may have ${DEFINITION_LIMITS.bytes} bytes and ${DEFINITION_LIMITS.values} values`,
  );
}

/** Checks name and namespace of a body beside those of its path. Throws ApiError 400. */
function checkNames(metadata: Json, { namespace, name }: Pick<Target, 'namespace' | 'name'>): void {
  if (contradicts(metadata['namespace'], namespace))
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (name !== undefined && !metadata['name']) throw missingName(name);
  if (name !== undefined && contradicts(metadata['name'], name)) throw otherName(metadata['name'], name);
}

/** Whether the body contradicts the path; both are optional. */
function contradicts(value: unknown, path: string | undefined): boolean {
  return path !== undefined && value !== undefined && value !== path;
}

/** Only the kind and version of a built-in kind may be left out. */
function checkKind(served: ServedType, body: Json): void {
  const { apiVersion, kind } = body;
  if (served.type.custom) checkCustomKind(served, body);
  const expected = { apiVersion: groupVersion(served), kind: served.type.kind };
  const declared = { apiVersion: apiVersion ?? expected.apiVersion, kind: kind ?? expected.kind };
  if (declared.apiVersion === expected.apiVersion && declared.kind === expected.kind) return;
  throw badRequest(
    `the API version and kind in the data (${String(declared.apiVersion)}, ${String(declared.kind)}) do not match the ` +
      `expected ones (${expected.apiVersion}, ${expected.kind})`,
  );
}

function checkCustomKind(served: ServedType, body: Json): void {
  const { kind } = served.type;
  const own = groupVersion(served);
  if (!body['kind']) {
    const json = JSON.stringify(body);
    throw unrecognized(`Object 'Kind' is missing in '${json}'`, kind, json);
  }
  if (body['apiVersion'] !== own) {
    const given = String(body['apiVersion'] ?? '');
    throw badRequest(
      `the API version in the data (${given}) does not match the expected API version (${own})`,
    );
  }
  if (body['kind'] !== kind) {
    const { name } = isJson(body['metadata']) ? body['metadata'] : {};
    const type = { group: served.group, kind: String(body['kind']), plural: '', id: '' };
    throw invalid(type, String(name ?? ''), [invalidValue('kind', body['kind'], `must be ${kind}`)]);
  }
}

const FIELD_VALIDATIONS = ['Ignore', 'Strict', 'Warn'];

/** How unknown fields are treated. Throws ApiError 422 for an unknown way. */
function fieldValidation(call: ApiCall): string {
  const mode = call.query.get('fieldValidation') || 'Warn';
  if (FIELD_VALIDATIONS.includes(mode)) return mode;
  throw invalidOption(call, unsupported('fieldValidation', mode, ['', ...FIELD_VALIDATIONS]));
}

/** Reads the fields of the kind's schema. Objects of kinds without a schema are unchanged. */
function knownFields(
  call: ApiCall,
  served: ServedType,
  { input, facts }: { readonly input: Json; readonly facts: BodyFacts },
): Json {
  const mode = fieldValidation(call);
  const { object, unknown } = decodeAs(call, served, { input, facts });
  if (mode === 'Ignore') return object;
  const twice = facts.duplicates();
  const unknownTexts = unknown.map((path) => `unknown field "${path}"`);
  if (twice.length + unknownTexts.length === 0) return object;
  if (mode === 'Warn') addWarnings(call, [...twice, ...unknownTexts]);
  else throw strictError(call, served, { twice, unknown: unknownTexts });
  return object;
}

interface StrictErrors {
  /** Texts about fields that the body has twice. */
  readonly twice: readonly string[];
  /** Texts about fields that the schema does not have. */
  readonly unknown: readonly string[];
}

/** The error of unknown and duplicate fields. For a patch they make the patch invalid. */
function strictError(call: ApiCall, served: ServedType, { twice, unknown }: StrictErrors): ApiError {
  const type = call.request.headers['content-type'] ?? '';
  const isYaml = type.includes('yaml') && twice.length > 0;
  // JSON of built-in kinds is checked for both at once, other bodies for duplicates first.
  const isTogether = !served.type.custom && !isYaml;
  const first = isYaml ? [yamlErrors(twice)] : twice;
  const texts = isTogether ? [...unknown, ...twice] : [...first, ...unknown];
  const why = `strict decoding error: ${texts.join(', ')}`;
  return isPatch(call) ? invalidPatch(why) : undecodable(served, why);
}

/** Duplicate keys as the error of the YAML parser of API servers. */
function yamlErrors(texts: readonly string[]): string {
  return ['yaml: unmarshal errors:', ...texts].join('\n  ');
}

/** Rejects keys that the body of an apply has twice, or warns of them, as `fieldValidation` says. Throws ApiError. */
export function checkDuplicateKeys(call: ApiCall, duplicates: ParsedBody['duplicates']): void {
  const mode = fieldValidation(call);
  const texts = mode === 'Ignore' ? [] : duplicates();
  if (texts.length === 0) return;
  if (mode === 'Warn') addWarnings(call, texts);
  else throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${yamlErrors(texts)}`);
}

function decodeAs(
  call: ApiCall,
  served: ServedType,
  { input: body, facts }: { readonly input: Json; readonly facts: BodyFacts },
): Decoded {
  const { custom } = served.type;
  const schema = schemaOf(call, served);
  try {
    if (custom) return decodeResource(body, custom.schema);
    return schema ? decode(body, schema, facts.fractions?.()) : { object: body, unknown: [] };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (isPatch(call)) throw invalidPatch(`${JSON.stringify(shownOf(body))}: ${error.message}`);
    throw undecodable(served, error.message);
  }
}

/** Whether the body is a patch of an object, and not its configuration. */
function isPatch({ method, request }: ApiCall): boolean {
  return method === 'PATCH' && !request.headers['content-type']?.includes('apply-patch');
}

/** Characters of a patched object that an error shows at most. */
const MAX_SHOWN = 10_000;

function shownOf(body: Json): string {
  return JSON.stringify(body).slice(0, MAX_SHOWN);
}

function invalidPatch(why: string): ApiError {
  const cause = { field: 'patch', reason: 'FieldValueInvalid', message: `Invalid value: ${why}` } as const;
  return invalid({ group: '', kind: '', plural: '', id: '' }, '', [cause]);
}

function undecodable({ version, type: { kind } }: ServedType, why: string): ApiError {
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
}

/** Throws ApiError 400 if a value nests too deeply. */
function checkNesting(value: unknown): void {
  if (nestsTooDeeply(value)) throw badRequest(`the body nests deeper than ${MAX_DEPTH} levels`);
}
