import { deleteObject } from '../cluster/delete.js';
import { evictionError, markDisrupted } from '../cluster/disruption.js';
import type { Pod } from '../kinds/core.js';
import { isJson, type Json, type KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import { assign } from '../scheduler/scheduler.js';
import { isDryRun, type ApiResponse, type ApiCall } from './call.js';
import type { Target } from './path.js';
import { objectOf } from './read.js';
import { reviewed, subresourceCreation } from './reviewed-writes.js';
import { badRequest, conflict } from '../kinds/status.js';
import { bodyOf } from './body.js';

const EVICTED_BY = { reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };
const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction' };
const BINDING = { group: '', version: 'v1', kind: 'Binding' };
const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** Evicts a pod, as for `kubectl drain`; 429 while a disruption budget does not allow it. Throws ApiError. */
export async function evict(call: ApiCall, target: Target): Promise<ApiResponse> {
  const { metadata, ...body } = await bodyOf(call, EVICTION.kind);
  if (!isJson(metadata) || metadata['name'] !== target.name)
    throw badRequest('name in URL does not match name in Eviction object');
  const object = { apiVersion: 'policy/v1', kind: EVICTION.kind, metadata, ...body } as unknown as KubeObject;
  const { deleteOptions } = (await reviewed(
    call,
    subresourceCreation(call, target, { object, kind: EVICTION }),
  )) as KubeObject & Json;
  // Read the object after the body, so that concurrent changes are not lost.
  const pod = objectOf(call, target) as Pod;
  const rejection = evictionError(call.cluster, pod);
  if (rejection) throw rejection;
  const grace = isJson(deleteOptions) ? deleteOptions['gracePeriodSeconds'] : undefined;
  const evicted = isDryRun(call) ? pod : markDisrupted(call.cluster, pod, EVICTED_BY);
  deleteObject(call.cluster, pods, evicted, {
    gracePeriodSeconds: typeof grace === 'number' && grace >= 0 ? grace : undefined,
    dryRun: isDryRun(call),
  });
  await call.cluster.store.durable();
  return { status: 201, body: SUCCESS };
}

/** Binds a pod to a node, for other schedulers. */
export async function bind(call: ApiCall, target: Target): Promise<ApiResponse> {
  const body = await bodyOf(call, BINDING.kind);
  const object = { apiVersion: 'v1', kind: BINDING.kind, ...body } as unknown as KubeObject;
  const { target: node } = (await reviewed(
    call,
    subresourceCreation(call, target, { object, kind: BINDING }),
  )) as KubeObject & Json;
  const name = isJson(node) ? node['name'] : undefined;
  if (typeof name !== 'string') throw badRequest('target.name is required');
  const pod = objectOf(call, target) as Pod;
  if (pod.spec.nodeName) throw conflict(pods, pod.metadata.name);
  assign(call.cluster, pod, name);
  await call.cluster.store.durable();
  return { status: 201, body: SUCCESS };
}
