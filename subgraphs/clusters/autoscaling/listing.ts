import type { KubernetesClient } from '../../../engine/kubernetes/client.js';

/** All objects of a list, read in chunks. */
export async function listAll<T>(client: KubernetesClient, path: string): Promise<T[]> {
  const found: T[] = [];
  for await (const some of client.chunks<T>(path)) found.push(...some);
  return found;
}
