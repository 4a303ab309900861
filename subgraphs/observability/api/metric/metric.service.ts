import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { type ClusterAccess, clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { decodeWorkloadId } from '../../../../engine/kubernetes/workload-ref.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { loadForCluster } from '../entities/cluster-loader.js';
import {
  CLUSTER_SUBJECT,
  labelsOf,
  type MetricRange,
  type MetricSeries,
  metricUnits,
  workloadSubject,
} from '../../model/metric.rules.js';
import { METRICS } from '../../model/reconciler-kinds.js';
import type { MetricStore, Sample, SubjectRef } from '../../store/metric.store.js';
import { scrape } from '../../inspection/scrape.js';

/** Clusters that one request measures concurrently. */
const SCRAPE_CONCURRENCY = 8;
/** Timeout of a measurement on request, in milliseconds. */
const SCRAPE_TIMEOUT_MS = 5_000;
/** Minimum milliseconds between two measurements of a cluster on request. */
const MIN_SCRAPE_INTERVAL_MS = 5_000;
/** A range that ended at most this many milliseconds ago includes the present. */
const PRESENT_MS = 60_000;

interface ClusterMetricQuery {
  readonly range: MetricRange;
  readonly perNode: boolean;
}

/** Reads the metrics of clusters and workloads. Those of other accounts are handled as if they did not exist. */
export class MetricService {
  private readonly clusterLoaderKey = {};
  private readonly workloadLoaderKey = {};
  private readonly scraped = new LRUCache<string, true>({ max: 10_000, ttl: MIN_SCRAPE_INTERVAL_MS });

  constructor(
    private readonly platform: Pick<Platform, 'database' | 'clock' | 'kubernetes' | 'log'>,
    private readonly store: MetricStore,
  ) {}

  async ofCluster(
    clusterId: string,
    query: ClusterMetricQuery,
    context: RequestContext,
  ): Promise<MetricSeries[]> {
    const read = (ids: readonly string[], shared: ClusterMetricQuery) =>
      this.readClusters(ids, shared, context.actor.account);
    return toSeries((await loadForCluster(this.clusterLoaderKey, { clusterId, query }, context, read)) ?? []);
  }

  async ofWorkload(workloadId: string, range: MetricRange, context: RequestContext): Promise<MetricSeries[]> {
    const ref = decodeWorkloadId(workloadId);
    if (!ref) return [];
    // Grouped by workload, not by cluster: the loader's key stands for one subject.
    const subject = workloadSubject(ref);
    const key = { clusterId: keyOf({ clusterId: ref.clusterId, subject }), query: range };
    const read = (keys: readonly string[], shared: MetricRange) =>
      this.readWorkloads(keys, shared, context.actor.account);
    return toSeries((await loadForCluster(this.workloadLoaderKey, key, context, read)) ?? []);
  }

  private async readClusters(
    ids: readonly string[],
    { range, perNode }: ClusterMetricQuery,
    account: string,
  ): Promise<Map<string, Sample[]>> {
    const accesses = await clusterAccess(this.platform.database.prisma, account, ids);
    const ownIds = [...accesses.keys()];
    if (ownIds.length === 0) return new Map();
    const [own, nodes] = await Promise.all([
      this.store.means(
        ownIds.map((clusterId) => ({ clusterId, subject: CLUSTER_SUBJECT })),
        range,
      ),
      perNode ? this.store.nodeMeans(ownIds, range) : [],
    ]);
    const found = Map.groupBy([...own, ...nodes], ({ clusterId }) => clusterId);
    const missing = [...accesses.values()].filter(({ clusterId }) => !found.has(clusterId));
    for (const sample of await this.measureNow(missing, range)) {
      if (sample.subject !== CLUSTER_SUBJECT && !(perNode && sample.subject.startsWith('node/'))) continue;
      found.set(sample.clusterId, [...(found.get(sample.clusterId) ?? []), atStep(sample, range)]);
    }
    return found;
  }

  private async readWorkloads(
    keys: readonly string[],
    range: MetricRange,
    account: string,
  ): Promise<Map<string, Sample[]>> {
    const subjects = keys.map((key) => {
      const [clusterId, subject] = JSON.parse(key) as [string, string];
      return { clusterId, subject } satisfies SubjectRef;
    });
    const accesses = await clusterAccess(this.platform.database.prisma, account, [
      ...new Set(subjects.map(({ clusterId }) => clusterId)),
    ]);
    const permitted = subjects.filter(({ clusterId }) => accesses.has(clusterId));
    if (permitted.length === 0) return new Map();
    const samples = await this.store.means(permitted, range);
    const found = Map.groupBy(samples, keyOf);
    const unknown = permitted.filter((subject) => !found.has(keyOf(subject)));
    const clusters = [...accesses.values()].filter((access) =>
      unknown.some(({ clusterId }) => clusterId === access.clusterId),
    );
    const missing = new Set(unknown.map(keyOf));
    for (const sample of await this.measureNow(clusters, range)) {
      if (missing.has(keyOf(sample)))
        found.set(keyOf(sample), [...(found.get(keyOf(sample)) ?? []), atStep(sample, range)]);
    }
    return found;
  }

  /** Measures clusters without samples, so that the first query for a new cluster returns values. */
  private async measureNow(accesses: readonly ClusterAccess[], { from, to }: MetricRange): Promise<Sample[]> {
    const now = this.platform.clock.now();
    if (now < from || now.getTime() - to.getTime() > PRESENT_MS) return [];
    const due = accesses.filter(({ clusterId }) => !this.scraped.has(clusterId));
    for (const { clusterId } of due) this.scraped.set(clusterId, true);
    const limit = pLimit(SCRAPE_CONCURRENCY);
    const parts = await Promise.all(due.map((access) => limit(() => this.measure(access, now))));
    await this.store.add(parts.flat());
    // From now on the reconciler measures these clusters, without waiting for the schedule that starts it.
    await enqueueAll(
      this.platform.database.prisma,
      METRICS,
      due.map(({ clusterId }) => clusterId),
    );
    return parts.flat();
  }

  private async measure(access: ClusterAccess, at: Date): Promise<Sample[]> {
    const { clusterId } = access;
    const signal = AbortSignal.timeout(SCRAPE_TIMEOUT_MS);
    try {
      return await scrape(
        new KubernetesClient(this.platform.kubernetes.of(access), { clusterId, signal }),
        clusterId,
        at,
      );
    } catch (err) {
      this.platform.log.debug({ err, clusterId }, 'a cluster could not be measured on request');
      return [];
    }
  }
}

function keyOf({ clusterId, subject }: SubjectRef): string {
  return JSON.stringify([clusterId, subject]);
}

/** Moves the sample to the start of its step; one that was measured just after the end belongs to the last step. */
function atStep(sample: Sample, { from, to, step }: MetricRange): Sample {
  const into = Math.min(sample.at.getTime(), to.getTime() - 1) - from.getTime();
  return { ...sample, at: new Date(from.getTime() + Math.floor(into / (step * 1000)) * step * 1000) };
}

function toSeries(samples: readonly Sample[]): MetricSeries[] {
  const groups = Map.groupBy(samples, ({ subject, name }) => `${subject} ${name}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const points = group.map(({ at, value }) => ({ at, value }));
    return [{ name: first.name, unit: metricUnits[first.name], labels: labelsOf(first.subject), points }];
  });
}
