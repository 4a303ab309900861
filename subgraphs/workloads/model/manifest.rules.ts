import type { KubernetesObject } from '../../../engine/kubernetes/client.js';
import { type Problem, ProblemError, throwProblem } from '../../../kernel/result.js';
import { type ParsedYaml, type YamlCaller, yamlParser } from '../../../kernel/yaml/yaml-parser.js';

/** Largest manifest, in bytes of UTF-8. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;
/** Documents of a manifest, and objects in them, at the most. */
const MAX_MANIFEST_OBJECTS = 100;
/** Characters of its objects as JSON together. */
const MAX_JSON_CHARACTERS = 4 * 1024 * 1024;

/** An object to be applied, and the number of the document it stands in. */
export interface ManifestEntry {
  readonly document: number;
  readonly object: KubernetesObject & { apiVersion: string; kind: string; metadata: { name: string } };
  /** The same as JSON, as it is sent. */
  readonly json: string;
}

/**
 * Parses a manifest: YAML as kubectl reads it, lists unfolded. Refuses LIMIT_EXCEEDED, TOO_MANY_REQUESTS when too many
 * manifests of the caller's account wait, and MANIFEST_INVALID with the path of each document that is no Kubernetes object.
 */
export async function parseManifest(yaml: string, caller: YamlCaller): Promise<ManifestEntry[]> {
  const size = Buffer.byteLength(yaml);
  if (size > MAX_MANIFEST_BYTES) tooLarge(`A manifest may have ${MAX_MANIFEST_BYTES} bytes, it has ${size}.`);
  const limits = { documents: MAX_MANIFEST_OBJECTS, characters: MAX_JSON_CHARACTERS };
  const read = await yamlParser().parse(yaml, limits, caller);
  if ('exceeded' in read) return refuseExceeded(read.exceeded);
  const parts = read.documents.map((document, number) =>
    'json' in document ? readDocument(document.json, number) : invalid(number, document.error),
  );
  const problems = parts.flatMap((part) => part.problems);
  if (problems.length > 0) throw new ProblemError(problems);
  const entries = parts.flatMap((part) => part.entries);
  if (entries.length > MAX_MANIFEST_OBJECTS) tooLarge(`A manifest may have ${MAX_MANIFEST_OBJECTS} objects.`);
  if (entries.length === 0)
    throwProblem('MANIFEST_INVALID', 'The manifest has no object.', { path: ['input', 'yaml'] });
  return entries;
}

function refuseExceeded(exceeded: Extract<ParsedYaml, { exceeded: string }>['exceeded']): never {
  switch (exceeded) {
    case 'documents':
      return tooLarge(`A manifest may have ${MAX_MANIFEST_OBJECTS} documents.`);
    case 'characters':
      return tooLarge(
        `A manifest may have ${MAX_JSON_CHARACTERS} characters, aliases and merge keys resolved.`,
      );
    case 'queue':
      return throwProblem(
        'TOO_MANY_REQUESTS',
        'Too many manifests of the account wait to be parsed. Try again.',
        {
          path: ['input', 'yaml'],
          details: { retryAfter: 1 },
        },
      );
    default:
      return tooLarge(`Parsing the manifest takes too much ${exceeded}. Make it smaller.`);
  }
}

function tooLarge(message: string): never {
  return throwProblem('LIMIT_EXCEEDED', message, { path: ['input', 'yaml'] });
}

interface Part {
  readonly entries: readonly ManifestEntry[];
  readonly problems: readonly Problem[];
}

function readDocument(json: string, number: number): Part {
  const value: unknown = JSON.parse(json);
  if (value === null) return { entries: [], problems: [] };
  const items = itemsOf(value);
  return items ? readList(items, number) : readObject(value, number, json);
}

/** The objects of a `v1` `List`; undefined for anything else. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (!isList(value) || value['apiVersion'] !== 'v1') return undefined;
  const items = value['items'];
  return Array.isArray(items) ? items : undefined;
}

function readObject(value: unknown, number: number, json: string): Part {
  if (!isMap(value)) return invalid(number, 'It is not an object.');
  const missing = missingFields(value);
  if (missing.length > 0) return invalid(number, `It has no ${missing.join(', no ')}.`);
  return {
    entries: [{ document: number, object: value as unknown as ManifestEntry['object'], json }],
    problems: [],
  };
}

/** What an object must have to be sent to Kubernetes, and this one has not. */
function missingFields({ apiVersion, kind, metadata }: Record<string, unknown>): string[] {
  const { name, namespace } = isMap(metadata) ? metadata : {};
  const fields: [string, boolean][] = [
    ['apiVersion', isText(apiVersion)],
    ['kind', isText(kind)],
    ['metadata.name', isText(name)],
    ['metadata.namespace that is text', namespace == null || isText(namespace)],
  ];
  return fields.filter(([, given]) => !given).map(([field]) => field);
}

function readList(items: readonly unknown[], number: number): Part {
  const parts = items
    .slice(0, MAX_MANIFEST_OBJECTS + 1)
    .filter((item) => item !== null)
    .map((item) =>
      isList(item) ? invalid(number, 'A list is in a list.') : readObject(item, number, JSON.stringify(item)),
    );
  return { entries: parts.flatMap((part) => part.entries), problems: parts.flatMap((part) => part.problems) };
}

function invalid(number: number, message: string): Part {
  const path = ['input', 'yaml', String(number)];
  return {
    entries: [],
    problems: [{ code: 'MANIFEST_INVALID', message: `Document ${number + 1}: ${message}`, path }],
  };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is Record<string, unknown> {
  return isMap(value) && value['kind'] === 'List';
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
