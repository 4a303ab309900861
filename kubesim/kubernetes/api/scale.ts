import { replacement as replacing, type RequestForm, type WrittenBy } from '../cluster/write.js';
import { selectorText } from '../kinds/selector.js';
import { isJson, valueAt, type Json, type KubeObject, type LabelSelector } from '../kinds/object.js';
import type { Writer } from '../managed-fields/field-manager.js';
import { applyTo } from './apply.js';
import { flag, textOf, type ApiResponse, type ApiCall } from './call.js';
import { patchWriterOf, writerOf } from './field-manager.js';
import { jsonPatch } from '../patches/json-patch.js';
import { mergePatch } from '../patches/merge-patch.js';
import type { Target } from './path.js';
import { asChanged, type ServedType } from '../kinds/registry.js';
import { ageColumn, defineResource, nameColumn, type ResourceType } from '../kinds/resource.js';
import { withCurrent } from './read.js';
import { ofCurrent } from './write.js';
import { represent } from './representation.js';
import { optionsOf, reviewed } from './reviewed-writes.js';
import { badRequest, conflict, internalError, methodNotAllowed, otherName } from '../kinds/status.js';
import { bodyOf, parseText } from './body.js';

interface Scalable extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector };
  readonly status?: { readonly replicas?: number };
}

/** The scale subresource: desired and current number of replicas. */
export async function scale(call: ApiCall, target: Target): Promise<ApiResponse> {
  if (call.method === 'GET')
    return withCurrent(call, target, (object) => scaleResponse(call, object as Scalable, target));
  if (call.method === 'PUT')
    return changeScale(call, target, { by: writerOf(call, target), ...(await replacement(call)) });
  if (call.method !== 'PATCH') throw methodNotAllowed();
  const isApply = call.request.headers['content-type']?.includes('apply-patch') ?? false;
  const by = patchWriterOf(call, target, isApply);
  return isApply
    ? applyScale(call, target, by)
    : changeScale(call, target, { by, ...(await patch(call, target)) });
}

/** A change of a scale: computes the requested scale from the current object. */
interface ScaleChange {
  readonly by: Writer;
  change(current: Scalable): Json;
}

function changeScale(call: ApiCall, target: Target, change: ScaleChange): Promise<ApiResponse> {
  // Read the object after the body, so that concurrent changes are not lost.
  return ofCurrent(() =>
    withCurrent(call, target, (current) =>
      scaleCurrent(call, target, { ...change, current: current as Scalable }),
    ),
  );
}

function scaleCurrent(
  call: ApiCall,
  target: Target,
  { by, change, current }: ScaleChange & { readonly current: Scalable },
): Promise<ApiResponse> {
  const changed = change(current);
  const { metadata, spec } = changed;
  const { name, resourceVersion: version } = isJson(metadata) ? metadata : {};
  if (name && name !== current.metadata.name) throw otherName(name, current.metadata.name);
  if (version && version !== current.metadata.resourceVersion)
    throw conflict(target.served.type, current.metadata.name);
  const replicas = isJson(spec) ? (spec['replicas'] ?? 0) : 0;
  const next = withValueAt(current, pathsOf(target).replicas, replicas) as KubeObject;
  return storeScale(call, target, { current, next, by });
}

/** Server-side apply of a scale: its manager owns the number of replicas of the object. */
async function applyScale(call: ApiCall, target: Target, writer: Writer): Promise<ApiResponse> {
  const { value: body } = await parseText(call, await textOf(call), 'yaml');
  const spec = isJson(body) && isJson(body['spec']) ? body['spec'] : {};
  return ofCurrent(() =>
    withCurrent(call, target, (current) => {
      const next = appliedScale(call, target, { current, spec, writer });
      return storeScale(call, target, { current, next, by: 'APPLY' });
    }),
  );
}

interface ScaleConfiguration {
  readonly current: KubeObject;
  readonly spec: Json;
  readonly writer: Writer;
}

function appliedScale(
  call: ApiCall,
  target: Target,
  { current, spec, writer }: ScaleConfiguration,
): KubeObject {
  const { apiVersion, kind } = current;
  const config = withValueAt({ apiVersion, kind }, pathsOf(target).replicas, spec['replicas']) as Json;
  const application = {
    conflictVersion: 'autoscaling/v1',
    config,
    writer,
    force: flag(call.query, 'force'),
    now: call.cluster.clock.now(),
  };
  return applyTo(current, target.served.type, application) as unknown as KubeObject;
}

