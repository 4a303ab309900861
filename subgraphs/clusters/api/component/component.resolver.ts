import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { Product } from '../../../runtime/graph/product.type.js';
import { JSONScalar } from '../../../runtime/graph/scalars.js';
import { toUserError, UserError } from '../../../runtime/graph/user-error.type.js';
import type { Problem } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterRow, ClusterStore } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { childConnection, loadById, loadValue } from '../entities/data-loaders.js';
import { nextVersion } from '../../model/component-catalog.js';
import { componentDefinitions, componentEntry } from '../../store/component-catalog.js';
import {
  recommendationsFor,
  effectiveParameters,
  type Parameters,
} from '../../model/component-parameters.js';
import type { ComponentRow, ComponentStore } from '../../store/component.store.js';
import {
  Component,
  ComponentRecommendation,
  ComponentConnection,
  ComponentOrder,
  ComponentDefinition,
} from './component.type.js';

interface Stores {
  readonly components: ComponentStore;
  readonly clusters: ClusterStore;
}

@Resolver(() => Component)
export class ComponentResolver {
  constructor(private readonly stores: Stores) {}

  @Query(() => [ComponentDefinition], { description: 'The catalog of components that clusters can have.' })
  async componentDefinitions(
    @Arg('product', () => Product, {
      nullable: true,
      description: 'Only components for clusters of this product.',
    })
    product?: Product | null,
  ) {
    const entries = await componentDefinitions.entries();
    return entries.filter((entry) => product == null || entry.products.includes(product));
  }

  @Query(() => Component, {
    nullable: true,
    description: 'A component of the account. Null if it does not exist.',
  })
  component(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the component.' }) id: string,
  ) {
    return loadById(context, this.stores.components.byIds, id);
  }

  @FieldResolver(() => Cluster, { description: 'Cluster of the component.' })
  cluster(@Ctx() context: RequestContext, @Root() { clusterId }: ComponentRow) {
    return loadById(context, this.stores.clusters.byIds, clusterId);
  }

  @FieldResolver(() => ComponentDefinition, { description: 'Definition of the component in the catalog.' })
  definition(@Root() { name }: ComponentRow) {
    return componentEntry(name);
  }

  @FieldResolver(() => JSONScalar, {
    description: 'Parameters of the component: the values that were set, and defaults for the others.',
  })
  async parameters(@Root() { name, parameters }: ComponentRow) {
    const entry = await componentEntry(name);
    return entry ? effectiveParameters(entry, parameters as Parameters) : parameters;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Recommended version for an upgrade. Null if the component has the newest version that works with its cluster.',
  })
  async nextVersion(@Ctx() context: RequestContext, @Root() { name, version, clusterId }: ComponentRow) {
    const entry = await componentEntry(name);
    const cluster = await loadById(context, this.stores.clusters.byIds, clusterId);
    return entry && cluster ? nextVersion(entry, version, cluster.version) : null;
  }

  @FieldResolver(() => [ComponentRecommendation], {
    description:
      'Recommended parameters for the size of the cluster, measured by its running nodes. Empty if the current ones suit it.',
  })
  async recommendations(
    @Ctx() context: RequestContext,
    @Root() { name, parameters, clusterId }: ComponentRow,
  ) {
    const entry = await componentEntry(name);
    if (!entry) return [];
    const nodes = await loadValue(context, this.stores.components.nodeCounts, clusterId);
    return recommendationsFor(entry, parameters as Parameters, nodes ?? 0);
  }

  @FieldResolver(() => UserError, {
    nullable: true,
    description: 'Reason why the last change failed. Null if it succeeded.',
  })
  error(@Root() { error, state }: ComponentRow) {
    return error === null || state !== 'FAILED' ? null : toUserError(error as unknown as Problem);
  }
}

/** Component fields of clusters. */
@Resolver(() => Cluster)
export class ClusterComponentsResolver {
  constructor(private readonly store: ComponentStore) {}

  @FieldResolver(() => ComponentConnection, {
    description: 'Components (add-ons) of the cluster.',
  })
  components(
    @Ctx() context: RequestContext,
    @Root() { id }: ClusterRow,
    @Args(() => PageArgs) page: PageArgs,
    @OrderByArg(ComponentOrder, 'in the order of installation') orderBy?: ComponentOrder | null,
  ) {
    return childConnection(context, this.store.ofClusters, id, { ...page, orderBy });
  }
}
