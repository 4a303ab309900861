import type { Problem } from '../../../kernel/result.js';
import { compareVersions, type InstanceTypeValue } from './version.rules.js';
import type { ClusterKindName, ContainerRuntime } from './cluster-kind.enums.js';

/** The fields of a node pool that depend on the cluster's kind. */
export interface PoolOfKind {
  readonly instanceTypes: readonly string[];
  readonly runtime?: ContainerRuntime | null | undefined;
  readonly gpuSharing?: boolean | null | undefined;
  readonly edgeAutonomy?: boolean | null | undefined;
}

/** The cluster that a pool belongs to. */
export interface PoolCluster {
  readonly kind: ClusterKindName;
  readonly version: string;
  readonly types: ReadonlyMap<string, InstanceTypeValue>;
}

type TypeRule = (type: InstanceTypeValue) => boolean;

const hasAccelerator: TypeRule = ({ gpus, npus = 0 }) => gpus + npus > 0;
const hasSgx: TypeRule = ({ epcGiB = 0 }) => epcGiB > 0;
const isBareMetal: TypeRule = ({ bareMetal = false }) => bareMetal;

/** Kubernetes supports Docker only before this version. */
const WITHOUT_DOCKER = '1.24';

/** Validates a node pool for the cluster's kind; `path` is the path of the pool in the input. */
export function poolKindProblems(pool: PoolOfKind, home: PoolCluster, path: readonly string[]): Problem[] {
  return [
    ...runtimeProblems(pool, home, path),
    ...confidentialProblems(pool, home, path),
    ...sharingProblems(pool, home, path),
    ...autonomyProblems(pool, home, path),
  ];
}

function runtimeProblems({ instanceTypes, runtime }: PoolOfKind, home: PoolCluster, path: readonly string[]) {
  if (runtime === 'DOCKER' && compareVersions(home.version, WITHOUT_DOCKER) >= 0) {
    const message = `Kubernetes ${home.version} does not work with Docker; take CONTAINERD.`;
    return [{ code: 'INVALID_INPUT', message, path: [...path, 'runtime'] } satisfies Problem];
  }
  if (runtime !== 'SANDBOXED_CONTAINER_RUNV') return [];
  if (home.kind !== 'SANDBOX') {
    const message = 'Only sandbox clusters (capability SANDBOX) have the runtime SANDBOXED_CONTAINER_RUNV.';
    return [{ code: 'UNSUPPORTED_BY_KIND', message, path: [...path, 'runtime'] } satisfies Problem];
  }
  const why = 'no bare-metal instance; SANDBOXED_CONTAINER_RUNV runs on those only';
  return unfit(instanceTypes, home, { path, rule: isBareMetal, why });
}

function confidentialProblems(
  { instanceTypes, runtime }: PoolOfKind,
  home: PoolCluster,
  path: readonly string[],
) {
  if (home.kind !== 'CONFIDENTIAL') return [];
  const problems = unfit(instanceTypes, home, {
    path,
    rule: hasSgx,
    why: 'without Intel SGX; confidential clusters take the families g7t, c7t and r7t',
  });
  if (runtime !== 'DOCKER') return problems;
  const message = `Confidential clusters run CONTAINERD, not ${runtime}.`;
  return [
    ...problems,
    { code: 'UNSUPPORTED_BY_KIND', message, path: [...path, 'runtime'] } satisfies Problem,
  ];
}

function sharingProblems(
  { instanceTypes, gpuSharing }: PoolOfKind,
  home: PoolCluster,
  path: readonly string[],
) {
  if (!gpuSharing) return [];
  return unfit(instanceTypes, home, { path, rule: ({ gpus }) => gpus > 0, why: 'without GPUs to share' });
}

function autonomyProblems({ edgeAutonomy }: PoolOfKind, { kind }: PoolCluster, path: readonly string[]) {
  if (!edgeAutonomy || kind === 'EDGE') return [];
  const message = 'Only node pools of edge clusters (profile EDGE) have edge autonomy.';
  return [{ code: 'UNSUPPORTED_BY_KIND', message, path: [...path, 'edgeAutonomy'] } satisfies Problem];
}

interface Unfit {
  readonly path: readonly string[];
  readonly rule: TypeRule;
  readonly why: string;
}

/** One problem for each known instance type that breaks the rule. */
function unfit(ids: readonly string[], { types }: PoolCluster, { path, rule, why }: Unfit): Problem[] {
  return ids.flatMap((id, index): Problem[] => {
    const type = types.get(id);
    if (!type || rule(type)) return [];
    const here = [...path, 'instanceTypes', String(index)];
    return [{ code: 'INSTANCE_TYPE_NOT_ALLOWED', message: `${id} is an instance ${why}.`, path: here }];
  });
}

interface PoolRequirement {
  readonly what: string;
  holds(pool: PoolOfKind, types: PoolCluster['types']): boolean;
}

const everyType = ({ instanceTypes }: PoolOfKind, types: PoolCluster['types'], rule: TypeRule) =>
  instanceTypes.length > 0 &&
  instanceTypes.every((id) => {
    const type = types.get(id);
    return type !== undefined && rule(type);
  });

/** The node pool that a kind of cluster requires at creation. */
const NEEDS: Readonly<Partial<Record<ClusterKindName, PoolRequirement>>> = {
  HETEROGENEOUS: {
    what: 'a node pool whose instance types all have GPUs or NPUs',
    holds: (pool, types) => everyType(pool, types, hasAccelerator),
  },
  SANDBOX: {
    what: 'a node pool with the runtime SANDBOXED_CONTAINER_RUNV',
    holds: ({ runtime }) => runtime === 'SANDBOXED_CONTAINER_RUNV',
  },
  CONFIDENTIAL: { what: 'a node pool of instances with Intel SGX', holds: () => true },
};

/** The pool that a kind requires at creation (human-readable); null when none is required. */
export function requiredPool(kind: ClusterKindName): string | null {
  return NEEDS[kind]?.what ?? null;
}

/** Rejects a new cluster without the pool that its kind requires. */
export function validateRequiredPool(
  kind: ClusterKindName,
  pools: readonly PoolOfKind[],
  types: PoolCluster['types'],
): Problem[] {
  const need = NEEDS[kind];
  if (!need || pools.some((pool) => need.holds(pool, types))) return [];
  const message = `A cluster of the kind ${kind} begins with ${need.what}.`;
  return [{ code: 'INVALID_INPUT', message, path: ['input', 'nodePools'] }];
}
