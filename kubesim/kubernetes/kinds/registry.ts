import { clusterRoleBindings, clusterRoles, roleBindings, roles } from './access-control.js';
import { apiServices } from './api-services.js';
import { admissionPolicies, admissionPolicyBindings } from './admission-policies.js';
import { daemonSets, deployments, replicaSets, statefulSets } from './apps.js';
import { type Autoscaler, autoscalers } from './autoscalers.js';
import { autoscalerFromV1, autoscalerOfV1 } from './autoscalers-v1.js';
import {
  csiNodes,
  storageCapacities,
  volumeAttachments,
  volumeAttributesClasses,
} from './attached-volumes.js';
import { jobs } from './batch.js';
import { signingRequests } from './certificates.js';
import { controllerRevisions } from './controller-revisions.js';
import { configMaps, leases, secrets, serviceAccounts } from './configuration.js';
import { customResourceDefinitions } from './custom-resource-definitions.js';
import { csiDrivers } from './csi-drivers.js';
import { cronJobs } from './cron-jobs.js';
import { podDisruptionBudgets } from './disruption-budgets.js';
import { eventFromEventsGroup, eventOfEventsGroup, eventsGroupCauses, events } from './events.js';
import { deviceClasses, resourceClaims, resourceClaimTemplates, resourceSlices } from './devices.js';
import { flowSchemas, priorityLevels } from './flow-control.js';
import { mutatingPolicies, mutatingPolicyBindings } from './mutating-admission-policies.js';
import { ingressClasses, ingresses, networkPolicies } from './networking.js';
import { namespaces, nodes } from './nodes.js';
import type { Event } from './core.js';
import type { Json, KubeObject } from './object.js';
import { podTemplates } from './pod-templates.js';
import { pods } from './pods.js';
import { replicationControllers } from './replication-controllers.js';
import { priorityClasses } from './priority-classes.js';
import { limitRanges, resourceQuotas } from './resource-limits.js';
import { type Cause, groupVersion, type ResourceType } from './resource.js';
import { runtimeClasses } from './runtime-class.js';
import { addresses, serviceRanges } from './service-ranges.js';
import { endpoints, endpointSlices, services } from './services.js';
import { unitedDeployments } from './united-deployment.js';
import { storageClasses, volumeClaims, volumes } from './volumes.js';
import type { WebhookClientConfig } from './webhook-client-rules.js';
import { mutatingWebhooks, validatingWebhooks } from './webhook-configurations.js';

/** The conversion of a version of a kind from and to the stored objects. */
export interface Conversion {
  /** A stored object as it is served. */
  out(object: KubeObject): Json;
  /** The body of a request as it is changed and validated. */
  in(body: Json): Json;
  /** The version of what `in` makes of a body. */
  readonly storedAs: string;
  /** Converts objects for `out`; undefined if there is nothing to wait for. Throws ApiError. */
  prepare?(objects: readonly KubeObject[]): Promise<void> | undefined;
  /** The form in which an object is stored; absent if `in` makes it. Throws ApiError. */
  toStored?(object: KubeObject): KubeObject | Promise<KubeObject>;
  /** The webhook that converts. Its calls belong to a request, for which the conversion is bound first. */
  readonly webhook?: WebhookConversion;
}

/** A webhook that converts the objects of a definition between versions such as `example.com/v1`. */
export interface WebhookConversion {
  readonly own: string;
  readonly stored: string;
  readonly clientConfig: WebhookClientConfig;
  /** The versions of ConversionReview that it understands. */
  readonly reviewVersions: readonly string[];
  /** An object without the fields that its version does not have. */
  known(object: Json): Json;
  /** A stored object without the fields that its version does not have, and with its defaults. */
  current(object: KubeObject): Json;
}

/** A kind served under one group and version; several may serve the same stored objects. */
export interface ServedType {
  readonly group: string;
  readonly version: string;
  readonly type: ResourceType;
  /** Absent if objects are stored as they are served. */
  readonly convert?: Conversion;
  /** Validates the body of a creation where this version has rules of its own. */
  createCauses?(body: Json): Cause[];
}

/** A stored object as it is served; the same if it is stored so. */
export function asServed(served: ServedType | undefined, object: KubeObject): KubeObject {
  return served?.convert ? (served.convert.out(object) as unknown as KubeObject) : object;
}

/** A stored object as requests change it: custom resources in the version of the path. */
export function asChanged(served: ServedType, object: KubeObject): KubeObject {
  return served.type.custom ? asServed(served, object) : object;
}

/** All stored kinds. */
export const storedTypes: readonly ResourceType[] = [
  configMaps,
  endpoints,
  events,
  namespaces,
  nodes,
  volumeClaims,
  volumes,
  pods,
  replicationControllers,
  secrets,
  serviceAccounts,
  services,
  daemonSets,
  deployments,
  replicaSets,
  statefulSets,
  controllerRevisions,
  jobs,
  cronJobs,
  leases,
  podDisruptionBudgets,
  storageClasses,
  endpointSlices,
  runtimeClasses,
  unitedDeployments,
  limitRanges,
  podTemplates,
  resourceQuotas,
  autoscalers,
  ingressClasses,
  ingresses,
  networkPolicies,
  roles,
  roleBindings,
  clusterRoles,
  clusterRoleBindings,
  priorityClasses,
  admissionPolicies,
  admissionPolicyBindings,
  mutatingPolicies,
  mutatingPolicyBindings,
  mutatingWebhooks,
  validatingWebhooks,
  csiDrivers,
  csiNodes,
  storageCapacities,
  volumeAttachments,
  volumeAttributesClasses,
  signingRequests,
  flowSchemas,
  priorityLevels,
  serviceRanges,
  addresses,
  deviceClasses,
  resourceClaims,
  resourceClaimTemplates,
  resourceSlices,
  customResourceDefinitions,
  apiServices,
];

export const servedTypes: readonly ServedType[] = [
  ...storedTypes.map((type) => ({ group: type.group, version: type.version, type })),
  {
    group: 'events.k8s.io',
    version: 'v1',
    type: { ...events, group: 'events.k8s.io', shortNames: ['ev'] },
    convert: {
      out: (object) => eventOfEventsGroup(object as Event),
      in: eventFromEventsGroup,
      storedAs: 'v1',
    },
    createCauses: eventsGroupCauses,
  },
  {
    group: 'autoscaling',
    version: 'v1',
    type: autoscalers,
    convert: {
      out: (object) => autoscalerOfV1(object as Autoscaler),
      in: autoscalerFromV1,
      storedAs: 'autoscaling/v2',
    },
  },
];

const byPath = new Map(
  servedTypes.map((served) => [`${groupVersion(served)}/${served.type.plural}`, served]),
);
const byId = new Map(storedTypes.map((type) => [type.id, type]));

/** The kind served at `v1/pods`, `apps/v1/deployments` …; undefined if there is none. */
export function servedAt(version: string, plural: string): ServedType | undefined {
  return byPath.get(`${version}/${plural}`);
}

/** The stored kind with this id, e.g. `deployments.apps`. */
export function typeOfId(id: string): ResourceType | undefined {
  return byId.get(id);
}
