import type { KubernetesObject } from '../../../engine/kubernetes/client.js';

/** The metadata that every Kubernetes object has. */
export interface Identity {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Date | null;
}

/** The metadata of an object, with defaults for missing fields. */
export function identityOf({ metadata = {} }: KubernetesObject): Identity {
  const { uid = '', namespace = '', name = '', labels = {}, creationTimestamp } = metadata;
  return { uid, namespace, name, labels, createdAt: creationTimestamp ? new Date(creationTimestamp) : null };
}
