import { forbiddenValue, formatCauses, invalidValue, required, tooLong } from '../schema/causes.js';
import { dnsLabel, dnsSubdomain, labelValue, pathSegment, qualifiedName, type Format } from './formats.js';
import type { Metadata, OwnerReference } from './object.js';
import type { Cause, ResourceType } from './resource.js';

const ANNOTATION_BYTES = 256 * 1024;

/** Kinds whose names are not DNS subdomains. */
const NAMES: Readonly<Record<string, Format | undefined>> = {
  namespaces: dnsLabel,
  services: dnsLabel,
  'statefulsets.apps': dnsLabel,
  // The one of the core group is `v1.`.
  'apiservices.apiregistration.k8s.io': pathSegment,
};

/** Finalizers without a domain. */
const STANDARD_FINALIZERS = ['orphan', 'foregroundDeletion', 'kubernetes'];
/** Groups whose finalizers need no domain. */
const FREE_FINALIZERS = ['coordination.k8s.io', 'node.k8s.io'];

/** Validates the metadata of a new object, or of one that replaces `old`. */
export function metadataCauses(type: ResourceType, metadata: Metadata, old?: Metadata): Cause[] {
  return [
    ...(old ? newFinalizers(metadata, old) : nameCauses(type, metadata)),
    ...labelCauses('metadata.labels', metadata.labels),
    ...annotationCauses('metadata.annotations', metadata.annotations),
    ...ownerCauses(metadata.ownerReferences),
    ...finalizerCauses(type, metadata.finalizers),
  ];
}

function nameCauses({ id }: ResourceType, { name, generateName }: Metadata): Cause[] {
  const format = NAMES[id] ?? nameFormat(id);
  // A suffix follows the generated name, so that it may end with a hyphen.
  const prefix = generateName?.replace(/(?<=.)-$/, 'a');
  return [
    ...(prefix ? format(prefix).map((why) => invalidValue('metadata.generateName', generateName, why)) : []),
    ...(name
      ? formatCauses('metadata.name', name, format)
      : [required('metadata.name', 'name or generateName is required')]),
  ];
}

/** Names of RBAC are parts of a path only. */
function nameFormat(id: string): Format {
  return id.endsWith('.rbac.authorization.k8s.io') ? pathSegment : dnsSubdomain;
}

/** Validates labels at `field`. */
export function labelCauses(field: string, labels: Metadata['labels']): Cause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...formatCauses(field, key, qualifiedName),
    ...formatCauses(field, value, labelValue),
  ]);
}

/** Validates annotations at `field`. Their keys may have capitals. */
export function annotationCauses(field: string, annotations: Metadata['annotations']): Cause[] {
  const entries = Object.entries(annotations ?? {});
  const causes = entries.flatMap(([key]) =>
    qualifiedName(key.toLowerCase()).map((why) => invalidValue(field, key, why)),
  );
  const size = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  );
  return size > ANNOTATION_BYTES ? [...causes, tooLong(field, ANNOTATION_BYTES)] : causes;
}

const OWNERS = 'metadata.ownerReferences';

function ownerCauses(owners: readonly OwnerReference[] = []): Cause[] {
  const [first, second] = owners
    .filter(({ controller }) => controller)
    .map(({ kind, name }) => `${kind}/${name}`);
  const why =
    'Only one reference can have Controller set to true. Found "true" in references for ' +
    `${first ?? ''} and ${second ?? ''}`;
  return [
    ...owners.flatMap(ownerFieldCauses),
    ...(second === undefined ? [] : [invalidValue(OWNERS, owners, why)]),
  ];
}

function ownerFieldCauses(owner: OwnerReference): Cause[] {
  const { apiVersion = '', kind } = owner;
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const missing = (['kind', 'name', 'uid'] as const).filter((field) => !owner[field]);
  return [
    ...(version ? [] : [invalidValue(`${OWNERS}.apiVersion`, apiVersion, 'version must not be empty')]),
    ...missing.map((field) => invalidValue(`${OWNERS}.${field}`, '', 'must not be empty')),
    ...(apiVersion === 'v1' && kind === 'Event'
      ? [invalidValue(OWNERS, owner, '/v1, Kind=Event is disallowed from being an owner')]
      : []),
  ];
}

function finalizerCauses({ group }: ResourceType, finalizers: readonly string[] = []): Cause[] {
  const both = ['orphan', 'foregroundDeletion'].every((name) => finalizers.includes(name));
  const isBuiltIn = !group.includes('.') || group.endsWith('.k8s.io');
  const needsDomain = isBuiltIn && !FREE_FINALIZERS.includes(group);
  return [
    ...finalizers.flatMap((name) => formatCauses('metadata.finalizers', name, qualifiedName)),
    ...(both
      ? [
          invalidValue(
            'metadata.finalizers',
            finalizers,
            'finalizer orphan and foregroundDeletion cannot be both set',
          ),
        ]
      : []),
    ...(needsDomain ? finalizers.flatMap(domainCauses) : []),
  ];
}

/** Validates finalizers of a namespace itself at `field`. */
export function namespaceFinalizerCauses(field: string, finalizers: readonly string[]): Cause[] {
  return finalizers.flatMap((name) => [
    ...formatCauses(field, name, qualifiedName),
    ...standardCauses(field, name),
  ]);
}

function domainCauses(name: string, index: number): Cause[] {
  return standardCauses(`metadata.finalizers[${index}]`, name);
}

function standardCauses(field: string, name: string): Cause[] {
  if (name.includes('/') || STANDARD_FINALIZERS.includes(name)) return [];
  return [invalidValue(field, name, 'name is neither a standard finalizer name nor is it fully qualified')];
}

/** What is being deleted gets no more finalizers, except those that the deletion itself sets. */
function newFinalizers({ finalizers = [] }: Metadata, old: Metadata): Cause[] {
  if (!old.deletionTimestamp) return [];
  const added = finalizers.filter((name) => !old.finalizers?.includes(name)).sort();
  if (added.length === 0) return [];
  const list = `[]string{${added.map((name) => JSON.stringify(name)).join(', ')}}`;
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [forbiddenValue('metadata.finalizers', why)];
}
