import { z } from 'zod';
import type { Cloud, CloudCluster } from './cloud.js';
import { clusterOf } from './clusters.js';
import type { On } from './route.js';

const id = z.string().min(1).max(200);

const grantsSchema = z.object({
  granted: z.array(id).max(10_000),
  refused: z.array(z.object({ id, message: z.string().max(1_000) })).max(10_000),
});

/**
 * Cloud resource claims of all clusters with grants, the grants of the accounts, and the usage of container instances.
 */
export function cloudResourceRoutes(on: On): void {
  on('GET', '/cloud/v1/claims', (cloud) => ({
    status: 200,
    body: { claims: allClaims(cloud), unknownClusterIds: silentClusters(cloud) },
  }));
  on('GET', '/cloud/v1/container-uses', (cloud, _params, { query }) => ({
    status: 200,
    body: cloud.containerUses.since(Number(query['after'] ?? 0) || 0),
  }));
  on('PUT', '/cloud/v1/clusters/:id/grants', async (cloud, { id: cluster = '' }, { body }) => {
    saveGrants(cloud, clusterOf(cloud, cluster), await body(grantsSchema));
    return { status: 200, body: {} };
  });
}

function allClaims(cloud: Cloud) {
  return [...cloud.clusters.values()].flatMap(({ record, kubernetes }) => {
    const { id: clusterId, account, grants } = record;
    if (!grants) return [];
    const granted = new Set(grants.granted);
    return kubernetes.claims().map((claim) => ({
      ...claim,
      clusterId,
      account,
      granted: granted.has(claim.id),
      refusal: grants.refused[claim.id] ?? null,
    }));
  });
}

/** Clusters whose claims are not known now, because their API server does not serve. */
function silentClusters(cloud: Cloud): string[] {
  return [...cloud.clusters.values()].flatMap(({ record: { id, grants, state }, kubernetes }) =>
    grants && state !== 'CREATING' && state !== 'DELETING' && !kubernetes.isServing ? [id] : [],
  );
}

function saveGrants(
  cloud: Cloud,
  cluster: CloudCluster,
  { granted, refused }: z.infer<typeof grantsSchema>,
): void {
  const grants = {
    granted,
    refused: Object.fromEntries(refused.map((refusal) => [refusal.id, refusal.message])),
  };
  cloud.saveCluster(cluster, { grants });
  cluster.kubernetes.grantsChanged();
}
