import type { LoggedEvent } from '../../../engine/contract.js';
import type { EventFilter } from '../../../engine/event-log.js';
import type { Platform } from '../../../engine/platform.js';
import type { EventCursors } from '../../../kernel/event-cursor.js';
import { EventLevel } from '../../../kernel/graph/event.type.js';
import type { RequestContext } from '../../../kernel/subgraph.js';
import type { ClusterStore } from '../cluster/cluster.store.js';
import { noSuchCluster } from '../cluster/create-cluster.service.js';
import { openStream } from './event-stream.js';
import { ProvisioningEvent } from './provisioning-event.type.js';

export interface ProvisioningEventsRequest {
  readonly clusterId?: string | null;
  readonly after?: string | null;
}

/** Streams what is done to clusters, node pools and nodes. */
export class ProvisioningEventService {
  constructor(
    private readonly platform: Platform,
    private readonly clusters: ClusterStore,
  ) {}

  /**
   * What follows the cursor, else what follows now. When it resolves the position is fixed: whatever is committed
   * from then on is in the stream. Refuses `NOT_FOUND` and `INVALID_CURSOR`; the stream itself `CURSOR_EXPIRED`.
   */
  async open(
    context: RequestContext,
    request: ProvisioningEventsRequest,
  ): Promise<AsyncGenerator<ProvisioningEvent>> {
    const { events, cursors } = this.platform;
    const { account } = context.actor;
    const { clusterId } = request;
    const after = request.after == null ? await events.head(account) : cursors.decode(account, request.after);
    if (clusterId != null && (await this.clusters.byIds(account, [clusterId])).length === 0)
      noSuchCluster(['clusterId']);
    const filter: EventFilter = { categories: ['PROVISIONING'], ...(clusterId != null && { clusterId }) };
    return openStream(context, async function* (signal) {
      for await (const event of events.follow(account, { after, signal, filter })) {
        yield toProvisioningEvent(event, cursors);
      }
    });
  }
}

function toProvisioningEvent(event: LoggedEvent, cursors: EventCursors): ProvisioningEvent {
  const { id, account, sequence, at, type, level, reason, message, clusterId, nodePoolId, operationId } =
    event;
  return Object.assign(new ProvisioningEvent(), {
    ...{ id, at, type, reason, message, clusterId, nodePoolId, operationId },
    level: EventLevel[level],
    cursor: cursors.encode(account, sequence),
  });
}
