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
import { KubernetesEventStore } from '../../store/kubernetes-event.store.js';

/** Kind of the reconciler that reads Kubernetes Events; keys are cluster ids. */
const KUBERNETES_EVENTS_KIND = 'kubernetes-events';
/** How often the Events of each cluster are read, in milliseconds. */
export const EVENT_READ_INTERVAL_MS = 30_000;
/** When a cluster that could not be read is tried again, in milliseconds. */
export const EVENT_READ_RETRY_MS = 60_000;
/** A cluster not read for this long has nobody who reads it, in milliseconds. */
const READ_TIMEOUT_MS = 120_000;
/** Events that one reading lists at most. */
const MAX_LISTED = 5_000;

/** Appends the Kubernetes Events of one cluster to the event log again and again, as long as it has a Kubernetes API. */
export function kubernetesEventReconciler(platform: Pick<Platform, 'kubernetes'>): Reconciler {
  return {
    kind: KUBERNETES_EVENTS_KIND,
    async reconcile(clusterId, { database, clock, log, signal }) {
      const store = new KubernetesEventStore(database);
      const access = (await clusterAccess(database, null, [clusterId])).get(clusterId);
      if (!access) {
        await store.forget(clusterId);
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

/** Begins to read the Events of clusters where nobody reads them. */
export const kubernetesEventSchedules: readonly Schedule[] = [
  {
    name: 'kubernetes-events-start',
    cron: '* * * * *',
    async run({ database, clock }) {
      const since = new Date(clock.now().getTime() - READ_TIMEOUT_MS);
      await enqueueAll(
        database,
        KUBERNETES_EVENTS_KIND,
        await new KubernetesEventStore(database).unread(since),
      );
    },
  },
];

/** In pages, which cost the API server's budget of lists a twentieth. */
async function readEvents(client: KubernetesClient): Promise<EventsRead> {
  const byUid = new Map<string, CoreEvent>();
  const path = listPath({ apiVersion: 'v1', resource: 'events' });
  for await (const event of allOf<CoreEvent>(client, path)) {
    if (byUid.size === MAX_LISTED) return { byUid, cut: true };
    if (event.metadata?.uid) byUid.set(event.metadata.uid, event);
  }
  return { byUid, cut: false };
}
