import { Arg, Args, Ctx, Directive, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Cost } from '../../../runtime/graph/cost.js';
import { pageOf, pageRequest } from '../../../../kernel/page.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { WorkloadPageArgs } from './workload-page.args.js';
import { type PartialConnection, toPartialConnection } from '../entities/partial-connection.resolver.js';
import type { PodService } from '../pod/pod.service.js';
import { type Pod, PodConnection } from '../pod/pod.type.js';
import type { WorkloadReader } from '../../inspection/workload.reader.js';
import { toYaml } from '../../model/workload.rules.js';
import type { WorkloadService } from './workload.service.js';
import { Workload, WorkloadConnection } from './workload.type.js';

@Resolver(() => Workload)
export class WorkloadResolver {
  constructor(
    private readonly reader: WorkloadReader,
    private readonly service: WorkloadService,
    private readonly podService: PodService,
  ) {}

  @Cost(150)
  @Query(() => Workload, {
    nullable: true,
    description: 'The workload with this id; null when the account has none.',
  })
  async workload(
    @Arg('id', () => ID, { description: 'Id of the workload.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Workload | null> {
    return (await this.reader.find(id, context)) ?? null;
  }

  // Asks the API servers of all clusters.
  @Cost(20_000)
  @Query(() => WorkloadConnection, {
    description: "Workloads of all the account's clusters, by cluster, namespace, name and kind.",
  })
  async workloads(
    @Args(() => WorkloadPageArgs) args: WorkloadPageArgs,
    @Ctx() context: RequestContext,
  ): Promise<PartialConnection<Workload>> {
    const selection = args.filter ?? {};
    const clusterId = selection.clusterId ?? null;
    const request = { selection, page: pageRequest(args, 4) };
    const page =
      clusterId === null
        ? await this.service.ofAccount(request, context)
        : await this.service.ofCluster(clusterId, request, context);
    const count = () => this.service.count(clusterId, selection, context);
    return toPartialConnection(page, { key: workloadKey, after: args.after, count });
  }

  // Read from the API server and written anew, up to a megabyte.
  @Cost(100)
  @FieldResolver(() => String, { description: 'Its manifest, as `kubectl get -o yaml` prints it.' })
  yaml(@Root() workload: Workload): string {
    return toYaml(workload.object);
  }

  @Cost(50)
  @FieldResolver(() => PodConnection, {
    description: 'Its pods by name, also those that it has through replica sets or jobs.',
  })
  async pods(
    @Root() workload: Workload,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<PartialConnection<Pod>> {
    const { limit, key: [last = ''] = [] } = pageRequest(args);
    const { pods, problems } = await this.podService.ofWorkload(workload, context);
    const rest = pods.filter(({ name }) => name > last);
    const count = () => Promise.resolve(pods.length);
    const page = { ...pageOf(rest, limit), problems };
    return toPartialConnection(page, { key: ({ name }) => [name], after: args.after, count });
  }

  @Directive('@inaccessible')
  @FieldResolver(() => ID, { description: 'The id again, as the key of references by `Query.node`.' })
  resourceId(@Root() { id }: Workload): string {
    return id;
  }
}

/** The sort columns of a workload in lists. */
export function workloadKey({ cluster, namespace, name, kind }: Workload): string[] {
  return [cluster.id, namespace, name, kind];
}
