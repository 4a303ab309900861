import { destroy } from '../cluster/delete.js';
import { evictionRefusal } from '../cluster/disruption.js';
import type { Pod } from '../kinds/core.js';
import { isJson } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import { assign } from '../scheduler/scheduler.js';
import { isDryRun, type ApiAnswer, type ApiCall } from './call.js';
import type { Target } from './path.js';
import { objectOf } from './read.js';
import { badRequest, conflict } from '../kinds/status.js';
import { bodyOf } from './body.js';

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** Evicts a pod, as `kubectl drain` does; 429 while a disruption budget does not allow it. Throws ApiError. */
export async function evict(call: ApiCall, target: Target): Promise<ApiAnswer> {
  const { deleteOptions } = await bodyOf(call);
  // Read after the body: what others change while it arrives must not be undone.
  const pod = objectOf(call, target) as Pod;
  const refusal = evictionRefusal(call.cluster, pod);
  if (refusal) throw refusal;
  const grace = isJson(deleteOptions) ? deleteOptions['gracePeriodSeconds'] : undefined;
  destroy(call.cluster, pods, pod, {
    gracePeriodSeconds: typeof grace === 'number' && grace >= 0 ? grace : undefined,
    dryRun: isDryRun(call.query),
  });
  await call.cluster.store.durable();
  return { status: 201, body: SUCCESS };
}

/** Binds a pod to a node, as another scheduler does. */
export async function bind(call: ApiCall, target: Target): Promise<ApiAnswer> {
  const { target: node } = await bodyOf(call);
  const name = isJson(node) ? node['name'] : undefined;
  if (typeof name !== 'string') throw badRequest('target.name is required');
  const pod = objectOf(call, target) as Pod;
  if (pod.spec.nodeName) throw conflict(pods, pod.metadata.name);
  assign(call.cluster, pod, name);
  await call.cluster.store.durable();
  return { status: 201, body: SUCCESS };
}
