import { randomUUID } from 'node:crypto';
import { annotationCauses, labelCauses } from '../kinds/metadata-rules.js';
import { isJson, type Json, type KubeObject } from '../kinds/object.js';
import type { WebhookConversion } from '../kinds/registry.js';
import type { Cause } from '../schema/cause.js';

const GROUP = 'apiextensions.k8s.io';
const VERSIONS = ['v1', 'v1beta1'];

/** The question to a conversion webhook. */
export interface ConversionQuestion {
  readonly uid: string;
  readonly apiVersion: string;
  /** The version of the converted objects: `example.com/v2`. */
  readonly desired: string;
  readonly objects: readonly KubeObject[];
}

/** The answer is no conversion; the message follows `conversion webhook for example.com/v1, Kind=Robot`. */
export class InvalidConversionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidConversionError';
  }
}

/** The question about objects in the first version of reviews that the webhook understands. */
export function conversionQuestion(
  { reviewVersions }: WebhookConversion,
  desired: string,
  objects: readonly KubeObject[],
): ConversionQuestion {
  const version = reviewVersions.find((each) => VERSIONS.includes(each)) ?? 'v1';
  return { uid: randomUUID(), apiVersion: `${GROUP}/${version}`, desired, objects };
}

/** The ConversionReview of a question. */
export function conversionReview({ uid, apiVersion, desired, objects }: ConversionQuestion): Json {
  return {
    kind: 'ConversionReview',
    apiVersion,
    request: { uid, desiredAPIVersion: desired, objects: objects.map(withoutVersion) },
    response: { uid: '', convertedObjects: null, result: { metadata: {} } },
  };
}

/** An object as it is stored: etcd has its version. */
function withoutVersion(object: KubeObject): Json {
  const { resourceVersion: _stored, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** The converted objects of an answer, in the order of the question. Throws InvalidConversionError. */
export function convertedObjects(question: ConversionQuestion, answer: Json): readonly Json[] {
  const { objects, desired } = question;
  const converted = successOf(question, answer);
  if (converted.length !== objects.length)
    throw new InvalidConversionError(`returned ${converted.length} objects, expected ${objects.length}`);
  return objects.map((original, index) => checked(original, converted[index], desired));
}

function successOf({ uid, apiVersion }: ConversionQuestion, answer: Json): readonly unknown[] {
  const failed = (why: string) => new InvalidConversionError(`failed: ${why}`);
  const isV1 = apiVersion === `${GROUP}/v1`;
  const expected = kindText(apiVersion, 'ConversionReview');
  const got = kindText(textOf(answer['apiVersion']), textOf(answer['kind']));
  if (isV1 && got !== expected) throw failed(`expected webhook response of ${expected}, got ${got}`);
  const { response } = answer;
  if (!isJson(response)) throw failed('no response provided');
  const { uid: own, result, convertedObjects: converted } = response;
  if (isV1 && own !== uid)
    throw failed(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(textOf(own))}`);
  const { status, message } = isJson(result) ? result : {};
  if (status !== 'Success')
    throw failed(textOf(message) || `response.result.status was '${textOf(status)}', not 'Success'`);
  return Array.isArray(converted) ? converted : [];
}

/** A converted object with the metadata of the original but for labels and annotations. */
function checked(original: KubeObject, converted: unknown, desired: string): Json {
  const { apiVersion, kind, metadata } = isJson(converted) ? converted : {};
  const other = (what: string, expected: string, got: string) =>
    new InvalidConversionError(
      `returned invalid object at index 0: invalid ${what} (expected ${expected}, received ${got})`,
    );
  if (apiVersion !== desired) throw other('groupVersion', desired, textOf(apiVersion));
  if (kind !== original.kind) throw other('kind', original.kind, textOf(kind));
  checkIdentity(original, isJson(metadata) ? metadata : {});
  return { ...(converted as Json), metadata: restored(original, metadata) };
}

const IDENTITY = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const;

function checkIdentity({ metadata: original }: KubeObject, metadata: Json): void {
  for (const [field, name] of IDENTITY) {
    const [before, after] = [original[field] ?? '', textOf(metadata[field])];
    if (before !== after)
      throw new InvalidConversionError(
        `returned invalid object: must have the same ${name}: ${before} != ${after}`,
      );
  }
}

function restored({ metadata: original }: KubeObject, metadata: unknown): Json {
  const invalid = (why: string) => new InvalidConversionError(`returned invalid metadata: ${why}`);
  if (metadata === undefined) throw invalid('missing metadata in converted object');
  if (!isJson(metadata)) throw invalid(`invalid metadata of type ${goType(metadata)} in converted object`);
  const { labels: _labels, annotations: _annotations, ...kept } = original;
  const next: Record<string, unknown> = { ...kept };
  for (const field of ['labels', 'annotations'] as const) {
    const value = metadata[field];
    if (value === undefined || value === null) continue;
    if (!isJson(value))
      throw invalid(`invalid metadata.${field} of type ${goType(value)} in converted object`);
    const wrong = Object.entries(value).find(([, text]) => typeof text !== 'string');
    if (wrong)
      throw invalid(
        `metadata.${field}[${wrong[0]}] must be a string, but is ${goType(wrong[1])} in converted object`,
      );
    const texts = value as Record<string, string>;
    const causes =
      field === 'labels'
        ? labelCauses('metadata.labels', texts)
        : annotationCauses('metadata.annotation', texts);
    if (causes.length > 0) throw invalid(aggregate(causes));
    next[field] = texts;
  }
  return next;
}

function aggregate(causes: readonly Cause[]): string {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

/** The type of a value of JSON as Go prints it. */
function goType(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}

function kindText(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
