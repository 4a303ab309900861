import { Arg, Ctx, Directive, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import { EventCursorScalar } from '../../../runtime/graph/scalars.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { ClusterFilter } from '../cluster/cluster.input.js';
import type { ClusterStore } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { loadById } from '../entities/data-loaders.js';
import type { NodePoolStore } from '../../store/node-pool.store.js';
import { NodePool } from '../entities/node-pool.type.js';
import type { OperationProgressService } from './operation-progress.service.js';
import type { OperationRow, OperationStore } from '../../store/operation.store.js';
import { Operation } from '../entities/operation.type.js';
import type { ProvisioningEventService, ProvisioningEventsRequest } from './provisioning-event.service.js';
import { ProvisioningEvent } from './provisioning-event.type.js';
import type { ClusterChangeValue, WatchClustersService, WatchRequest } from './watch-clusters.service.js';
import { ClusterChange } from './watch-clusters.type.js';

/** Marks a stream that begins with a snapshot: the gateway lets clients join it only before its first event. */
const INITIAL_SNAPSHOT = '@tag(name: "initial-snapshot")';

const AFTER = 'Cursor to resume after: first the changes since then, then new ones.';

export interface Streams {
  readonly provisioning: ProvisioningEventService;
  readonly progress: OperationProgressService;
  readonly watch: WatchClustersService;
}

/**
 * The subscription fields. type-graphql calls `subscribe` without an instance of the resolver, so the class is
 * created in the scope of the services.
 */
export function clusterSubscriptions(streams: Streams): object {
  @Resolver()
  class ClusterSubscriptions {
    @Subscription(() => ProvisioningEvent, {
      description: 'Live changes of clusters, node pools and nodes.',
      subscribe: ({ args, context }) =>
        streams.provisioning.open(context as RequestContext, args as ProvisioningEventsRequest),
    })
    provisioningEvents(
      @Root() event: ProvisioningEvent,
      @Arg('clusterId', () => ID, { nullable: true, description: 'Only events of this cluster.' })
      _clusterId?: string | null,
      @Arg('after', () => EventCursorScalar, { nullable: true, description: AFTER }) _after?: string | null,
    ) {
      return event;
    }

    @Directive(INITIAL_SNAPSHOT)
    @Subscription(() => Operation, {
      description: 'An operation: its current state, then each change. The stream ends with the operation.',
      subscribe: ({ args, context }) =>
        streams.progress.open(context as RequestContext, (args as { id: string }).id),
    })
    operationProgress(
      @Root() operation: OperationRow,
      @Arg('id', () => ID, { description: 'Id of the operation.' }) _id: string,
    ) {
      return operation;
    }

    @Directive(INITIAL_SNAPSHOT)
    @Subscription(() => ClusterChange, {
      description: 'A list of clusters and its changes: each cluster as ADDED, then SYNCED, then changes.',
      subscribe: ({ args, context }) => streams.watch.open(context as RequestContext, args as WatchRequest),
    })
    watchClusters(
      @Root() change: ClusterChangeValue,
      @Arg('filter', () => ClusterFilter, { nullable: true, description: 'Filter. Default: all.' })
      _filter?: ClusterFilter | null,
      @Arg('after', () => EventCursorScalar, { nullable: true, description: AFTER }) _after?: string | null,
    ) {
      return change;
    }
  }
  return new ClusterSubscriptions();
}

@Resolver(() => ProvisioningEvent)
export class ProvisioningEventResolver {
  constructor(
    private readonly stores: { clusters: ClusterStore; nodePools: NodePoolStore; operations: OperationStore },
  ) {}

  @FieldResolver(() => Cluster, { nullable: true, description: 'Cluster of the event.' })
  cluster(@Ctx() context: RequestContext, @Root() { clusterId }: ProvisioningEvent) {
    return clusterId === null ? null : loadById(context, this.stores.clusters.byIds, clusterId);
  }

  @FieldResolver(() => NodePool, { nullable: true, description: 'Node pool of the event.' })
  nodePool(@Ctx() context: RequestContext, @Root() { nodePoolId }: ProvisioningEvent) {
    return nodePoolId === null ? null : loadById(context, this.stores.nodePools.byIds, nodePoolId);
  }

  @FieldResolver(() => Operation, { nullable: true, description: 'Operation that the event belongs to.' })
  operation(@Ctx() context: RequestContext, @Root() { operationId }: ProvisioningEvent) {
    return operationId === null ? null : loadById(context, this.stores.operations.byIds, operationId);
  }
}
