import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Platform } from '../../../../engine/platform.js';
import { type ConnectionValue, toConnection } from '../../../runtime/graph/connection.type.js';
import type { EventInterface } from '../../../runtime/graph/event.type.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { Cluster } from '../entities/entities.type.js';
import { toEvent } from './to-event.js';
import type { EventService } from './event.service.js';
import { EventConnection } from './event.type.js';
import { EventPageArgs } from './event-page.args.js';

/** Lists of events. */
@Resolver(() => Cluster)
export class EventResolver {
  constructor(
    private readonly service: EventService,
    private readonly cursors: Platform['cursors'],
  ) {}

  @Query(() => EventConnection, { description: "The account's events, newest first." })
  events(
    @Args(() => EventPageArgs) args: EventPageArgs,
    @Ctx() context: RequestContext,
  ): Promise<ConnectionValue<EventInterface>> {
    return this.list(args.filter?.clusterId ?? null, args, context);
  }

  @FieldResolver(() => EventConnection, {
    name: 'events',
    description: 'Events of the cluster, newest first.',
  })
  clusterEvents(
    @Root() cluster: Cluster,
    @Args(() => EventPageArgs) args: EventPageArgs,
    @Ctx() context: RequestContext,
  ): Promise<ConnectionValue<EventInterface>> {
    // No event of this cluster matches a filter for another one.
    const clusterId = (args.filter?.clusterId ?? cluster.id) === cluster.id ? cluster.id : '';
    return this.list(clusterId, args, context);
  }

  private async list(clusterId: string | null, args: EventPageArgs, context: RequestContext) {
    const { first, after } = args;
    const filter = args.filter ?? {};
    const page = await this.service.page(clusterId, filter, { first, after, context });
    const count = () => this.service.count(clusterId, filter, context);
    const key = ({ sequence }: { sequence: bigint }) => [sequence.toString()];
    const { edges, ...rest } = toConnection(page, { key, after, count });
    const cursors = this.cursors.ofLists(context.actor.account);
    const mapped = edges.map(({ cursor, node }) => ({ cursor, node: toEvent(node, cursors) }));
    return { ...rest, edges: mapped, nodes: mapped.map(({ node }) => node) };
  }
}
