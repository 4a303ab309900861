import {
  type ClusterAccess,
  clustersWithAccess,
  putClusterAccess,
} from '../../../../engine/kubernetes/cluster-access.js';
import type { Platform } from '../../../../engine/platform.js';

/** How long the platform's own credentials are valid. */
const PLATFORM_TTL_MINUTES = 365 * 24 * 60;
/** No name of a person: those have a colon. */
const PLATFORM_USER = { name: 'fleetgraph', groups: ['system:masters'] };

/** The platform's credentials for a cluster, issued by the provider. They are not recorded yet. */
export async function issueAccess(
  { provider, clock }: Pick<Platform, 'provider' | 'clock'>,
  cluster: { readonly id: string; readonly account: string },
): Promise<ClusterAccess> {
  const expiresAt = new Date(clock.now().getTime() + PLATFORM_TTL_MINUTES * 60_000);
  const { server, caData, token } = await provider.credentials(cluster.id, { ...PLATFORM_USER, expiresAt });
  return { clusterId: cluster.id, account: cluster.account, server, caData, token };
}

/** Issues the platform's credentials for every cluster anew: those it has were signed with another secret. */
export async function renewAccess(platform: Platform): Promise<void> {
  const { prisma } = platform.database;
  for (const cluster of await clustersWithAccess(prisma))
    await putClusterAccess(prisma, await issueAccess(platform, cluster));
}
