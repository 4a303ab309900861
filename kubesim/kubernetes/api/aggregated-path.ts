import { remoteApiService } from '../aggregation/discovered-apis.js';
import type { ApiService } from '../kinds/api-services.js';
import { noSuchPath } from '../kinds/status.js';
import type { ApiCall } from './call.js';
import { namesOf, type PathNames } from './path.js';
import { decodeSegment } from './request-target.js';

/** What a request to a group and version of another server is for, by the rules of paths alone; discovery has no resource. */
export interface AggregatedTarget extends PathNames {
  readonly apiService: ApiService;
  readonly group: string;
  /** The path, encoded again from what was authorized. */
  readonly path: string;
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
