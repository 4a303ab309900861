import { replace } from '../cluster/write.js';
import { selectorText } from '../kinds/apps.js';
import { isJson, type Json, type KubeObject, type LabelSelector } from '../kinds/object.js';
import { isDryRun, textOf, type ApiResponse, type ApiCall } from './call.js';
import { jsonPatch } from './json-patch.js';
import { mergePatch } from './merge-patch.js';
import type { Target } from './path.js';
import { objectOf } from './read.js';
import { badRequest, conflict, methodNotAllowed } from '../kinds/status.js';
import { bodyOf, parseText } from './body.js';

interface Scalable extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector };
  readonly status?: { readonly replicas?: number };
}

/** The scale subresource: desired and current number of replicas. */
export async function scale(call: ApiCall, target: Target): Promise<ApiResponse> {
  if (call.method === 'GET') return { status: 200, body: scaleOf(objectOf(call, target) as Scalable) };
  const change = call.method === 'PUT' ? await replacement(call) : await patch(call);
  // Read the object after the body, so that concurrent changes are not lost.
  const current = objectOf(call, target) as Scalable;
  const changed = change(current);
  const { metadata, spec } = changed;
  const version = isJson(metadata) ? metadata['resourceVersion'] : undefined;
  if (version && version !== current.metadata.resourceVersion)
    throw conflict(target.served.type, current.metadata.name);
  const replicas = isJson(spec) ? (spec['replicas'] ?? 0) : 0;
  const next: KubeObject = { ...current, spec: { ...current.spec, replicas } } as KubeObject;
  const object = replace(call.cluster, target.served.type, { current, next, dryRun: isDryRun(call.query) });
  await call.cluster.store.durable();
  return { status: 200, body: scaleOf(object as Scalable) };
}

/** Computes the requested scale from the current object. */
type Change = (current: Scalable) => Json;

async function replacement(call: ApiCall): Promise<Change> {
  const body = await bodyOf(call);
  return () => body;
}

async function patch(call: ApiCall): Promise<Change> {
  if (call.method !== 'PATCH') throw methodNotAllowed();
  const media = call.request.headers['content-type'] ?? '';
  const body = await parseText(call, await textOf(call), media);
  return (current) => {
    const result = media.includes('json-patch')
      ? jsonPatch(scaleOf(current), body)
      : mergePatch(scaleOf(current), body);
    if (isJson(result)) return result;
    throw badRequest('the patched scale is not an object');
  };
}

function scaleOf({ metadata, spec, status }: Scalable): Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec.replicas ?? 0 },
    status: { replicas: status?.replicas ?? 0, selector: selectorText(spec.selector) },
  };
}
