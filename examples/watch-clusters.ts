/** Prints each cluster of the account, then each change, until Ctrl-C. */
import { createClient, type ClusterSummaryFragment, WatchClustersDocument } from '@fleetgraph/client';
import { connectionFromFlags } from './flags.js';
import { webSocketImpl } from './web-socket.js';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

await using client = createClient({
  ...(await connectionFromFlags('watch-clusters', "Shows the account's clusters as they change")),
  webSocketImpl,
  onRetry: ({ error, delayMs }) => console.error(`${error.message}; retrying in ${delayMs} ms`),
});

const fleet = new Map<string, ClusterSummaryFragment>();
for await (const { watchClusters: change } of client.subscribe(
  WatchClustersDocument,
  {},
  { signal: stop.signal },
)) {
  const { type, cluster } = change;
  if (type === 'SYNCED') console.log(`-- ${fleet.size} clusters; changes follow`);
  if (!cluster) continue;
  if (type === 'DELETED') fleet.delete(cluster.id);
  else fleet.set(cluster.id, cluster);
  console.log(`${type.padEnd(8)} ${cluster.name} ${cluster.state} (${cluster.region.id})`);
}
