import { posix } from 'node:path';

/** Folders of Kubernetes on each node. Changing their path, links or content breaks the node. */
export const PROTECTED_PATHS: readonly string[] = [
  '/var/lib/kubelet',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/etc/kubernetes',
  '/etc/kubeadm',
];

/**
 * The protected path that equals, contains or is contained in a path of a node; undefined if there is none. Dots and
 * double slashes are resolved first.
 */
export function protectedPath(path: string): string | undefined {
  const clean = posix.normalize(path).replace(/(?<=.)\/$/, '');
  return PROTECTED_PATHS.find((path) => isWithin(clean, path) || isWithin(path, clean));
}

/** Matches an absolute path in a script, not the end of a relative path or of a URL. */
const PATH_IN_TEXT = /(?<![\w.~$})/-])\/[\w./-]+/g;

/**
 * The first protected path that contains a path of the script; undefined if there is none. Paths that the script builds
 * from variables are not found.
 */
export function protectedPathIn(script: string): string | undefined {
  for (const [path] of script.matchAll(PATH_IN_TEXT)) {
    const clean = posix.normalize(path);
    const found = PROTECTED_PATHS.find((protectedPath) => isWithin(clean, protectedPath));
    if (found !== undefined) return found;
  }
  return undefined;
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`);
}
