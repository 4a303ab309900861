import {
  type ClusterAccess,
  clustersWithAccess,
  putClusterAccess,
} from '../../../../engine/kubernetes/cluster-access.js';
import type { Platform } from '../../../../engine/platform.js';

/** Lifetime of the platform's own credentials, in minutes. */
const PLATFORM_TTL_MINUTES = 365 * 24 * 60;
/** User names of the graph's callers contain a colon, so this name is distinct. */
const PLATFORM_USER = { name: 'fleetgraph', groups: ['system:masters'] };

/** Issues the platform's credentials for a cluster; the caller records them. */
export async function issueAccess(
  { provider, clock }: Pick<Platform, 'provider' | 'clock'>,
  cluster: { readonly id: string; readonly account: string },
): Promise<ClusterAccess> {
  const expiresAt = new Date(clock.now().getTime() + PLATFORM_TTL_MINUTES * 60_000);
  const { server, caData, token } = await provider.credentials(cluster.id, { ...PLATFORM_USER, expiresAt });
  return { clusterId: cluster.id, account: cluster.account, server, caData, token };
}

/** Start of the tokens of releases whose credentials no API server accepts any more: their header, `{"alg":"HS256"}`. */
const FORMER_TOKEN = 'eyJhbGciOiJIUzI1NiJ9.';

/** Reissues the platform's credentials that a former release has issued. A cluster without an answer keeps them until the next start. */
export async function renewFormerAccess(platform: Platform): Promise<void> {
  const { prisma } = platform.database;
  for (const { id, account } of await clustersWithAccess(prisma, FORMER_TOKEN))
    await issueAccess(platform, { id, account }).then(
      (access) => putClusterAccess(prisma, access),
      (err: unknown) =>
        platform.log.warn({ err, clusterId: id }, 'the credentials of a cluster were not renewed'),
    );
}

/** Reissues the platform's credentials for every cluster after the signing secret has changed. */
export async function renewAccess(platform: Platform): Promise<void> {
  const { prisma } = platform.database;
  for (const cluster of await clustersWithAccess(prisma))
    await putClusterAccess(prisma, await issueAccess(platform, cluster));
}
