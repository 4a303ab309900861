import { type KubernetesObject, type KubernetesClient } from './client.js';
import { isNotFound } from './kubernetes-error.js';
import { listPath } from './paths.js';
import { type WorkloadKindName, workloadKindOf, workloadKinds } from './workload-ref.js';

/** A workload inside one cluster. */
export interface Owner {
  readonly kind: WorkloadKindName;
  readonly name: string;
}

/** The workload that controls an object, by its owner references; undefined for objects on their own. */
export function controllerOf(object: KubernetesObject): Owner | undefined {
  const reference = object.metadata?.ownerReferences?.find((owner) => owner.controller);
  const kind = workloadKindOf(reference?.kind);
  return reference && kind ? { kind, name: reference.name } : undefined;
}

/**
 * Owners of controllers: the Deployment of a ReplicaSet, the CronJob of a Job. Keys are `KIND/namespace/name`.
 */
export type Ownership = ReadonlyMap<string, Owner>;

export function ownerKey(owner: Owner, namespace: string): string {
  return `${owner.kind}/${namespace}/${owner.name}`;
}

/** The workloads that own a pod, from its controller outwards: its ReplicaSet, then the Deployment. */
export function ownersOf(pod: KubernetesObject, ownership: Ownership): Owner[] {
  const namespace = pod.metadata?.namespace ?? '';
  const owners: Owner[] = [];
  let owner = controllerOf(pod);
  while (owner && owners.length < 4) {
    owners.push(owner);
    owner = ownership.get(ownerKey(owner, namespace));
  }
  return owners;
}

/** Reads the owners of the ReplicaSets and Jobs of one namespace, or of all namespaces. */
export async function readOwnership(client: KubernetesClient, namespace?: string): Promise<Ownership> {
  const ownership = new Map<string, Owner>();
  await Promise.all(
    (['REPLICA_SET', 'JOB'] as const).map(async (kind) => {
      for await (const object of allOf(client, listPath(workloadKinds[kind], namespace))) {
        const owner = controllerOf(object);
        const { name = '', namespace: home = '' } = object.metadata ?? {};
        if (owner) ownership.set(ownerKey({ kind, name }, home), owner);
      }
    }),
  );
  return ownership;
}

/** Every object of a list; none when the server does not serve the kind. */
export async function* allOf<T = KubernetesObject>(
  client: KubernetesClient,
  path: string,
  labelSelector?: string,
): AsyncGenerator<T> {
  try {
    for await (const chunk of client.chunks<T>(path, { labelSelector })) yield* chunk;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
