import { protectedPath } from '../../../kernel/kubernetes/protected-paths.js';
import type { Problem } from '../../../kernel/result.js';

type Tree = Readonly<Record<string, unknown>>;

/**
 * Returns warnings about mounts of node directories where Kubernetes stores data: writable hostPath volumes in pods
 * and pod templates, and hostPath persistent volumes. They are not errors, because system agents need such mounts.
 */
export function hostPathWarnings(object: unknown, path: readonly string[]): Problem[] {
  const root = tree(object);
  const kind = root['kind'];
  const paths = kind === 'PersistentVolume' ? [pathOf(root['spec'])] : podSpecs(root).flatMap(writablePaths);
  return [...new Set(paths)].flatMap((hostPath): Problem[] => {
    const protectedBy = hostPath === undefined ? undefined : protectedPath(hostPath);
    if (hostPath === undefined || protectedBy === undefined) return [];
    const message = `hostPath ${hostPath} reaches ${protectedBy}, where Kubernetes keeps its own data; changes there break the node.`;
    return [{ code: 'PROTECTED_PATH', message, path }];
  });
}

/** The pod specs in an object: its own or those of its pod templates. */
function podSpecs({ kind, spec }: Tree): Tree[] {
  const own = tree(spec);
  if (kind === 'Pod') return [own];
  const templates = [own['template'], tree(tree(own['jobTemplate'])['spec'])['template']];
  return templates.map((template) => tree(tree(template)['spec']));
}

function writablePaths(pod: Tree): (string | undefined)[] {
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((field) =>
    list(pod[field]),
  );
  const mounts = containers.flatMap((container) => list(container['volumeMounts']));
  return list(pod['volumes'])
    .filter(({ name }) => {
      const ownMounts = mounts.filter((mount) => mount['name'] === name);
      return ownMounts.length === 0 || ownMounts.some(({ readOnly }) => readOnly !== true);
    })
    .map(pathOf);
}

function pathOf(holder: unknown): string | undefined {
  const { path } = tree(tree(holder)['hostPath']);
  return typeof path === 'string' ? path : undefined;
}

function list(value: unknown): Tree[] {
  return Array.isArray(value) ? value.map(tree) : [];
}

function tree(value: unknown): Tree {
  return typeof value === 'object' && value !== null ? (value as Tree) : {};
}
