import type { Metadata } from '../kinds/object.js';
import { invalidValue } from '../kinds/causes.js';
import type { Cause, ResourceType } from '../kinds/resource.js';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const ANNOTATION_BYTES = 256 * 1024;

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
  'end with an alphanumeric character';
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
  'an alphanumeric character';

/** Kinds whose name is a DNS label. */
const LABEL_NAMED = new Set(['services', 'namespaces']);

/** Kinds whose name is any segment of a path. */
const SEGMENT_NAMED = new Set(
  ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].map(
    (plural) => `${plural}.rbac.authorization.k8s.io`,
  ),
);

/** Validates the metadata of an object. */
export function metadataCauses(type: ResourceType, metadata: Metadata): Cause[] {
  return [...nameCauses(type, metadata.name), ...labelCauses(metadata), ...annotationCauses(metadata)];
}

function nameCauses(type: ResourceType, name: string): Cause[] {
  if (!name) {
    const message = 'Required value: name or generateName is required';
    return [{ field: 'metadata.name', reason: 'FieldValueRequired', message }];
  }
  const label = LABEL_NAMED.has(type.id);
  const most = label ? 63 : 253;
  if (name.length > most)
    return [invalidValue('metadata.name', name, `must be no more than ${most} characters`)];
  if (SEGMENT_NAMED.has(type.id)) return segmentCauses(name);
  if ((label ? LABEL : SUBDOMAIN).test(name)) return [];
  return [invalidValue('metadata.name', name, label ? LABEL_RULE : SUBDOMAIN_RULE)];
}

function segmentCauses(name: string): Cause[] {
  const rules = [
    ...(name === '.' || name === '..' ? [`may not be '${name}'`] : []),
    ...['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`),
    // PostgreSQL stores neither.
    ...(name.includes('\0') || !name.isWellFormed()
      ? ['may only contain characters of Unicode but U+0000']
      : []),
  ];
  return rules.map((rule) => invalidValue('metadata.name', name, rule));
}

function labelCauses({ labels }: Metadata): Cause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => {
    const causes: Cause[] = [];
    if (!LABEL_KEY.test(key))
      causes.push(invalidValue('metadata.labels', key, 'name part must be a qualified name'));
    if (typeof value !== 'string' || value.length > 63 || !LABEL_VALUE.test(value)) {
      causes.push(
        invalidValue(
          'metadata.labels',
          value,
          'a valid label must be an empty string or consist of ' +
            "alphanumeric characters, '-', '_' or '.', at most 63 of them",
        ),
      );
    }
    return causes;
  });
}

function annotationCauses({ annotations }: Metadata): Cause[] {
  const size = Object.entries(annotations ?? {}).reduce(
    (sum, [key, value]) => sum + key.length + String(value).length,
    0,
  );
  if (size <= ANNOTATION_BYTES) return [];
  const message = `Too long: may not be more than ${ANNOTATION_BYTES} bytes`;
  return [{ field: 'metadata.annotations', reason: 'FieldValueInvalid', message }];
}
