import { posix } from 'node:path';

/** Where Kubernetes keeps its own data on each node. Changing path, links or content of one breaks the node. */
export const PROTECTED_PATHS: readonly string[] = [
  '/var/lib/kubelet',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/etc/kubernetes',
  '/etc/kubeadm',
];

/**
 * The protected path that a path of a node is, lies in, or contains; undefined when it touches none. Dots and double
 * slashes are resolved first.
 */
export function protectedPath(path: string): string | undefined {
  const clean = posix.normalize(path).replace(/(?<=.)\/+$/, '');
  return PROTECTED_PATHS.find((kept) => within(clean, kept) || within(kept, clean));
}

function within(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`);
}
