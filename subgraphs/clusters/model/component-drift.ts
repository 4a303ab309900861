import { additionsTo } from './component-additions.js';
import type { ManifestObject } from './component-manifest.js';

/** Something of a component that is not as the platform has applied it. */
export interface ComponentFieldDrift {
  /** Kind and name, e.g. `Deployment coredns`. */
  readonly object: string;
  /** Where in the object, e.g. `spec.replicas`; empty for the object itself. */
  readonly path: string;
  /** null for what was added outside the platform. */
  readonly expected: unknown;
  /** null for an object or a part that is not there. */
  readonly actual: unknown;
}

/** Largest number of differences that are reported of one object. */
const MAX_DRIFTS = 20;

/**
 * What of an applied object was changed, and what was added to its spec or its configuration. Elsewhere only
 * what was applied counts: the rest is the API server's.
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

/** Members with a name are found by it; other lists are compared place by place. */
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
