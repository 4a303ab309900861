import type { KubernetesObject } from '../../../engine/kubernetes/client.js';

export interface Pod extends KubernetesObject {
  metadata?: KubernetesObject['metadata'] & { deletionTimestamp?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

/** The controller that recreates a pod after its eviction. */
export interface PodOwner {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function ownerOf({ metadata }: Pod): PodOwner | undefined {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
  return owner && { kind: owner.kind, namespace: metadata?.namespace ?? '', name: owner.name };
}

/** Whether the pod is being deleted. */
export function isTerminating({ metadata }: Pod): boolean {
  return metadata?.deletionTimestamp !== undefined;
}
