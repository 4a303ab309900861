import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import { done, type Reconciler, requeueAfter, type Schedule } from '../../../../engine/contract.js';
import { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import {
  KubernetesStatusError,
  KubernetesUnavailable,
} from '../../../../engine/kubernetes/kubernetes-error.js';
import { allOf } from '../../../../engine/kubernetes/pod-owners.js';
import { listPath } from '../../../../engine/kubernetes/paths.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import {
  type CoreEvent,
  type EventsRead,
  newEvents,
  nextSeenUids,
} from '../../model/kubernetes-event.rules.js';
import { KUBERNETES_EVENTS } from '../../model/reconciler-kinds.js';
import { KubernetesEventStore } from '../../store/kubernetes-event.store.js';

/** Milliseconds between two reads of the Events of a cluster. */
export const EVENT_READ_INTERVAL_MS = 30_000;
/** Milliseconds until a failed read is retried. */
export const EVENT_READ_RETRY_MS = 60_000;
/** Milliseconds without a read after which no reconciler is considered to read the cluster. */
const READ_TIMEOUT_MS = 120_000;
/** Maximum number of Events that a read lists. */
const MAX_LISTED = 5_000;

/** Periodically appends the Kubernetes Events of a cluster to the event log while the cluster has a Kubernetes API. */
export function kubernetesEventReconciler(platform: Pick<Platform, 'kubernetes'>): Reconciler {
  return {
    kind: KUBERNETES_EVENTS,
    async reconcile(clusterId, { database, clock, log, signal }) {
      const store = new KubernetesEventStore(database);
      const access = (await clusterAccess(database, null, [clusterId])).get(clusterId);
      if (!access) {
        await store.delete(clusterId);
        return done;
      }
      try {
        const reading = await store.reading(clusterId);
        const read = await readEvents(
          new KubernetesClient(platform.kubernetes.of(access), { clusterId, signal }),
        );
        await store.advance(reading, {
          account: access.account,
          at: clock.now(),
          uids: nextSeenUids(read, reading.uids),
          events: newEvents(clusterId, read, reading),
        });
        return requeueAfter(EVENT_READ_INTERVAL_MS);
      } catch (err) {
        if (!(err instanceof KubernetesUnavailable || err instanceof KubernetesStatusError)) throw err;
        log.debug({ err, clusterId }, 'the Events of a cluster could not be read');
        return requeueAfter(EVENT_READ_RETRY_MS);
      }
    },
  };
}

/** Enqueues clusters whose Events no reconciler reads. */
export const kubernetesEventSchedules: readonly Schedule[] = [
  {
    name: 'kubernetes-events-start',
    cron: '* * * * *',
    async run({ database, clock }) {
      const since = new Date(clock.now().getTime() - READ_TIMEOUT_MS);
      await enqueueAll(database, KUBERNETES_EVENTS, await new KubernetesEventStore(database).unread(since));
    },
  },
];

/** Lists in pages: a page uses a twentieth of a full list's share of the API server's concurrency limit. */
async function readEvents(client: KubernetesClient): Promise<EventsRead> {
  const byUid = new Map<string, CoreEvent>();
  const path = listPath({ apiVersion: 'v1', resource: 'events' });
  for await (const event of allOf<CoreEvent>(client, path)) {
    if (byUid.size === MAX_LISTED) return { byUid, truncated: true };
    if (event.metadata?.uid) byUid.set(event.metadata.uid, event);
  }
  return { byUid, truncated: false };
}