interface NextScale {
  readonly current: KubeObject;
  readonly next: KubeObject;
  readonly by: WrittenBy;
}

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

async function storeScale(
  call: ApiCall,
  target: Target,
  { current, next, by }: NextScale,
): Promise<ApiResponse> {
  const { type } = target.served;
  const options = optionsOf(call, target, { by, options: 'UpdateOptions', kind: SCALE });
  const form: RequestForm = {
    show: (object) => scaleOf(object as Scalable, target) as unknown as KubeObject,
    read(scale, object) {
      const replicas = isJson(scale['spec']) ? scale['spec']['replicas'] : undefined;
      return withValueAt(object, pathsOf(target).replicas, replicas) as Json;
    },
  };
  const object = await reviewed(call, replacing(call.cluster, type, { ...options, form, current, next }));
  await target.served.convert?.prepare?.([object]);
  await call.cluster.store.durable();
  return scaleResponse(call, asChanged(target.served, object) as Scalable, target);
}

interface Scale extends KubeObject {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly replicas: number };
}

/** How a scale is served: with the columns of `kubectl get --subresource=scale`. */
const SERVED_SCALE: ServedType = {
  group: 'autoscaling',
  version: 'v1',
  type: defineResource<Scale>({
    group: 'autoscaling',
    kind: 'Scale',
    columns: [
      nameColumn<Scale>(),
      { name: 'Desired', type: 'integer', value: ({ spec }) => spec.replicas },
      { name: 'Available', type: 'integer', value: ({ status }) => status.replicas },
      ageColumn<Scale>(),
    ],
  }) as unknown as ResourceType,
};

/** The scale of an object. Throws ApiError 500 if a custom resource has no number of replicas. */
function scaleResponse(call: ApiCall, object: Scalable, target: Target): ApiResponse {
  const { replicas } = pathsOf(target);
  if (target.served.type.custom && valueAt(object, replicas) === undefined)
    throw internalError(`the spec replicas field ".${replicas.join('.')}" does not exist`);
  const shown = scaleOf(object, target) as unknown as KubeObject;
  return { status: 200, body: represent(SERVED_SCALE, shown, call.representation, call.cluster.clock.now()) };
}

type Change = Pick<ScaleChange, 'change'>;

async function replacement(call: ApiCall): Promise<Change> {
  const body = await bodyOf(call, 'Scale');
  return { change: () => body };
}

async function patch(call: ApiCall, target: Target): Promise<Change> {
  const media = call.request.headers['content-type'] ?? '';
  const { value: body } = await parseText(call, await textOf(call), media);
  const change = (current: Scalable) => {
    const result = media.includes('json-patch')
      ? jsonPatch(scaleOf(current, target), body)
      : mergePatch(scaleOf(current, target), body);
    if (isJson(result)) return result;
    throw badRequest('the patched scale is not an object');
  };
  return { change };
}

function scaleOf(object: Scalable, target: Target): Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = pathsOf(target);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: valueAt(object, paths.replicas) ?? 0 },
    status: { replicas: valueAt(object, paths.current) ?? 0, selector: selectorOf(object, paths.selector) },
  };
}

/** Paths of a kind's replicas, current replicas and selector; custom resources have the selector as text. */
interface Paths {
  readonly replicas: readonly string[];
  readonly current: readonly string[];
  readonly selector: readonly string[] | undefined;
}

const REPLICAS: Paths = {
  replicas: ['spec', 'replicas'],
  current: ['status', 'replicas'],
  selector: ['spec', 'selector'],
};

function pathsOf({ served: { type } }: Target): Paths {
  const scale = type.custom?.scale;
  if (!scale) return REPLICAS;
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  const steps = (path: string) => path.split('.').slice(1);
  return {
    replicas: steps(specReplicasPath),
    current: steps(statusReplicasPath),
    selector: labelSelectorPath ? steps(labelSelectorPath) : undefined,
  };
}

function selectorOf(object: Scalable, path: readonly string[] | undefined): string | undefined {
  const selector = path && valueAt(object, path);
  if (typeof selector === 'string') return selector;
  if (path !== REPLICAS.selector) return undefined;
  // The selector of a ReplicationController has labels only.
  if (object.kind === 'ReplicationController')
    return selectorText({ matchLabels: selector as LabelSelector['matchLabels'] });
  return selectorText(selector as LabelSelector | undefined);
}

/** The object with a value at a path; unchanged for undefined. */
function withValueAt(object: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (value === undefined) return object;
  const map = isJson(object) ? object : {};
  return { ...map, [step]: withValueAt(map[step], rest, value) };
}
