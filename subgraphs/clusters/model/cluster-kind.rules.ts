import type { Problem } from '../../../kernel/result.js';
import type { ClusterProfile, ClusterSpec, ClusterType } from './cluster.enums.js';
import type { ClusterCapability, ClusterKindName, ControlPlaneOwner } from './cluster-kind.enums.js';
import { quotasOf } from './kind-quotas.rules.js';
import type { Product } from '../../../kernel/product.js';

/** The fields of a request that determine the kind of a cluster. */
export interface KindRequest {
  readonly type: ClusterType;
  readonly profile?: ClusterProfile | null | undefined;
  readonly spec?: ClusterSpec | null | undefined;
  readonly capability?: ClusterCapability | null | undefined;
}

/** A kind of cluster with the rules that follow from it. */
export interface ClusterKind {
  readonly name: ClusterKindName;
  readonly product: Product;
  /** The edition; null for kinds without editions. */
  readonly spec: ClusterSpec | null;
  readonly capability: ClusterCapability | null;
  readonly controlPlane: ControlPlaneOwner;
  /** Number of the account's instances that run the control plane. */
  readonly masters: 0 | 3;
  readonly nodePools: boolean;
  /** Resources of the quotas that clusters of this kind use. */
  readonly quotas: readonly string[];
}

const PRODUCTS: Readonly<Record<ClusterProfile, Readonly<Record<ClusterSpec, Product>>>> = {
  DEFAULT: { STANDARD: 'ACK_STANDARD', PRO: 'ACK_PRO' },
  SERVERLESS: { STANDARD: 'ASK_STANDARD', PRO: 'ASK_PRO' },
  EDGE: { STANDARD: 'EDGE_STANDARD', PRO: 'EDGE_PRO' },
};
const BY_CAPABILITY: Readonly<Record<ClusterCapability, ClusterKindName>> = {
  GPU: 'HETEROGENEOUS',
  SANDBOX: 'SANDBOX',
  CONFIDENTIAL: 'CONFIDENTIAL',
};

/**
 * Determines the kind, product and rules of a cluster, or why the combination does not exist. Availability checks,
 * quotas, cluster creation and the catalog of kinds all use this function.
 */
export function kindOf(request: KindRequest): { kind?: ClusterKind; problems: Problem[] } {
  const problems = [...editionProblems(request), ...capabilityProblems(request)];
  if (problems.length > 0) return { problems };
  const name = nameOf(request);
  const { product, spec } = productAndSpec(request);
  const controlPlane = ownerOf(request.type);
  const nodePools = name !== 'SERVERLESS' && name !== 'REGISTERED';
  const kind: ClusterKind = {
    name,
    product,
    spec,
    capability: request.capability ?? null,
    controlPlane,
    masters: controlPlane === 'ACCOUNT' ? 3 : 0,
    nodePools,
    quotas: quotasOf(product, { nodePools, controlPlane }),
  };
  return { kind, problems };
}

function nameOf({ type, profile, spec, capability }: KindRequest): ClusterKindName {
  if (type === 'EXTERNAL_KUBERNETES') return 'REGISTERED';
  if (capability) return BY_CAPABILITY[capability];
  if (type === 'KUBERNETES') return 'DEDICATED';
  if (profile === 'EDGE' || profile === 'SERVERLESS') return profile;
  return spec === 'PRO' ? 'PRO' : 'STANDARD';
}

function productAndSpec(request: KindRequest): Pick<ClusterKind, 'product' | 'spec'> {
  if (request.type === 'KUBERNETES') return { product: 'ACK_DEDICATED', spec: null };
  if (request.type === 'EXTERNAL_KUBERNETES') return { product: 'REGISTERED', spec: null };
  const spec = request.spec ?? 'STANDARD';
  return { product: PRODUCTS[request.profile ?? 'DEFAULT'][spec], spec };
}

function ownerOf(type: ClusterType): ControlPlaneOwner {
  if (type === 'KUBERNETES') return 'ACCOUNT';
  return type === 'EXTERNAL_KUBERNETES' ? 'EXTERNAL' : 'PLATFORM';
}

/** Only managed clusters have profiles and editions. */
function editionProblems({ type, profile, spec }: KindRequest): Problem[] {
  if (type === 'MANAGED_KUBERNETES') return [];
  const problems: Problem[] = [];
  if (profile != null && profile !== 'DEFAULT') {
    const message = `A cluster of type ${type} has the profile DEFAULT, not ${profile}.`;
    problems.push({ code: 'INVALID_INPUT', message, path: ['input', 'profile'] });
  }
  if (spec === 'PRO') {
    const message = `A cluster of type ${type} has no editions; leave spec out.`;
    problems.push({ code: 'INVALID_INPUT', message, path: ['input', 'spec'] });
  }
  return problems;
}

/**
 * Only clusters of the profile DEFAULT that are not registered have capabilities; CONFIDENTIAL (Intel SGX) also
 * requires a managed cluster.
 */
function capabilityProblems({ type, profile, capability }: KindRequest): Problem[] {
  if (!capability) return [];
  const reject = (message: string): Problem[] => [
    { code: 'UNSUPPORTED_BY_KIND', message, path: ['input', 'capability'] },
  ];
  if (type === 'EXTERNAL_KUBERNETES') return reject('A registered cluster has no capabilities of ours.');
  if (profile != null && profile !== 'DEFAULT')
    return reject(`A cluster of the profile ${profile} cannot have the capability ${capability}.`);
  if (capability === 'CONFIDENTIAL' && type !== 'MANAGED_KUBERNETES')
    return reject('Confidential clusters are managed ones: type MANAGED_KUBERNETES.');
  return [];
}
