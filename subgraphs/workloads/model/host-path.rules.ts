import { protectedPath } from '../../../kernel/kubernetes/protected-paths.js';
import type { Problem } from '../../../kernel/result.js';

type Tree = Readonly<Record<string, unknown>>;

/**
 * What an object mounts of a node that belongs to Kubernetes itself: writable hostPath volumes, in pods and in the
 * templates of workloads, and hostPath persistent volumes. System agents have reasons to do so, so it is a warning.
 */
export function hostPathWarnings(object: unknown, path: readonly string[]): Problem[] {
  const root = tree(object);
  const kind = root['kind'];
  const paths = kind === 'PersistentVolume' ? [pathOf(root['spec'])] : podSpecs(root).flatMap(writablePaths);
  return [...new Set(paths)].flatMap((hostPath): Problem[] => {
    const kept = hostPath === undefined ? undefined : protectedPath(hostPath);
    if (hostPath === undefined || kept === undefined) return [];
    const message = `hostPath ${hostPath} reaches ${kept}, where Kubernetes keeps its own data; changes there break the node.`;
    return [{ code: 'PROTECTED_PATH', message, path }];
  });
}

/** The pod specs in an object: its own, or those of the templates in it. */
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
      const mine = mounts.filter((mount) => mount['name'] === name);
      return mine.length === 0 || mine.some(({ readOnly }) => readOnly !== true);
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
