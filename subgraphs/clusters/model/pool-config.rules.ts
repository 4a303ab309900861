import { posix } from 'node:path';
import { protectedPath, protectedPathIn } from '../../../kernel/kubernetes/protected-paths.js';
import type { Problem } from '../../../kernel/result.js';
import { imageProblem, nodeImages } from './node-image.js';
import { isVirtual } from './instance-category.js';
import { validateLabels } from './name.rules.js';
import type { InstanceTypeValue } from './version.rules.js';
import type {
  DiskValue,
  NullablePartial,
  InstanceSettings,
  PoolConfigRequest,
  TaintValue,
} from './pool-config.js';

type Types = ReadonlyMap<string, InstanceTypeValue>;

const MAX_TAINTS = 50;
const MAX_DATA_DISKS = 16;
const MIN_DISK = 40;
const MAX_SYSTEM_DISK = 500;
const MAX_DATA_DISK = 32_768;
const MAX_USER_DATA = 16 * 1024;
const MAX_UNAVAILABLE = 1000;
/** Control characters except tab, line feed and carriage return. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;
const TAINT_KEY = /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** Validates the configuration; `path` is the path of the pool in the input. */
export function validatePoolConfig(
  request: PoolConfigRequest,
  types: Types,
  path: readonly string[],
): Problem[] {
  const instanceConfig = request.instanceConfig ?? {};
  const here = [...path, 'instanceConfig'];
  return [
    ...validateLabels(request.labels, [...path, 'labels']),
    ...taintProblems(request.taints ?? [], [...path, 'taints']),
    ...imageProblems(request, types, [...here, 'imageId']),
    ...diskProblems(instanceConfig, here),
    ...userDataProblems(instanceConfig.userData, [...here, 'userData']),
    ...spotProblems(instanceConfig, here),
    ...virtualProblems(request, here),
    ...managementProblems(request, path),
  ];
}

function invalid(message: string, path: readonly string[]): Problem {
  return { code: 'INVALID_INPUT', message, path };
}

function taintProblems(taints: readonly TaintValue[], path: readonly string[]): Problem[] {
  if (taints.length > MAX_TAINTS)
    return [invalid(`At most ${MAX_TAINTS} taints, not ${taints.length}.`, path)];
  return taints.flatMap(({ key }, index) =>
    TAINT_KEY.test(key) ? [] : [invalid(`${key} is no key of a taint.`, [...path, String(index), 'key'])],
  );
}

function imageProblems(request: PoolConfigRequest, types: Types, path: readonly string[]): Problem[] {
  const id = request.instanceConfig?.imageId;
  const { instanceTypes } = request;
  const mixed = architectureProblems(instanceTypes, types, [...path.slice(0, -2), 'instanceTypes']);
  if (mixed.length > 0) return mixed;
  if (id == null) return [];
  const problem = imageProblem(id, path);
  return problem ? [problem] : imageFitProblems({ imageId: id, instanceTypes }, types, path);
}

/** An image supports only one architecture, so the instance types of a pool must share it. */
export function architectureProblems(
  instanceTypes: readonly string[],
  types: Types,
  path: readonly string[],
): Problem[] {
  if (architecturesOf(instanceTypes, types).size <= 1) return [];
  return [invalid('The instance types of a pool have one architecture.', path)];
}

/**
 * Rejects an image of another architecture than the instance types. An empty imageId means the default image, which
 * always fits.
 */
export function imageFitProblems(
  { imageId, instanceTypes }: { readonly imageId: string; readonly instanceTypes: readonly string[] },
  types: Types,
  path: readonly string[],
): Problem[] {
  const image = nodeImages.get(imageId);
  const [architecture, another] = architecturesOf(instanceTypes, types);
  if (!image || architecture === undefined || another !== undefined) return [];
  if (image.architecture === architecture) return [];
  return [invalid(`${imageId} is for ${image.architecture}, the instance types are ${architecture}.`, path)];
}

function architecturesOf(instanceTypes: readonly string[], types: Types): ReadonlySet<string> {
  return new Set(instanceTypes.flatMap((type) => types.get(type)?.architecture ?? []));
}

function diskProblems(instanceConfig: NullablePartial<InstanceSettings>, path: readonly string[]): Problem[] {
  const system = instanceConfig.systemDisk;
  const data = instanceConfig.dataDisks ?? [];
  const tooMany = data.length > MAX_DATA_DISKS;
  return [
    ...(system ? sizeProblem(system, MAX_SYSTEM_DISK, [...path, 'systemDisk']) : []),
    ...(tooMany
      ? [invalid(`At most ${MAX_DATA_DISKS} data disks, not ${data.length}.`, [...path, 'dataDisks'])]
      : []),
    ...data.slice(0, MAX_DATA_DISKS).flatMap((disk, index) => {
      const here = [...path, 'dataDisks', String(index)];
      return [
        ...sizeProblem(disk, MAX_DATA_DISK, here),
        ...mountProblems(disk.mountTarget, [...here, 'mountTarget']),
      ];
    }),
  ];
}

