import type { RequestContext } from '../../../runtime/subgraph.js';

/** A query about one cluster. */
export interface ClusterQuery<Q> {
  readonly clusterId: string;
  readonly query: Q;
}

/**
 * Loads a value for a cluster; equal queries of a request about several clusters are read together. `owner` identifies
 * the loader within the request; `read` returns the values of those of the clusters that have one.
 */
export function loadForCluster<Q, V>(
  owner: object,
  key: ClusterQuery<Q>,
  context: RequestContext,
  read: (clusterIds: readonly string[], query: Q) => Promise<ReadonlyMap<string, V>>,
): Promise<V | undefined> {
  const batch = async (keys: readonly ClusterQuery<Q>[]): Promise<(V | undefined)[]> => {
    const groups = Map.groupBy(keys, ({ query }) => textOf(query));
    const results = new Map<string, ReadonlyMap<string, V>>();
    const readGroup = async ([text, group]: [string, ClusterQuery<Q>[]]) => {
      const [first] = group;
      if (first)
        results.set(
          text,
          await read(
            group.map(({ clusterId }) => clusterId),
            first.query,
          ),
        );
    };
    await Promise.all([...groups].map(readGroup));
    return keys.map(({ clusterId, query }) => results.get(textOf(query))?.get(clusterId));
  };
  return context.loaders.of<ClusterQuery<Q>, V | undefined>(owner, batch, { cacheKeyFn: textOf }).load(key);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}
