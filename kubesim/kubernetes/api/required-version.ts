import type { Draft, KubeObject } from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';
import { invalid } from '../kinds/status.js';
import { invalidValue } from '../schema/causes.js';

/** Kinds whose updates must be of a version, besides custom resources. */
const VERSION_REQUIRED: ReadonlySet<string> = new Set([
  ...['apiservices.apiregistration.k8s.io', 'customresourcedefinitions.apiextensions.k8s.io'],
  ...['leases.coordination.k8s.io', 'poddisruptionbudgets.policy', 'runtimeclasses.node.k8s.io'],
  ...['csidrivers', 'csinodes', 'csistoragecapacities', 'volumeattachments'].map(
    (name) => `${name}.storage.k8s.io`,
  ),
  ...['mutating', 'validating'].flatMap((prefix) =>
    ['admissionpolicies', 'admissionpolicybindings', 'webhookconfigurations'].map(
      (name) => `${prefix}${name}.admissionregistration.k8s.io`,
    ),
  ),
]);

/** Throws ApiError 422 if an update has no version although its kind needs one. */
export function checkHasVersion(
  { group, plural, id, custom }: ResourceType,
  { metadata: { name = '', resourceVersion = '' } }: Draft<KubeObject>,
): void {
  if (/[1-9]/.test(resourceVersion) || !(custom || VERSION_REQUIRED.has(id))) return;
  const cause = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
  throw invalid({ group, kind: plural, plural, id }, name, [cause]);
}
