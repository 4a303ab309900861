import type { NetworkRequest } from '../../../engine/providers/infrastructure-provider.js';
import type { Database } from '../../../kernel/postgres/database.js';

/** How the provider is to connect a cluster; nothing for one without a network of ours. */
export async function networkOf(
  database: Database,
  clusterId: string,
): Promise<{ readonly network?: NetworkRequest }> {
  const row = await database.clusterNetwork.findUnique({ where: { clusterId } });
  if (!row) return {};
  const vSwitches = await database.vSwitch.findMany({
    where: { id: { in: row.vSwitchIds } },
    select: { id: true, zoneId: true, cidr: true },
    orderBy: { id: 'asc' },
  });
  const { podCidr, nodeCidrMask, serviceCidr } = row;
  return {
    network: {
      plugin: row.plugin === 'TERWAY' ? 'TERWAY' : 'FLANNEL',
      vpcId: row.vpcId,
      ...(podCidr !== null && { podCidr }),
      ...(nodeCidrMask !== null && { nodeCidrMask }),
      serviceCidr,
      vSwitches,
    },
  };
}
