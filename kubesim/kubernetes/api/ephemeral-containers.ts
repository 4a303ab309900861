import { sameJson } from '../../../kernel/same-json.js';
import type { ClusterContext } from '../cluster/context.js';
import type { Reviewed } from '../cluster/review.js';
import { statusReplacement, type WriteOptions } from '../cluster/write.js';
import { duplicate, forbiddenValue } from '../schema/causes.js';
import type { Container, PodSpec } from '../kinds/core.js';
import type { Draft, KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { Cause } from '../kinds/resource.js';
import { invalid } from '../kinds/status.js';

const FIELD = 'spec.ephemeralContainers';

interface Change extends WriteOptions {
  readonly current: KubeObject;
  readonly next: Draft<KubeObject>;
}

interface WithEphemeral {
  readonly spec: PodSpec & { readonly ephemeralContainers?: readonly Container[] };
}

/** The addition of ephemeral containers to a pod. No kubelet of the simulation runs them. Throws ApiError 422. */
export function ephemeralReplacement(
  cluster: ClusterContext,
  { current, next, ...options }: Change,
): Reviewed<KubeObject> {
  const pod = current as KubeObject & WithEphemeral;
  const { ephemeralContainers = [] } = (next as unknown as WithEphemeral).spec;
  const causes = [
    ...changeCauses(pod.spec.ephemeralContainers ?? [], ephemeralContainers),
    ...nameCauses(pod.spec, ephemeralContainers),
  ];
  if (causes.length > 0) throw invalid(pods, current.metadata.name, causes);
  const { metadata } = current;
  const changed = {
    ...current,
    spec: { ...pod.spec, ephemeralContainers },
    metadata: {
      ...metadata,
      generation: (metadata.generation ?? 1) + 1,
      managedFields: next.metadata.managedFields,
    },
  };
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

function nameCauses({ containers, initContainers = [] }: PodSpec, added: readonly Container[]): Cause[] {
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  return added.flatMap(({ name }, index) => {
    const isTaken = names.has(name);
    names.add(name);
    return isTaken ? [duplicate(`${FIELD}[${index}].name`, name)] : [];
  });
}
