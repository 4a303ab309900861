import { throwNotFound } from '../../../../engine/not-found.js';
import { type EventFilter, LogBookmark } from '../../../../engine/events/event-log.js';
import type { Platform } from '../../../../engine/platform.js';
import { Bookmark } from '../../../runtime/execution/bookmark.js';
import { setParentSpan } from '../../../../kernel/tracing/event-trace.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterStore } from '../../store/cluster.store.js';
import { openStream } from './event-stream.js';
import { toProvisioningEvent } from './provisioning-event.rules.js';
import type { ProvisioningEvent } from './provisioning-event.type.js';

export interface ProvisioningEventsRequest {
  readonly clusterId?: string | null;
  readonly after?: string | null;
}

/** Streams the changes of clusters, node pools and nodes. */
export class ProvisioningEventService {
  constructor(
    private readonly platform: Platform,
    private readonly clusters: ClusterStore,
  ) {}

  /**
   * Streams the events after the cursor, or the events from now on. The position is fixed when the promise resolves:
   * every event that is committed later is in the stream. Rejects with `NOT_FOUND` and `INVALID_CURSOR`; the stream
   * itself can fail with `CURSOR_EXPIRED`.
   */
  async open(
    context: RequestContext,
    request: ProvisioningEventsRequest,
  ): Promise<AsyncGenerator<ProvisioningEvent | Bookmark>> {
    const { events } = this.platform;
    const { account } = context.actor;
    const { clusterId } = request;
    const cursors = this.platform.cursors.of({ account, field: 'provisioningEvents', args: { clusterId } });
    const after = request.after == null ? await events.head(account) : cursors.decode(request.after).sequence;
    if (clusterId != null && (await this.clusters.byIds(account, [clusterId])).length === 0)
      throwNotFound('CLUSTER', clusterId, ['clusterId']);
    const filter: EventFilter = { categories: ['PROVISIONING'], ...(clusterId != null && { clusterId }) };
    return openStream(context, async function* (signal) {
      for await (const step of events.tail(account, { after, signal, filter })) {
        if (step instanceof LogBookmark) yield new Bookmark(cursors.encode(step), step.caughtUp);
        else yield setParentSpan(toProvisioningEvent(step, cursors), step.traceparent);
      }
    });
  }
}
