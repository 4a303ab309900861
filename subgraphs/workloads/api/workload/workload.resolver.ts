import { Arg, Args, Ctx, Directive, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Cost } from '../../../runtime/graph/cost.js';
import { pageOf, pageRequest } from '../../../../kernel/page.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { WorkloadPageArgs } from './workload-page.args.js';
import {
  type PartialConnection,
  PROBLEMS_DESCRIPTION,
  toPartialConnection,
} from '../entities/partial-connection.js';
import { toUserError, UserError } from '../../../runtime/graph/user-error.type.js';
import type { PodService } from '../pod/pod.service.js';
import type { Pod } from '../../model/pod.rules.js';
import { PodConnection } from '../pod/pod.type.js';
import type { WorkloadReader } from '../../inspection/workload.reader.js';
import { toYaml, type Workload as WorkloadValue, workloadKey } from '../../model/workload.rules.js';
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
    description: 'A workload by id. Null if the account has no such workload.',
  })
  async workload(
    @Arg('id', () => ID, { description: 'Id of the workload.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<WorkloadValue | null> {
    return (await this.reader.find(id, context)) ?? null;
  }

  // Reads from the API servers of all clusters.
  @Cost(20_000)
  @Query(() => WorkloadConnection, {
    description: "Workloads of all the account's clusters, by cluster, namespace, name and kind.",
  })
  async workloads(
    @Args(() => WorkloadPageArgs) args: WorkloadPageArgs,
    @Ctx() context: RequestContext,
  ): Promise<PartialConnection<WorkloadValue>> {
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

  // Serializes an object of up to a megabyte.
  @Cost(100)
  @FieldResolver(() => String, {
    description: 'Manifest of the workload in YAML, as printed by `kubectl get -o yaml`.',
  })
  yaml(@Root() workload: WorkloadValue): string {
    return toYaml(workload.object);
  }

  @Cost(50)
  @FieldResolver(() => PodConnection, {
    description: 'Pods of the workload, sorted by name, including those of its replica sets or jobs.',
  })
  async pods(
    @Root() workload: WorkloadValue,
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
  resourceId(@Root() { id }: WorkloadValue): string {
    return id;
  }
}

@Resolver(() => WorkloadConnection)
export class WorkloadConnectionResolver {
  @FieldResolver(() => [UserError], { description: PROBLEMS_DESCRIPTION })
  problems(@Root() { problems }: PartialConnection<unknown>): UserError[] {
    return problems.map(toUserError);
  }
}