function sizeProblem({ sizeGiB }: DiskValue, most: number, path: readonly string[]): Problem[] {
  if (sizeGiB >= MIN_DISK && sizeGiB <= most) return [];
  return [invalid(`A disk has ${MIN_DISK} to ${most} GiB, not ${sizeGiB}.`, [...path, 'sizeGiB'])];
}

/** Validates a mount path on nodes. */
export function mountProblems(target: string | null | undefined, path: readonly string[]): Problem[] {
  if (target == null) return [];
  if (!target.startsWith('/')) return [invalid('A path of a node begins with /.', path)];
  if (posix.normalize(target) === '/') return [invalid('The root of a node is no place to mount at.', path)];
  const taken = protectedPath(target);
  if (taken === undefined) return [];
  return [{ code: 'PROTECTED_PATH', message: `Kubernetes keeps its own data in ${taken}.`, path }];
}

/** Validates the script that instances run at first boot. */
function userDataProblems(script: string | null | undefined, path: readonly string[]): Problem[] {
  if (script == null) return [];
  const bytes = Buffer.byteLength(script);
  if (bytes > MAX_USER_DATA)
    return [invalid(`A script has at most ${MAX_USER_DATA} bytes, not ${bytes}.`, path)];
  if (CONTROL.test(script)) return [invalid('A script is text: it has no control characters.', path)];
  const taken = protectedPathIn(script);
  if (taken === undefined) return [];
  const message = `The script names ${taken}, where Kubernetes keeps its own data; changes there break the node.`;
  return [{ code: 'PROTECTED_PATH', message, path }];
}

function spotProblems(instanceConfig: NullablePartial<InstanceSettings>, path: readonly string[]): Problem[] {
  const { chargeType, spotStrategy, spotPriceLimit } = instanceConfig;
  if (chargeType !== 'SPOT') {
    const field =
      spotStrategy != null ? 'spotStrategy' : spotPriceLimit != null ? 'spotPriceLimit' : undefined;
    return field === undefined
      ? []
      : [invalid(`${field} is for instances of charge type SPOT.`, [...path, field])];
  }
  const limited = spotStrategy === 'SPOT_WITH_PRICE_LIMIT';
  if (limited === (spotPriceLimit != null) && (spotPriceLimit ?? 1) > 0) return [];
  return [
    invalid('spotPriceLimit is larger than 0, and goes with SPOT_WITH_PRICE_LIMIT.', [
      ...path,
      'spotPriceLimit',
    ]),
  ];
}

function virtualProblems(
  { instanceTypes, instanceConfig }: PoolConfigRequest,
  path: readonly string[],
): Problem[] {
  if (!instanceTypes.some(isVirtual) || (instanceConfig?.chargeType ?? 'POSTPAID') === 'POSTPAID') return [];
  return [invalid('Container instances of virtual nodes are paid by use.', [...path, 'chargeType'])];
}

function managementProblems(request: PoolConfigRequest, path: readonly string[]): Problem[] {
  const { maxUnavailable, allowSystemDiskReset } = request.management ?? {};
  const here = [...path, 'management'];
  const wrong = maxUnavailable != null && (maxUnavailable < 1 || maxUnavailable > MAX_UNAVAILABLE);
  return [
    ...(wrong ? [invalid(`maxUnavailable is 1 to ${MAX_UNAVAILABLE}.`, [...here, 'maxUnavailable'])] : []),
    ...(allowSystemDiskReset && !request.acknowledgeRisk
      ? [
          {
            code: 'RISK_NOT_ACKNOWLEDGED' as const,
            message:
              'A repair that replaces the system disk loses what is on it. Keep data on data disks, NAS or OSS.',
            path: [...here, 'allowSystemDiskReset'],
          },
        ]
      : []),
  ];
}

/** Validates a pool's zones; `zoneIds` are those of its region. */
export function poolZoneProblems(
  { instanceConfig }: PoolConfigRequest,
  zoneIds: readonly string[],
  path: readonly string[],
): Problem[] {
  return (instanceConfig?.zoneIds ?? []).flatMap((id, index) =>
    zoneIds.includes(id)
      ? []
      : [
          {
            code: 'UNKNOWN_ZONE' as const,
            message: `The region has no zone ${id}; it has ${zoneIds.join(', ')}.`,
            path: [...path, 'instanceConfig', 'zoneIds', String(index)],
          },
        ],
  );
}

/** Autoscaling can remove nodes that run system components, so the default pool requires an acknowledgement. */
export function defaultPoolProblems(
  pool: {
    readonly autoscaling?: { readonly enabled: boolean } | null | undefined;
    readonly acknowledgeRisk?: boolean | null | undefined;
  },
  path: readonly string[],
): Problem[] {
  if (!pool.autoscaling?.enabled || pool.acknowledgeRisk) return [];
  const message =
    'The pool holds the system components; scaling it by itself can make the cluster unstable. Use another pool for it.';
  return [{ code: 'RISK_NOT_ACKNOWLEDGED', message, path: [...path, 'autoscaling'] }];
}
