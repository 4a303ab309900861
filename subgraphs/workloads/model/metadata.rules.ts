import type { KubernetesObject } from '../../../engine/kubernetes/client.js';

/** What every Kubernetes object says of itself. */
export interface Identity {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Date | null;
}

/** The metadata of an object, without gaps. */
export function identityOf({ metadata = {} }: KubernetesObject): Identity {
  const { uid = '', namespace = '', name = '', labels = {}, creationTimestamp } = metadata;
  return { uid, namespace, name, labels, createdAt: creationTimestamp ? new Date(creationTimestamp) : null };
}
