import type { RequestContext } from '../../../runtime/subgraph.js';

/** Something asked of one cluster. */
export interface ClusterQuery<Q> {
  readonly clusterId: string;
  readonly query: Q;
}

/**
 * Answers questions about clusters; those of a request that ask the same of several clusters are read together.
 * `owner` stands for the question, `read` answers it for all the clusters that have an answer.
 */
export function loadForCluster<Q, V>(
  owner: object,
  key: ClusterQuery<Q>,
  context: RequestContext,
  read: (clusterIds: readonly string[], query: Q) => Promise<ReadonlyMap<string, V>>,
): Promise<V | undefined> {
  const batch = async (keys: readonly ClusterQuery<Q>[]): Promise<(V | undefined)[]> => {
    const groups = Map.groupBy(keys, ({ query }) => textOf(query));
    const answers = new Map<string, ReadonlyMap<string, V>>();
    const readGroup = async ([text, group]: [string, ClusterQuery<Q>[]]) => {
      const [first] = group;
      if (first)
        answers.set(
          text,
          await read(
            group.map(({ clusterId }) => clusterId),
            first.query,
          ),
        );
    };
    await Promise.all([...groups].map(readGroup));
    return keys.map(({ clusterId, query }) => answers.get(textOf(query))?.get(clusterId));
  };
  return context.loaders.of<ClusterQuery<Q>, V | undefined>(owner, batch, { cacheKeyFn: textOf }).load(key);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}
