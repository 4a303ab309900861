import type { Problem } from '../../../kernel/result.js';
import catalog from '../../../prisma/catalog/node-images.json' with { type: 'json' };

/** An image for the system disk of instances. */
export interface NodeImageValue {
  readonly id: string;
  readonly name: string;
  /** ALIBABA_CLOUD_LINUX, CENTOS, WINDOWS_SERVER, WINDOWS_SERVER_CORE, UBUNTU. */
  readonly osFamily: string;
  readonly osVersion: string;
  readonly architecture: string;
}

/** The image catalog by id. It is part of the release. */
export const nodeImages: ReadonlyMap<string, NodeImageValue> = new Map(
  catalog.map((image) => [image.id, image]),
);

/** The default image of an architecture: Alibaba Cloud Linux 2. */
function defaultImage(architecture: string): string {
  const all = [...nodeImages.values()];
  const found = all.find((image) => image.architecture === architecture && supportsNodes(image));
  return found?.id ?? all[0]?.id ?? '';
}

/** The image of a pool's nodes: the configured one, or the default. */
export function imageOf({ imageId }: { readonly imageId: string }, architecture = 'amd64'): string {
  return imageId || defaultImage(architecture);
}

/** Whether nodes can run this operating system. */
export function supportsNodes({
  osFamily,
  osVersion,
}: Pick<NodeImageValue, 'osFamily' | 'osVersion'>): boolean {
  switch (osFamily) {
    case 'ALIBABA_CLOUD_LINUX':
    case 'CENTOS':
      return major(osVersion) === (osFamily === 'CENTOS' ? 7 : 2);
    case 'WINDOWS_SERVER':
      return osVersion === '2019';
    case 'WINDOWS_SERVER_CORE':
      return coreRelease(osVersion) >= coreRelease('1809');
    default:
      return false;
  }
}

function major(version: string): number {
  return Number(version.split('.')[0]);
}

/** Sortable release of Windows Server Core: year and month (1809), or since 2020 year and half (20H2). */
function coreRelease(version: string): number {
  const half = /^(\d\d)H([12])$/.exec(version);
  if (half) return Number(half[1]) * 100 + (half[2] === '1' ? 5 : 10);
  return /^\d{4}$/.test(version) ? Number(version) : 0;
}

/** The operating system of an image, as in the label `kubernetes.io/os`; Linux for a pool that names no image. */
export function osOf(imageId: string): 'linux' | 'windows' {
  return nodeImages.get(imageId)?.osFamily.startsWith('WINDOWS') ? 'windows' : 'linux';
}

/** Rejects an image that does not exist or that nodes cannot run. */
export function imageProblem(id: string, path: readonly string[]): Problem | undefined {
  const image = nodeImages.get(id);
  if (!image)
    return { code: 'UNKNOWN_IMAGE', message: `There is no image ${id}; see Query.nodeImages.`, path };
  if (supportsNodes(image)) return undefined;
  const message = `${image.name} cannot run a node; Alibaba Cloud Linux 2, CentOS 7.x, Windows Server 2019 and Windows Server Core 1809 or later can.`;
  return { code: 'OS_NOT_SUPPORTED', message, path };
}
