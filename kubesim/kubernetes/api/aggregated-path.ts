import { remoteApiService } from '../aggregation/discovered-apis.js';
import type { ApiService } from '../kinds/api-services.js';
import { noSuchPath } from '../kinds/status.js';
import type { ApiCall } from './call.js';
import { decodeSegment } from './request-target.js';

/** What a request to a group and version of another server is for, by the rules of paths alone. */
export interface AggregatedTarget {
  readonly apiService: ApiService;
  readonly group: string;
  /** The path, encoded again from what was authorized. */
  readonly path: string;
  /** Undefined for the discovery of the group and version. */
  readonly resource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** Whether the path has the older form of a watch. */
  readonly isWatch: boolean;
}

const PATH = /^\/apis\/([^/]+)\/([^/]+)(?:\/(.+))?$/;

/** The target of a request to a group and version that another server serves; undefined for other paths. Throws ApiError. */
export function aggregatedTarget({ cluster, version, path }: ApiCall): AggregatedTarget | undefined {
  const [, group, apiVersion, rest] = PATH.exec(path) ?? [];
  if (group === undefined || apiVersion === undefined) return undefined;
  const apiService = remoteApiService({ store: cluster.store, version }, group, apiVersion);
  if (!apiService) return undefined;
  const steps = rest === undefined ? [] : rest.split('/').map(decodeSegment);
  // The other server might read such a path as that of another object.
  if (steps.some((step) => ['', '.', '..'].includes(step) || step.includes('/'))) throw noSuchPath();
  const encoded = [group, apiVersion, ...steps.map(encodeURIComponent)].join('/');
  const isWatch = steps[0] === 'watch' && steps.length > 1;
  return {
    ...{ apiService, group, isWatch, path: `/apis/${encoded}` },
    ...namesOf(isWatch ? steps.slice(1) : steps),
  };
}

type Names = Pick<AggregatedTarget, 'resource' | 'namespace' | 'name' | 'subresource'>;

function namesOf(steps: readonly string[]): Names {
  const [first, namespace, third] = steps;
  const isInside = first === 'namespaces' && third !== undefined && !['status', 'finalize'].includes(third);
  const [resource, name, subresource] = isInside ? steps.slice(2) : steps;
  if (isInside) return { resource, name, subresource, namespace };
  return { resource, name, subresource, namespace: first === 'namespaces' ? name : undefined };
}
