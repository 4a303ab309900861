import type { ServedType } from '../kinds/registry.js';
import type { ClusterResources } from '../cluster/resources.js';
import type { Subresource } from '../kinds/resource.js';
import { decodeSegment } from './request-target.js';
import { notFound, noSuchPath } from '../kinds/status.js';

/** Target of a resource path. */
export interface Target {
  readonly served: ServedType;
  /** Undefined for cluster-scoped kinds, and for lists over all namespaces. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: Subresource | undefined;
  /** The path below `proxy`, percent-encoded as the client wrote it: empty, or with its slash. */
  readonly rest?: string;
}

const PROXY = /^(\/api\/v1\/(?:nodes|namespaces\/[^/]+\/(?:pods|services))\/[^/]+\/proxy)(\/.*)?$/;

/** The parts of a path below its version, by the rules of paths alone. */
export interface PathNames {
  readonly resource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** `/namespaces/x` and its subresources are in the namespace, too. */
export function namesOf(steps: readonly string[]): PathNames {
  const [resource, name, subresource] = isInNamespace(steps) ? steps.slice(2) : steps;
  return { resource, name, subresource, namespace: steps[0] === 'namespaces' ? steps[1] : undefined };
}

/** Whether a path is for objects in a namespace: not for namespaces, one of them, or a subresource of one. */
function isInNamespace([first, , third = '']: readonly string[]): boolean {
  return first === 'namespaces' && !['', 'status', 'finalize'].includes(third);
}

/** A path without the slash at its end, which has no meaning; the paths of proxied servers stay. */
export function normalizedPath(path: string): string {
  return path.length > 1 && path.endsWith('/') && !PROXY.test(path) ? path.slice(0, -1) : path;
}

/**
 * Parses `/api/v1/…` and `/apis/<group>/<version>/…`. Undefined if the path ends before a resource (discovery). Throws
 * ApiError if the kind or subresource does not exist.
 */
export function parseTarget(resources: ClusterResources, path: string): Target | undefined {
  const [, proxy, rest = ''] = PROXY.exec(path) ?? [];
  const target = parseResource(resources, proxy ?? path);
  return target && proxy !== undefined ? { ...target, rest } : target;
}

function parseResource(resources: ClusterResources, path: string): Target | undefined {
  const parts = path.split('/').slice(1).map(decodeSegment);
  // Empty segments and dots are not valid names.
  if (parts.some((part) => part === '' || part === '.' || part === '..')) throw noSuchPath();
  const [root, ...rest] = parts;
  const versionLength = root === 'api' ? 1 : 2;
  const version = rest.slice(0, versionLength).join('/');
  const steps = rest.slice(versionLength);
  if (steps.length === 0) return undefined;
  return isInNamespace(steps)
    ? target(resources, version, { namespace: steps[1], steps: steps.slice(2) })
    : target(resources, version, { namespace: undefined, steps });
}

const OLD_WATCH = /^(\/api\/[^/]+|\/apis\/[^/]+\/[^/]+)\/watch(\/.+)$/;

/** `/api/v1/pods` for `/api/v1/watch/pods`; undefined for other paths. */
export function watchedPath(path: string): string | undefined {
  const [, version, rest] = OLD_WATCH.exec(path) ?? [];
  return version === undefined ? undefined : `${version}${rest ?? ''}`;
}

function target(
  resources: ClusterResources,
  version: string,
  { namespace, steps }: { readonly namespace: string | undefined; readonly steps: readonly string[] },
): Target {
  const [plural = '', name, sub, ...more] = steps;
  const served = resources.servedAt(version, plural);
  if (!served || more.length > 0 || (namespace !== undefined && !served.type.namespaced)) throw noSuchPath();
  const subresource = served.type.subresources.find((candidate) => candidate === sub);
  if (sub !== undefined && !subresource)
    throw served.type.custom ? notFound(served.type, name ?? '') : noSuchPath();
  return { served, namespace, name, subresource };
}
