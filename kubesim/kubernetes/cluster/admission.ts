import { type ApiError, forbidden, notFound } from '../kinds/status.js';
import type { Namespace, Pod, Service } from '../kinds/core.js';
import { deployments } from '../kinds/apps.js';
import { signingRequests, type CertificateSigningRequest } from '../kinds/certificates.js';
import { customResourceDefinitions } from '../kinds/custom-resource-definitions.js';
import type { CustomResourceDefinition } from '../kinds/definition.js';
import { namespaces } from '../kinds/nodes.js';
import type { KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { ResourceType } from '../kinds/resource.js';
import { services } from '../kinds/services.js';
import { type VolumeClaim, volumeClaims } from '../kinds/volumes.js';
import { mutatingWebhooks, validatingWebhooks } from '../kinds/webhook-configurations.js';
import type { ClusterContext } from './context.js';
import { checkDefinitions } from './definition-limits.js';
import { checkLimits } from './limit-ranges.js';
import { admitPod } from './pod-admission.js';
import { priorityClasses, type PriorityClass } from '../kinds/priority-classes.js';
import { admitPriorityClass, admitPriorityClassDeletion } from './priority-admission.js';
import { admitService } from './service-admission.js';
import { checkWebhooks } from './webhook-limits.js';
import { PROTECTION_FINALIZERS, withDefaultClass, withProtection } from './volume-admission.js';

/**
 * Admission of an object before it is validated and stored: its namespace must exist, Services get addresses and ports,
 * limits and quotas must allow it.
 * Throws ApiError.
 */
export function admit<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  object: T,
  old?: T,
): T {
  if (!old && type.custom && cluster.resources.isTerminating(type)) throw terminating(type, object);
  if (!old && type.namespaced) admitNamespace(cluster, type, object);
  checkLimitsOfCluster(cluster, type, object);
  const admitted = mutated(cluster, type, object, old);
  if (type.id === priorityClasses.id) admitPriorityClass(cluster.store, admitted as unknown as PriorityClass);
  if (!type.namespaced) return admitted;
  if (!old) checkLimits(cluster.store, type, admitted);
  cluster.quotas.check(type, admitted, old);
  return admitted;
}

/** Throws ApiError if the cluster has as many definitions or webhooks as it may have. */
function checkLimitsOfCluster({ store }: ClusterContext, type: ResourceType, object: KubeObject): void {
  if (type.id === customResourceDefinitions.id) checkDefinitions(store, object as CustomResourceDefinition);
  if (WEBHOOKS.has(type.id)) checkWebhooks(store, type, object);
}

const WEBHOOKS = new Set([mutatingWebhooks.id, validatingWebhooks.id]);

function terminating({ id, plural, group }: ResourceType, { metadata }: KubeObject): ApiError {
  const { name, generateName } = metadata;
  const what = generateName ? id : `${id} "${name}"`;
  const why = 'create not allowed while custom resource definition is terminating';
  return forbidden(`${what} is forbidden: ${why}`, { ...(!generateName && { name }), group, kind: plural });
}

/** The object with what the admission of its kind sets. */
function mutated<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  object: T,
  old: T | undefined,
): T {
  if (!old && PROTECTION_FINALIZERS.has(type.id)) return admitVolume(cluster, type, object);
  if (type.id === namespaces.id) return withFinalizers(object, old as Namespace | undefined);
  if (!old && type.id === pods.id) return admitPod(cluster, object as unknown as Pod) as unknown as T;
  if (old && type.id === signingRequests.id)
    return { ...object, spec: (old as unknown as CertificateSigningRequest).spec };
  if (type.id === services.id)
    return admitService(cluster, object as unknown as Service, old as Service | undefined) as unknown as T;
  return object;
}

/** A new namespace has the finalizer of its controller besides its own; later only `finalize` changes them. */
function withFinalizers<T extends KubeObject>(object: T, old: Namespace | undefined): T {
  const { spec } = object as unknown as Namespace;
  const { finalizers = [] } = (old ?? { spec }).spec;
  const all = old || finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
  return { ...object, spec: { ...spec, finalizers: all } };
}

function admitVolume<T extends KubeObject>(cluster: ClusterContext, type: ResourceType<T>, object: T): T {
  const protectedObject = withProtection(type, object);
  if (type.id !== volumeClaims.id) return protectedObject;
  return withDefaultClass(cluster.store, protectedObject as unknown as VolumeClaim) as unknown as T;
}

function admitNamespace(cluster: ClusterContext, type: ResourceType, { metadata }: KubeObject): void {
  const name = metadata.namespace ?? '';
  const namespace: Namespace | undefined = cluster.store.get(namespaces, '', name);
  if (!namespace) throw notFound(namespaces, name);
  if (!namespace.metadata.deletionTimestamp || type.id === 'events') return;
  const why = `unable to create new content in namespace ${name} because it is being terminated`;
  throw forbidden(`${type.id} "${metadata.name}" is forbidden: ${why}`, {
    name: metadata.name,
    kind: type.plural,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${name} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}

const INGRESS_SERVICE = { namespace: 'kube-system', name: 'nginx-ingress-lb' };
const INGRESS_CONTROLLER = 'nginx-ingress-controller';

/** Namespaces that the API server never deletes. */
const IMMORTAL_NAMESPACES = new Set(['default', 'kube-system', 'kube-public']);

/** Throws ApiError if an object must not be deleted, by itself or because another one requires it. */
export function admitDeletion(cluster: ClusterContext, type: ResourceType, { metadata }: KubeObject): void {
  if (type.id === namespaces.id && IMMORTAL_NAMESPACES.has(metadata.name)) {
    const message = `namespaces "${metadata.name}" is forbidden: this namespace may not be deleted`;
    throw forbidden(message, { name: metadata.name, kind: type.plural });
  }
  if (type.id === priorityClasses.id) admitPriorityClassDeletion(metadata.name);
  const { namespace, name } = INGRESS_SERVICE;
  if (type.id !== services.id || metadata.namespace !== namespace || metadata.name !== name) return;
  if (!cluster.store.get(deployments, namespace, INGRESS_CONTROLLER)) return;
  throw forbidden(`services "${name}" is forbidden: the NGINX Ingress Controller is installed and needs it`, {
    name,
    kind: type.plural,
  });
}
