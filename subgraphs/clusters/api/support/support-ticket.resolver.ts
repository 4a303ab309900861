import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import type { ClusterRow, ClusterStore } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import type { SupportTicketService } from './support-ticket.service.js';
import type { SupportTicketRow, SupportTicketStore } from '../../store/support-ticket.store.js';
import {
  CloseSupportTicketInput,
  CloseSupportTicketPayload,
  OpenSupportTicketInput,
  OpenSupportTicketPayload,
  SupportTicket,
  SupportTicketConnection,
  SupportTicketOrder,
} from './support-ticket.type.js';
import { childConnection, loadById } from '../entities/data-loaders.js';

interface Stores {
  readonly clusters: ClusterStore;
  readonly catalog: ClusterCatalogStore;
}

@Resolver(() => SupportTicket)
export class SupportTicketResolver {
  constructor(
    private readonly service: SupportTicketService,
    private readonly tickets: SupportTicketStore,
    private readonly stores: Stores,
  ) {}

  @Query(() => SupportTicket, {
    nullable: true,
    description: 'A support ticket of the account. Null for an unknown id.',
  })
  supportTicket(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the ticket.' }) id: string,
  ) {
    return loadById(context, this.tickets.byIds, id);
  }

  @FieldResolver(() => Cluster, { description: 'Cluster that the ticket is about.' })
  cluster(@Ctx() context: RequestContext, @Root() ticket: SupportTicketRow) {
    return loadById(context, this.stores.clusters.byIds, ticket.clusterId);
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether the cluster currently has a Kubernetes version older than the newest three minor versions: then support is not guaranteed. Upgrade the cluster to change that.',
  })
  async versionUnsupported(
    @Ctx() context: RequestContext,
    @Root() ticket: SupportTicketRow,
  ): Promise<boolean> {
    const cluster = await loadById(context, this.stores.clusters.byIds, ticket.clusterId);
    const { versions } = await this.stores.catalog.read();
    return !versions.status(cluster?.version ?? ticket.version).minorSupported;
  }

  @Mutation(() => OpenSupportTicketPayload, {
    description:
      'Opens a support ticket for a cluster of any version; `versionUnsupported` and the event SUPPORT_TICKET_OPENED report versions without support.',
  })
  openSupportTicket(
    @Ctx() context: RequestContext,
    @Arg('input', () => OpenSupportTicketInput, { description: 'The question.' })
    input: OpenSupportTicketInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return payload(this.service.open(context.actor, input, dryRun));
  }

  @Mutation(() => CloseSupportTicketPayload, { description: 'Closes a support ticket.' })
  closeSupportTicket(
    @Ctx() context: RequestContext,
    @Arg('input', () => CloseSupportTicketInput, { description: 'The ticket to close.' })
    input: CloseSupportTicketInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return payload(this.service.close(context.actor, input, dryRun));
  }
}

@Resolver(() => Cluster)
export class ClusterTicketsResolver {
  constructor(private readonly tickets: SupportTicketStore) {}

  @FieldResolver(() => SupportTicketConnection, { description: 'Support tickets about the cluster.' })
  supportTickets(
    @Ctx() context: RequestContext,
    @Root() cluster: ClusterRow,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(SupportTicketOrder, 'newest first') orderBy?: SupportTicketOrder | null,
  ) {
    return childConnection(context, this.tickets.ofClusters, cluster.id, { ...page, orderBy });
  }
}

async function payload(work: Promise<SupportTicketRow | null>) {
  const result = await toResult(() => work);
  if (result.ok) return { supportTicket: result.value, operation: null, userErrors: [] };
  return { supportTicket: null, operation: null, userErrors: result.problems.map(toUserError) };
}
