import { valueAt, type KubeObject } from './object.js';
import type { ResourceType } from './resource.js';

/** The value of a field of an object, as text. */
export type ReadField = (object: KubeObject) => string;

/**
 * Field labels of `fieldSelector` by kind, as registered by AddFieldLabelConversionFunc in Kubernetes. Fields that an
 * object lacks have the value of their default.
 */
const FIELDS_OF_KIND: Readonly<Record<string, Readonly<Record<string, ReadField>>>> = {
  pods: {
    ...paths('metadata.name', 'metadata.namespace', 'spec.nodeName', 'spec.restartPolicy'),
    ...paths('spec.schedulerName', 'spec.serviceAccountName', 'status.phase', 'status.podIP'),
    ...paths('status.nominatedNodeName'),
    'spec.host': path('spec.nodeName'),
    'spec.hostNetwork': path('spec.hostNetwork', 'false'),
    // The API server accepts the label, but no pod has a value for it.
    'status.podIPs': () => '',
  },
  nodes: { ...paths('metadata.name'), 'spec.unschedulable': path('spec.unschedulable', 'false') },
  namespaces: paths('metadata.name', 'status.phase'),
  secrets: paths('metadata.name', 'metadata.namespace', 'type'),
  services: paths('metadata.name', 'metadata.namespace', 'spec.clusterIP', 'spec.type'),
  'jobs.batch': {
    ...paths('metadata.name', 'metadata.namespace'),
    'status.successful': path('status.succeeded', '0'),
  },
  replicationcontrollers: {
    ...paths('metadata.name', 'metadata.namespace'),
    'status.replicas': path('status.replicas', '0'),
  },
  'certificatesigningrequests.certificates.k8s.io': paths('metadata.name', 'spec.signerName'),
  events: {
    ...paths('metadata.name', 'metadata.namespace', 'reason', 'reportingComponent', 'type'),
    ...referencePaths('involvedObject'),
    source: eventSource,
  },
  'events.events.k8s.io': {
    ...paths('metadata.name', 'metadata.namespace', 'reason', 'type'),
    ...referencePaths('regarding'),
    reportingController: path('reportingComponent'),
  },
};

const METADATA = paths('metadata.name', 'metadata.namespace');

/** The reader of a field label. Throws an Error with the text of the API server if the kind does not have the label. */
export function fieldOf(
  type: Pick<ResourceType, 'group' | 'plural' | 'kind' | 'custom'>,
  label: string,
): ReadField {
  if (type.custom?.selectableFields.includes(label)) return path(label);
  const id = type.group ? `${type.plural}.${type.group}` : type.plural;
  const fields = FIELDS_OF_KIND[id];
  const known = fields ?? METADATA;
  const read = Object.hasOwn(known, label) ? known[label] : undefined;
  if (read) return read;
  if (!fields && !type.custom)
    throw new Error(`"${label}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
  if (id === 'jobs.batch') throw new Error(`field label "${label}" not supported for Job`);
  throw new Error(`field label not supported: ${label}`);
}

function paths(...list: readonly string[]): Record<string, ReadField> {
  return Object.fromEntries(list.map((name) => [name, path(name)]));
}

function path(name: string, missing = ''): ReadField {
  const steps = name.split('.');
  return (object) => {
    const value = valueAt(object, steps);
    return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : missing;
  };
}

/** The fields of an event's object reference; stored events have it as `involvedObject`. */
function referencePaths(prefix: string): Record<string, ReadField> {
  const names = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
  return Object.fromEntries(names.map((name) => [`${prefix}.${name}`, path(`involvedObject.${name}`)]));
}

function eventSource(object: KubeObject): string {
  return path('source.component')(object) || path('reportingComponent')(object);
}
