import type { NetworkRequest } from '../../../engine/providers/infrastructure-provider.js';
import type { Database } from '../../../kernel/postgres/database.js';
import { findClusterNetwork } from './cluster-network.store.js';
import { vSwitchPlaces } from './vswitch.store.js';

/** Returns the network parameters for the provider; empty if the platform manages no network for the cluster. */
export async function networkOf(
  database: Database,
  clusterId: string,
): Promise<{ readonly network?: NetworkRequest }> {
  const row = await findClusterNetwork(database, clusterId);
  if (!row) return {};
  const vSwitches = await vSwitchPlaces(database, row.vSwitchIds);
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
