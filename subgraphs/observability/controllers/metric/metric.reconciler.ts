import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import { done, type Reconciler, requeueAfter, type Schedule } from '../../../../engine/contract.js';
import { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import {
  KubernetesStatusError,
  KubernetesUnavailable,
} from '../../../../engine/kubernetes/kubernetes-error.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import { METRICS } from '../../model/reconciler-kinds.js';
import { MetricStore } from '../../store/metric.store.js';
import { scrape } from '../../inspection/scrape.js';

/** Milliseconds between two measurements of a cluster. */
export const SCRAPE_INTERVAL_MS = 15_000;
/** Milliseconds until a failed measurement is retried. */
export const SCRAPE_RETRY_MS = 30_000;
/** Milliseconds without a sample after which no reconciler is considered to measure the cluster. */
const UNMEASURED_MS = 60_000;
/** Retention of samples in milliseconds. */
const METRIC_RETENTION_MS = 24 * 3_600_000;

/** Periodically measures a cluster while it has a Kubernetes API. */
export function metricReconciler(platform: Pick<Platform, 'kubernetes'>): Reconciler {
  return {
    kind: METRICS,
    async reconcile(clusterId, { database, clock, log, signal }) {
      const access = (await clusterAccess(database, null, [clusterId])).get(clusterId);
      if (!access) return done;
      try {
        const client = new KubernetesClient(platform.kubernetes.of(access), { clusterId, signal });
        await new MetricStore(database).add(await scrape(client, clusterId, clock.now()));
        return requeueAfter(SCRAPE_INTERVAL_MS);
      } catch (err) {
        if (!(err instanceof KubernetesUnavailable || err instanceof KubernetesStatusError)) throw err;
        log.debug({ err, clusterId }, 'a cluster could not be measured');
        return requeueAfter(SCRAPE_RETRY_MS);
      }
    },
  };
}

/** Enqueues clusters that no reconciler measures, and deletes old samples. */
export const metricSchedules: readonly Schedule[] = [
  {
    name: 'metrics-start',
    cron: '* * * * *',
    async run({ database, clock }) {
      const since = new Date(clock.now().getTime() - UNMEASURED_MS);
      await enqueueAll(database, METRICS, await new MetricStore(database).unmeasured(since));
    },
  },
  {
    name: 'metrics-retention',
    cron: '*/10 * * * *',
    async run({ database, clock }) {
      await new MetricStore(database).prune(new Date(clock.now().getTime() - METRIC_RETENTION_MS));
    },
  },
];
