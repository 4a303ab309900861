import { kindOf, type ClusterKind as KindRules, type KindRequest } from '../../model/cluster-kind.rules.js';
import type { ClusterKind, ClusterKindVariant } from './cluster-kind.type.js';
import type { ClusterProfile, ClusterSpec, ClusterType } from '../entities/cluster.enums.js';
import { ClusterCapability, ClusterKindName, type ContainerRuntime } from '../entities/cluster-kind.enums.js';
import { requiredPool } from '../../model/pool-kind.rules.js';

const TYPES: readonly ClusterType[] = ['MANAGED_KUBERNETES', 'KUBERNETES', 'EXTERNAL_KUBERNETES'];
const PROFILES: readonly ClusterProfile[] = ['DEFAULT', 'EDGE', 'SERVERLESS'];
const SPECS: readonly ClusterSpec[] = ['STANDARD', 'PRO'];
const CAPABILITIES = [null, ...Object.values(ClusterCapability)];

const DESCRIPTIONS: Readonly<Record<ClusterKindName, string>> = {
  PRO: 'Managed clusters with a compensated service level and high limits, for production.',
  STANDARD: 'Managed clusters with low limits, to learn and to try.',
  DEDICATED: 'Clusters whose three masters are instances of the account, which plans and keeps them.',
  HETEROGENEOUS: 'Clusters with instances with GPUs or NPUs besides plain ones, for computing and learning.',
  SANDBOX: 'Clusters on bare metal whose pods may have a kernel of their own, for what is not trusted.',
  CONFIDENTIAL: 'Clusters on Intel SGX, for data that only the application may read.',
  EDGE: 'Clusters of nodes outside the region, which keep working while they are cut off.',
  SERVERLESS: 'Clusters without instances: pods run on container instances, billed by the second.',
  REGISTERED: 'Clusters made elsewhere, managed here together with the others.',
};

interface Combination {
  readonly request: Required<KindRequest>;
  readonly kind: KindRules;
}

/** Every valid combination of type, profile, edition and capability, with its kind. */
export function allCombinations(): Combination[] {
  return TYPES.flatMap((type) =>
    PROFILES.flatMap((profile) =>
      editions(type).flatMap((spec) =>
        CAPABILITIES.flatMap((capability): Combination[] => {
          const request = { type, profile, spec, capability };
          const { kind } = kindOf(request);
          return kind ? [{ request, kind }] : [];
        }),
      ),
    ),
  );
}

function editions(type: ClusterType): readonly (ClusterSpec | null)[] {
  return type === 'MANAGED_KUBERNETES' ? SPECS : [null];
}

/** The nine kinds with their rules, derived from `kindOf`. */
export function kindCatalog(): ClusterKind[] {
  const all = allCombinations();
  return Object.values(ClusterKindName).map((name) =>
    describe(
      name,
      all.filter(({ kind }) => kind.name === name),
    ),
  );
}

function describe(name: ClusterKindName, ways: readonly Combination[]): ClusterKind {
  const nodePools = ways.some(({ kind }) => kind.nodePools);
  return {
    name,
    description: DESCRIPTIONS[name],
    capability: ways[0]?.kind.capability ?? null,
    variants: ways.map(variant),
    nodePools,
    requiredNodePool: requiredPool(name),
    runtimes: nodePools ? runtimesOf(name) : [],
    unsupportedFields: unsupportedFields(ways),
  };
}

function variant({ request, kind }: Combination): ClusterKindVariant {
  const { type, profile } = request;
  const { spec, product, controlPlane, masters, quotas } = kind;
  return {
    type,
    profile: profile ?? 'DEFAULT',
    spec,
    product,
    controlPlane,
    masters,
    quotas: [...quotas],
  };
}

function runtimesOf(name: ClusterKindName): ContainerRuntime[] {
  return name === 'SANDBOX' ? ['CONTAINERD', 'SANDBOXED_CONTAINER_RUNV'] : ['CONTAINERD'];
}

/** The input fields that no combination of the kind accepts. */
function unsupportedFields(ways: readonly Combination[]): string[] {
  const capable = ({ request }: Combination) =>
    Object.values(ClusterCapability).some((capability) => kindOf({ ...request, capability }).kind);
  return [
    ...(ways.some(({ kind }) => kind.masters > 0) ? [] : ['masters']),
    ...(ways.some(({ kind }) => kind.nodePools) ? [] : ['nodePools']),
    ...(ways.some(capable) ? [] : ['capability']),
  ];
}
