import { LRUCache } from 'lru-cache';
import type { Container, Pod, PodVolume } from '../kubernetes/kinds/core.js';

/** Most volumes with files, of all nodes of a cluster, most files of each, and most characters of all. */
const MAX_VOLUMES = 1_000;
const MAX_FILES = 100;
const MAX_CHARACTERS = 64 * 1024 * 1024;

/** A volume of a container: where it is mounted, and the key of its files. */
interface Mount {
  readonly path: string;
  readonly key: string;
}

/**
 * The files that containers leave in volumes of the types emptyDir and hostPath: containers that start later find them. A running
 * container does not see what another one writes. They are lost when kubesim ends.
 */
export class SharedVolumes {
  private readonly volumes = new LRUCache<string, ReadonlyMap<string, string>>({
    max: MAX_VOLUMES,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (files) => [...files].reduce((sum, [name, text]) => sum + name.length + text.length, 1),
  });

  /** The files that a container finds at its start, by their paths in it. */
  filesOf(pod: Pod, container: Container): (readonly [path: string, text: string])[] {
    return mountsOf(pod, container).flatMap(({ path, key }) =>
      [...(this.volumes.get(key) ?? [])].map(([name, text]) => [`${path}${name}`, text] as const),
    );
  }

  /** Keeps the files that a container has in its volumes when it ends. */
  keep(pod: Pod, container: Container, files: ReadonlyMap<string, string>): void {
    for (const { path, key } of mountsOf(pod, container)) {
      const below = [...files].filter(([name]) => name.startsWith(`${path}/`)).slice(0, MAX_FILES);
      if (below.length > 0)
        this.volumes.set(key, new Map(below.map(([name, text]) => [name.slice(path.length), text])));
      else this.volumes.delete(key);
    }
  }

  /** Forgets the volumes that end with a pod. */
  forget({ metadata, spec }: Pod): void {
    for (const { name } of spec.volumes ?? []) this.volumes.delete(`${metadata.uid}/${name}`);
  }
}

/** The files that a container has in volumes whose files others find. */
export function sharedFiles(
  pod: Pod,
  container: Container,
  files: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const roots = mountsOf(pod, container).map(({ path }) => `${path}/`);
  return new Map([...files].filter(([name]) => roots.some((root) => name.startsWith(root))));
}

/** Whether a container has a volume whose files others find. */
export function sharesFiles(pod: Pod, container: Container): boolean {
  return mountsOf(pod, container).length > 0;
}

function mountsOf(pod: Pod, { volumeMounts = [] }: Container): Mount[] {
  return volumeMounts.flatMap(({ name, mountPath, subPath }) => {
    const volume = pod.spec.volumes?.find((candidate) => candidate.name === name);
    const key = volume && keyOf(pod, volume);
    return key === undefined ? [] : [{ path: mountPath.replace(/\/$/, ''), key: withSubPath(key, subPath) }];
  });
}

function withSubPath(key: string, subPath: string | undefined): string {
  return subPath === undefined ? key : `${key}/${subPath}`;
}

/** What tells a volume from others: its pod, or the node and the path; undefined for volumes of other types. */
function keyOf({ metadata, spec }: Pod, { name, emptyDir, hostPath }: PodVolume): string | undefined {
  if (hostPath) return `${spec.nodeName ?? ''}:${hostPath.path}`;
  return emptyDir ? `${metadata.uid}/${name}` : undefined;
}
