import type { Cloud, CloudCluster } from './cloud/cloud.js';
import { apiAvailable } from './cloud/control-plane.js';
import { RealCluster } from './control-planes/real-cluster.js';
import type { ServedCluster } from './kubernetes/api/served-cluster.js';
import { ApiError, unauthorized } from './kubernetes/kinds/status.js';
import type { Simulation } from './simulation.js';

/** Number of unwritten rows above which API servers reject requests. */
const MAX_BACKLOG = 50_000;

/** The cluster with the id, for its API server. Throws ApiError if there is none, or its API server is unavailable. */
export function servedCluster(simulation: Simulation | undefined, id: string): ServedCluster {
  const { kubernetes, record } = runningCluster(simulation?.cloud, id);
  const context = simulation?.kubernetesOf(kubernetes);
  if (context instanceof RealCluster) {
    const { proxy } = context;
    if (!proxy) throw unavailable('the API server is starting');
    return { account: record.account, proxy };
  }
  if (!context) throw unavailable('the API server is not running');
  const edition = () => simulation?.cloud.clusters.get(id)?.record.edition ?? 'STANDARD';
  return { context, account: record.account, version: record.version, edition };
}

/** States of a cluster whose API server is available. */
const SERVING: readonly string[] = ['RUNNING', 'UPGRADING'];

function runningCluster(cloud: Cloud | undefined, id: string): CloudCluster {
  if (!cloud) throw unavailable('the API server is not running');
  if (cloud.parts.journal.backlog > MAX_BACKLOG) throw unavailable('the server has too much to write');
  const cluster = cloud.clusters.get(id);
  if (!cluster) throw unauthorized();
  if (!SERVING.includes(cluster.record.state)) throw unavailable('the API server is not running');
  if (!apiAvailable(cloud, cluster)) throw unavailable('etcd has no leader, or no API server is up');
  return cluster;
}

function unavailable(reason: string): ApiError {
  return new ApiError(
    503,
    'ServiceUnavailable',
    `the server is currently unable to handle the request: ${reason}`,
    { retryAfterSeconds: 1 },
  );
}
