import type { KubernetesObject } from '../../../engine/kubernetes/client.js';
import { type Problem, ProblemError, throwProblem } from '../../../kernel/result.js';
import type { ParsedYaml } from '../../../kernel/yaml/yaml-parser.js';

/** Maximum number of documents of a manifest, and of objects in them. */
export const MAX_MANIFEST_OBJECTS = 100;

/** An object to apply, and the number of its document. */
export interface ManifestEntry {
  readonly document: number;
  readonly object: KubernetesObject & { apiVersion: string; kind: string; metadata: { name: string } };
  /** The object as JSON, as sent to Kubernetes. */
  readonly json: string;
}

type Documents = Extract<ParsedYaml, { readonly documents: unknown }>['documents'];

/**
 * Returns the objects of a manifest's documents; expands lists. Throws LIMIT_EXCEEDED, and MANIFEST_INVALID with the
 * path of each document that is not a Kubernetes object.
 */
export function manifestEntries(documents: Documents): ManifestEntry[] {
  const parts = documents.map((document, number) =>
    'json' in document ? readDocument(document.json, number) : invalid(number, document.error),
  );
  const problems = parts.flatMap((part) => part.problems);
  if (problems.length > 0) throw new ProblemError(problems);
  const entries = parts.flatMap((part) => part.entries);
  if (entries.length > MAX_MANIFEST_OBJECTS)
    rejectSize(`A manifest may have ${MAX_MANIFEST_OBJECTS} objects.`);
  if (entries.length === 0)
    throwProblem('MANIFEST_INVALID', 'The manifest has no object.', { path: ['input', 'yaml'] });
  return entries;
}

/** Throws LIMIT_EXCEEDED for a manifest. */
export function rejectSize(message: string): never {
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

/** Returns the required Kubernetes fields that the object lacks. */
function missingFields({ apiVersion, kind, metadata }: Record<string, unknown>): string[] {
  const { name, namespace } = isMap(metadata) ? metadata : {};
  const fields: [string, boolean][] = [
    ['apiVersion', isText(apiVersion)],
    ['kind', isText(kind)],
    ['metadata.name', isText(name)],
    ['metadata.namespace that is text', namespace == null || isText(namespace)],
  ];
  return fields.filter(([, isSet]) => !isSet).map(([field]) => field);
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
