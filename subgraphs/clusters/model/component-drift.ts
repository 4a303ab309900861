import { additionsTo } from './component-additions.js';
import type { ManifestObject } from './component-manifest.js';

/** A field of a component that differs from what the platform applied. */
export interface ComponentFieldDrift {
  /** Kind and name, e.g. `Deployment coredns`. */
  readonly object: string;
  /** Path of the field, e.g. `spec.replicas`; empty for the object itself. */
  readonly path: string;
  /** null for a field that was added outside the platform. */
  readonly expected: unknown;
  /** null for an object or field that does not exist. */
  readonly actual: unknown;
}

/** Maximum number of differences that are reported per object. */
const MAX_DRIFTS = 20;

/**
 * The differences between an applied object and the live one: changed fields everywhere, added fields only in spec or
 * data. Elsewhere the API server adds fields of its own.
 */
export function driftOf({ object }: ManifestObject, live: unknown): ComponentFieldDrift[] {
  const name = `${object.kind} ${object.metadata?.name}`;
  if (live === undefined) return [{ object: name, path: '', expected: 'present', actual: null }];
  const { apiVersion: _v, kind: _k, ...expected } = object;
  const added = additionsTo(object, live).map((addition) => ({ ...addition, expected: null }));
  return [...differences(expected, live, []), ...added]
    .slice(0, MAX_DRIFTS)
    .map(({ path, ...rest }) => ({ object: name, path: path.join('.'), ...rest }));
}

interface Difference {
  readonly path: readonly string[];
  readonly expected: unknown;
  readonly actual: unknown;
}

function differences(expected: unknown, actual: unknown, path: readonly string[]): Difference[] {
  if (Array.isArray(expected)) return listDifferences(expected, actual, path);
  if (isObject(expected)) {
    const found = isObject(actual) ? actual : {};
    return Object.entries(expected).flatMap(([key, value]) => differences(value, found[key], [...path, key]));
  }
  return same(expected, actual) ? [] : [{ path, expected, actual: actual ?? null }];
}

/** Items with a name are matched by name, others by index. */
function listDifferences(
  expected: readonly unknown[],
  actual: unknown,
  path: readonly string[],
): Difference[] {
  const found = Array.isArray(actual) ? (actual as unknown[]) : [];
  return expected.flatMap((member, index) => {
    const name = nameOf(member);
    const twin = name === undefined ? found[index] : found.find((other) => nameOf(other) === name);
    return differences(member, twin, [...path, name ?? String(index)]);
  });
}

function nameOf(value: unknown): string | undefined {
  return isObject(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(a: unknown, b: unknown): boolean {
  return (a ?? null) === (b ?? null);
}
