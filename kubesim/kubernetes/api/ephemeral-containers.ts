import { sameJson } from '../../../kernel/same-json.js';
import type { ClusterContext } from '../cluster/context.js';
import type { Reviewed } from '../cluster/review.js';
import { statusReplacement, type WriteOptions } from '../cluster/write.js';
import { admitPodSecurity } from '../cluster/pod-security-admission.js';
import { schemaOf } from '../cluster/schema-rules.js';
import { forbiddenValue } from '../schema/causes.js';
import { withDefaults } from '../schema/defaults.js';
import { schemaCauses } from '../schema/validate.js';
import type { Container, Pod } from '../kinds/core.js';
import { type EphemeralContainer, ephemeralContainerCauses } from '../kinds/ephemeral-container-rules.js';
import type { Draft, KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { Cause } from '../kinds/resource.js';
import { invalid } from '../kinds/status.js';

const FIELD = 'spec.ephemeralContainers';
const NOT_RUN = 'ephemeral containers are stored, but simulated kubelets do not run them';

interface Change extends WriteOptions {
  readonly current: KubeObject;
  readonly next: Draft<KubeObject>;
}

type WithEphemeral = Pod & {
  readonly spec: { readonly ephemeralContainers?: readonly EphemeralContainer[] };
};

/**
 * The addition of ephemeral containers to a pod. No kubelet of the simulation runs them. Throws ApiError 403 if the level of pod
 * security of the namespace forbids them, and 422.
 */
export function ephemeralReplacement(
  cluster: ClusterContext,
  { current, next, ...options }: Change,
): Reviewed<KubeObject> {
  const pod = current as WithEphemeral;
  const schema = schemaOf(cluster, pods);
  const { ephemeralContainers = [] } = withDefaults(next as unknown as WithEphemeral, schema).spec;
  const { metadata, spec } = pod;
  const changed = {
    ...pod,
    spec: { ...spec, ephemeralContainers },
    metadata: {
      ...metadata,
      generation: (metadata.generation ?? 1) + 1,
      managedFields: next.metadata.managedFields,
    },
  };
  const causes = [
    ...changeCauses(spec.ephemeralContainers ?? [], ephemeralContainers),
    ...ephemeralContainerCauses(spec, ephemeralContainers, FIELD),
  ];
  const reported = new Set(causes.map(({ field }) => field));
  if (schema)
    causes.push(
      ...schemaCauses(changed, schema).filter(({ field }) => field.startsWith(FIELD) && !reported.has(field)),
    );
  if (causes.length > 0) throw invalid(pods, metadata.name, causes);
  admitPodSecurity(cluster, pods, { object: changed }, options.warn);
  options.warn?.(NOT_RUN);
  return statusReplacement<KubeObject>(cluster, pods, { current, next: changed, ...options });
}

/** An ephemeral container stays as it was added. */
function changeCauses(old: readonly Container[], next: readonly Container[]): Cause[] {
  return old.flatMap((container) => {
    const now = next.find(({ name }) => name === container.name);
    if (now && sameJson(now, container)) return [];
    const what = now ? 'changed' : 'removed';
    const named = JSON.stringify(container.name);
    return [forbiddenValue(FIELD, `existing ephemeral containers ${named} may not be ${what}`)];
  });
}
