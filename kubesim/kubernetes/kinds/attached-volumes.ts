import { sameJson } from '../../../kernel/same-json.js';
import {
  changeCauses,
  forbiddenValue,
  duplicate,
  formatCauses,
  invalidValue,
  negativeCauses,
  required,
} from '../schema/causes.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from './formats.js';
import { labelSelectorCauses } from './label-selector-rules.js';
import type { KubeObject, LabelSelector } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

const GROUP = 'storage.k8s.io';

interface Driver {
  readonly name?: string;
  readonly nodeID?: string;
  readonly topologyKeys?: readonly string[];
  readonly allocatable?: { readonly count?: number };
}

/** A CSINode: the drivers of a node. It is stored and has no effect. */
interface CsiNode extends KubeObject {
  readonly spec: { readonly drivers?: readonly Driver[] };
}

export const csiNodes = defineResource<CsiNode>({
  group: GROUP,
  kind: 'CSINode',
  defaults: (node) => ({ ...node, spec: node.spec ?? {} }),
  validate: ({ spec: { drivers = [] } }) =>
    drivers.flatMap((driver, index) => [
      ...driverCauses(driver, `spec.drivers[${index}]`),
      ...(drivers.findIndex(({ name }) => name === driver.name) < index
        ? [duplicate(`spec.drivers[${index}].name`, driver.name)]
        : []),
    ]),
  columns: [
    nameColumn<CsiNode>(),
    { name: 'Drivers', type: 'integer', value: ({ spec }) => spec.drivers?.length ?? 0 },
    ageColumn<CsiNode>(),
  ],
});

const NODE_ID_LENGTH = 192;

function driverCauses({ name, nodeID = '', topologyKeys = [], allocatable }: Driver, path: string): Cause[] {
  const why = `must be ${NODE_ID_LENGTH} characters or less`;
  return [
    ...driverNameCauses(name, `${path}.name`),
    ...(nodeID === '' ? [required(`${path}.nodeID`)] : []),
    ...(nodeID.length > NODE_ID_LENGTH ? [invalidValue(`${path}.nodeID`, nodeID, why)] : []),
    ...negativeCauses(`${path}.allocatable.count`, allocatable?.count),
    ...topologyKeys.flatMap((key, index) => [
      ...(topologyKeys.indexOf(key) < index ? [duplicate(path, key)] : []),
      ...formatCauses(path, key, qualifiedName),
    ]),
  ];
}

const DRIVER_NAME_LENGTH = 63;

function driverNameCauses(name: string | undefined, field: string): Cause[] {
  if (!name) return [required(field)];
  const isLong = name.length > DRIVER_NAME_LENGTH;
  return isLong
    ? [invalidValue(field, name, `must be no more than ${DRIVER_NAME_LENGTH} characters`)]
    : formatCauses(field, name.toLowerCase().replaceAll('.', '-'), dnsLabel);
}

/** A VolumeAttachment. It is stored and has no effect: nothing is attached. */
interface VolumeAttachment extends KubeObject {
  readonly spec: {
    readonly attacher?: string;
    readonly nodeName?: string;
    readonly source?: { readonly persistentVolumeName?: string; readonly inlineVolumeSpec?: unknown };
  };
  readonly status?: { readonly attached?: boolean };
}

export const volumeAttachments = defineResource<VolumeAttachment>({
  group: GROUP,
  kind: 'VolumeAttachment',
  defaults: (attachment) => ({ ...attachment, status: attachment.status ?? { attached: false } }),
  validate: ({ spec }, old) => [
    ...sourceCauses(spec.source ?? {}),
    ...formatCauses('spec.nodeName', spec.nodeName ?? '', dnsSubdomain),
    ...(old ? changeCauses('spec', spec, old.spec) : []),
  ],
  columns: [
    nameColumn<VolumeAttachment>(),
    { name: 'Attacher', type: 'string', format: 'name', value: ({ spec }) => spec.attacher ?? '' },
    { name: 'PV', type: 'string', value: ({ spec }) => spec.source?.persistentVolumeName ?? '' },
    { name: 'Node', type: 'string', value: ({ spec }) => spec.nodeName ?? '' },
    { name: 'Attached', type: 'boolean', value: ({ status }) => status?.attached ?? false },
    ageColumn<VolumeAttachment>(),
  ],
});

function sourceCauses({
  persistentVolumeName: name,
  inlineVolumeSpec: inline,
}: NonNullable<VolumeAttachment['spec']['source']>): Cause[] {
  const field = 'spec.source';
  if (inline === undefined && name === undefined)
    return [required(field, 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')];
  if (inline !== undefined && name !== undefined)
    return [invalidValue(field, '', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')];
  return name === ''
    ? [required(`${field}.persistentVolumeName`, 'must specify non empty persistentVolumeName')]
    : [];
}

/** A CSIStorageCapacity. It is stored and has no effect. */
interface StorageCapacity extends KubeObject {
  readonly nodeTopology?: LabelSelector;
  readonly storageClassName?: string;
}

export const storageCapacities = defineResource<StorageCapacity>({
  group: GROUP,
  kind: 'CSIStorageCapacity',
  validate: ({ nodeTopology, storageClassName }, old) => [
    ...formatCauses('storageClassName', storageClassName ?? '', dnsSubdomain),
    ...labelSelectorCauses('nodeTopology', nodeTopology),
    ...(old ? changeCauses('nodeTopology', nodeTopology, old.nodeTopology) : []),
    ...(old ? changeCauses('storageClassName', storageClassName, old.storageClassName) : []),
  ],
  columns: [
    nameColumn<StorageCapacity>(),
    { name: 'Created At', type: 'date', value: ({ metadata }) => metadata.creationTimestamp },
  ],
});

/** A VolumeAttributesClass. It is stored and has no effect. */
interface VolumeAttributesClass extends KubeObject {
  readonly driverName?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

export const volumeAttributesClasses = defineResource<VolumeAttributesClass>({
  group: GROUP,
  kind: 'VolumeAttributesClass',
  validate: ({ driverName, parameters = {} }, old) => [
    ...(driverName ? driverNameCauses(driverName, 'driverName') : []),
    ...(Object.keys(parameters).length === 0
      ? [required('parameters', 'must contain at least one key/value pair')]
      : []),
    ...('' in parameters ? [invalidValue('parameters', '', 'field can not be empty.')] : []),
    ...(old && old.driverName !== driverName
      ? [forbiddenValue('driverName', 'updates to driverName are forbidden.')]
      : []),
    ...(old && !sameJson(old.parameters ?? {}, parameters)
      ? [forbiddenValue('parameters', 'updates to parameters are forbidden.')]
      : []),
  ],
  columns: [
    nameColumn<VolumeAttributesClass>(),
    { name: 'DriverName', type: 'string', value: ({ driverName }) => driverName ?? '' },
    ageColumn<VolumeAttributesClass>(),
  ],
});
