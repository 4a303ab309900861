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
  const clean = posix.normalize(path).replace(/(?<=.)\/$/, '');
  return PROTECTED_PATHS.find((kept) => isWithin(clean, kept) || isWithin(kept, clean));
}

/** An absolute path where a script names one, not the end of a relative one or of a URL. */
const PATH_IN_TEXT = /(?<![\w.~$})/-])\/[\w./-]+/g;

/**
 * The first protected path that a script names, or a path in one; undefined when it names none. What a script puts
 * together out of variables is not seen.
 */
export function protectedPathIn(script: string): string | undefined {
  for (const [path] of script.matchAll(PATH_IN_TEXT)) {
    const clean = posix.normalize(path);
    const kept = PROTECTED_PATHS.find((one) => isWithin(clean, one));
    if (kept !== undefined) return kept;
  }
  return undefined;
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`);
}
