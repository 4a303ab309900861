import { z } from 'zod';

const count = z.number().default(0);
const workloadForm = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), generation: z.number().default(1) }),
  spec: z.object({ replicas: z.number().default(1) }).prefault({}),
  status: z
    .object({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      updatedNumberScheduled: count,
      desiredNumberScheduled: count,
      numberReady: count,
    })
    .prefault({}),
});
type Workload = z.infer<typeof workloadForm>;

/** The cluster's nodes by their ability to run pods. */
export interface NodeAvailability {
  /** Ready nodes that are neither cordoned nor tainted. */
  readonly open: number;
  /** Nodes that are not Ready: pods on them cannot become ready. */
  readonly notReady: number;
}

/**
 * Why the rollout of a live object is incomplete: its controller must have observed it, and its new pods must be
 * ready. undefined when it is complete. Without an open node, Deployments need not become ready: a cluster may have
 * no nodes yet.
 */
export function rolloutProblem(live: unknown, nodes: NodeAvailability): string | undefined {
  if (live === undefined) return 'an object that was applied is not there any more';
  const { kind } = live as { readonly kind?: string };
  if (kind !== 'Deployment' && kind !== 'DaemonSet') return undefined;
  const workload = workloadForm.parse(live);
  const { name, generation } = workload.metadata;
  if (workload.status.observedGeneration < generation)
    return `${kind} ${name} is not observed by its controller yet`;
  return kind === 'Deployment' ? deploymentLacks(workload, nodes) : daemonSetLacks(workload, nodes);
}

function deploymentLacks(
  { metadata, spec, status }: Workload,
  { open }: NodeAvailability,
): string | undefined {
  const { replicas: desired } = spec;
  const { replicas, updatedReplicas, readyReplicas } = status;
  // Without an open node, old pods cannot be replaced; the component has not failed.
  if (open === 0 && updatedReplicas >= Math.min(1, desired)) return undefined;
  if (updatedReplicas >= desired && replicas === desired && readyReplicas >= desired) return undefined;
  const ready = Math.min(readyReplicas, updatedReplicas);
  return `${ready} of ${desired} pods of Deployment ${metadata.name} are new and ready`;
}

function daemonSetLacks({ metadata, status }: Workload, { notReady }: NodeAvailability): string | undefined {
  const { updatedNumberScheduled, desiredNumberScheduled, numberReady } = status;
  const desired = Math.max(0, desiredNumberScheduled - notReady);
  if (updatedNumberScheduled >= desired && numberReady >= desired) return undefined;
  const ready = Math.min(updatedNumberScheduled, numberReady);
  return `${ready} of ${desired} pods of DaemonSet ${metadata.name} are new and ready`;
}
