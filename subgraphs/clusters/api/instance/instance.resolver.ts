import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { UnattachedInstance } from '../../../../engine/providers/node-pool-provider.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { Zone } from '../entities/catalog-stubs.type.js';
import { InstanceType } from '../entities/instance-type.type.js';
import { ConvertChargeTypePayload, toPayload } from '../entities/payloads.type.js';
import type { ChargeConversionService } from './charge-conversion.service.js';
import type { InstanceService } from './instance.service.js';
import {
  ConvertChargeTypeInput,
  Instance,
  InstanceConnection,
  InstanceFilter,
  NodeImage,
  ReleaseInstancesInput,
  ReleaseInstancesPayload,
} from './instance.type.js';
import { instanceCategory } from '../../model/instance-category.js';
import type { InstanceTypeValue } from '../../model/version.rules.js';
import { nodeImages, supportsNodes } from '../../model/node-image.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { InstanceCategory } from '../entities/instance-category.enum.js';

@Resolver(() => InstanceType)
export class InstanceCategoryResolver {
  @FieldResolver(() => InstanceCategory, { description: 'Category of instances of the type.' })
  category(@Root() type: InstanceTypeValue) {
    return instanceCategory(type);
  }
}

@Resolver(() => Instance)
export class InstanceResolver {
  constructor(
    private readonly instances: InstanceService,
    private readonly conversions: ChargeConversionService,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  @Query(() => InstanceConnection, {
    name: 'instances',
    description:
      'Instances of the account that belong to no cluster: created in the cloud, kept when their node was removed, or left by a failed creation.',
  })
  list(
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => InstanceFilter, { nullable: true, description: 'Filter. Default: all.' })
    filter?: InstanceFilter | null,
  ) {
    return this.instances.list(context, filter ?? {}, page);
  }

  @Query(() => [NodeImage], { description: 'Images of the cloud; those that are supported can run nodes.' })
  nodeImages(
    @Arg('supported', () => Boolean, {
      nullable: true,
      description: 'True: only images that can run nodes; false: only the others.',
    })
    supported?: boolean | null,
  ) {
    return [...nodeImages.values()]
      .map((image) => ({ ...image, supported: supportsNodes(image) }))
      .filter((image) => supported == null || image.supported === supported);
  }

  @Mutation(() => ReleaseInstancesPayload, {
    description: 'Releases detached instances. Subscription instances are rejected.',
  })
  async releaseInstances(
    @Ctx() context: RequestContext,
    @Arg('input', () => ReleaseInstancesInput, { description: 'The instances.' })
    input: ReleaseInstancesInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    const result = await toResult(() => this.instances.release(context.actor, input, dryRun));
    if (!result.ok) return { releasedIds: [], operation: null, userErrors: result.problems.map(toUserError) };
    const { releasedIds, problems } = result.value;
    return { releasedIds, operation: null, userErrors: problems.map(toUserError) };
  }

  @Mutation(() => ConvertChargeTypePayload, {
    description: 'Converts the instances of nodes from pay-as-you-go to subscription.',
  })
  convertChargeType(
    @Ctx() context: RequestContext,
    @Arg('input', () => ConvertChargeTypeInput, { description: 'The nodes and the new charge type.' })
    input: ConvertChargeTypeInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.conversions.convert(context.actor, input, dryRun));
  }

  @FieldResolver(() => InstanceType, { nullable: true, description: 'Type of the instance.' })
  async instanceType(@Root() instance: UnattachedInstance) {
    return (await this.catalog.read()).instanceTypes.get(instance.instanceType);
  }

  @FieldResolver(() => Zone, { description: 'Zone of the instance.' })
  zone(@Root() instance: UnattachedInstance) {
    return { id: instance.zoneId };
  }
}
