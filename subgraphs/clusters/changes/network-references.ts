import { notFound } from '../../../engine/not-found.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { Problem } from '../../../kernel/result.js';
import type { NetworkRequest } from '../model/network.rules.js';
import { NetworkStore, type SecurityGroupRow, type VpcRow } from '../store/network.store.js';

const PATH = ['input', 'network'];

/** The network resources of the account that a cluster request references. */
export interface NetworkReferences {
  readonly account: string;
  readonly regionId: string;
  readonly network: NetworkRequest | null | undefined;
}

/**
 * Finds references to VPCs, vSwitches and security groups that do not exist or do not belong together. Returns them
 * all, so that the caller gets them together with the other problems.
 */
export async function networkReferenceProblems(
  db: Database | Transaction,
  { account, regionId, network }: NetworkReferences,
): Promise<Problem[]> {
  const { vpcId, vSwitchIds, securityGroupId } = network ?? {};
  if (vpcId == null) return [];
  const store = new NetworkStore(db);
  const [vpc] = await store.vpcs(account, [vpcId]);
  const vSwitches = vpc ? ((await store.vSwitchesOfVpcs(account, [vpc.id])).get(vpc.id) ?? []) : [];
  const [group] = securityGroupId == null ? [] : await store.securityGroups(account, [securityGroupId]);
  return [
    ...vpcProblems(vpc, { vpcId, regionId }),
    ...(vpc ? vSwitchProblems(vpc, vSwitchIds ?? [], new Set(vSwitches.map(({ id }) => id))) : []),
    ...(securityGroupId == null ? [] : groupProblems(group, { securityGroupId, vpc })),
  ];
}

function vpcProblems(
  vpc: VpcRow | undefined,
  { vpcId, regionId }: { readonly vpcId: string; readonly regionId: string },
): Problem[] {
  const path = [...PATH, 'vpcId'];
  if (!vpc) return [notFound('VPC', vpcId, path)];
  if (vpc.regionId === regionId) return [];
  const message = `The VPC ${vpc.id} is in ${vpc.regionId}, the cluster in ${regionId.slice(0, 60)}.`;
  return [{ code: 'NETWORK_MISMATCH', message, path }];
}

function vSwitchProblems(vpc: VpcRow, ids: readonly string[], existing: ReadonlySet<string>): Problem[] {
  return ids.flatMap((id, index): Problem[] => {
    if (existing.has(id)) return [];
    const message = `The VPC ${vpc.id} has no vSwitch ${id.slice(0, 60)}. Vpc.vSwitches lists them.`;
    return [{ code: 'NETWORK_MISMATCH', message, path: [...PATH, 'vSwitchIds', String(index)] }];
  });
}

function groupProblems(
  group: SecurityGroupRow | undefined,
  { securityGroupId, vpc }: { readonly securityGroupId: string; readonly vpc: VpcRow | undefined },
): Problem[] {
  const path = [...PATH, 'securityGroupId'];
  if (!group) return [notFound('SECURITY_GROUP', securityGroupId, path)];
  if (!vpc || group.vpcId === vpc.id) return [];
  const message = `The security group ${group.id} is in the VPC ${group.vpcId}, not in ${vpc.id}.`;
  return [{ code: 'NETWORK_MISMATCH', message, path }];
}
