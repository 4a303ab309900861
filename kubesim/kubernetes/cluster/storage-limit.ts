import type { KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { ResourceType } from '../kinds/resource.js';
import { ApiError } from '../kinds/status.js';
import type { ClusterContext } from './context.js';
import type { Requester } from './policies/request.js';

interface Write {
  /** Absent for a controller. */
  readonly user?: Requester;
  readonly dryRun?: boolean;
}

/**
 * Throws ApiError 500, as an API server whose etcd has reached its quota, if the cluster may store nothing more. What
 * controllers write is not refused, so that deletions are completed, except pods: a Deployment multiplies its template.
 */
export function checkStorage(
  { store }: ClusterContext,
  type: ResourceType,
  { user, dryRun = false }: Write,
): void {
  if (!store.isFull || dryRun || !(user || type.id === pods.id)) return;
  throw new ApiError(500, '', 'etcdserver: mvcc: database space exceeded');
}

/** As `checkStorage`, for the update of an object: one that continues its deletion is accepted. */
export function checkStorageOfUpdate(
  cluster: ClusterContext,
  type: ResourceType,
  change: Write & { readonly current: KubeObject; readonly next: KubeObject },
): void {
  const { user, current, next } = change;
  if (!user || (current.metadata.deletionTimestamp && finalizersOf(next) < finalizersOf(current))) return;
  checkStorage(cluster, type, change);
}

function finalizersOf({ metadata }: KubeObject): number {
  return metadata.finalizers?.length ?? 0;
}
