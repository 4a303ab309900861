import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Cost } from '../../../runtime/graph/cost.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { JSONScalar } from '../../../runtime/graph/scalars.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { PoolTaint } from '../entities/pool-config.type.js';
import type { NodeMetadata } from '../../model/node-metadata.js';
import type { NodeMetadataReader } from '../../inspection/node-metadata.reader.js';
import { Node } from '../entities/node.type.js';
import type { UpdatedNode, UpdateNodeService } from './update-node.service.js';
import { UpdateNodeInput, UpdateNodePayload } from './update-node.type.js';

const READ =
  'read from the Kubernetes API of the cluster. Null while the API does not answer or does not have the node.';

@Resolver(() => Node)
export class NodeMetadataResolver {
  constructor(
    private readonly reader: NodeMetadataReader,
    private readonly updates: UpdateNodeService,
  ) {}

  @Cost(100)
  @FieldResolver(() => JSONScalar, {
    nullable: true,
    description: `Labels of the node, as an object of strings, ${READ}`,
  })
  async labels(@Ctx() context: RequestContext, @Root() node: UpdatedNode) {
    return (await this.metadata(context, node))?.labels ?? null;
  }

  @Cost(100)
  @FieldResolver(() => JSONScalar, {
    nullable: true,
    description: `Annotations of the node, as an object of strings, ${READ}`,
  })
  async annotations(@Ctx() context: RequestContext, @Root() node: UpdatedNode) {
    return (await this.metadata(context, node))?.annotations ?? null;
  }

  @Cost(100)
  @FieldResolver(() => [PoolTaint], { nullable: true, description: `Taints of the node, ${READ}` })
  async taints(@Ctx() context: RequestContext, @Root() node: UpdatedNode) {
    return (await this.metadata(context, node))?.taints ?? null;
  }

  @Cost(450)
  @Mutation(() => UpdateNodePayload, {
    description:
      'Changes labels, annotations and taints of a running node in Kubernetes. Upgrades, repairs and changes of the pool keep them, except a label or taint whose key the pool sets later. Vertical scaling copies them to the node that replaces this one; other new nodes do not get them. To change all nodes of a pool, use updateNodePool.',
  })
  async updateNode(
    @Ctx() context: RequestContext,
    @Arg('input', () => UpdateNodeInput, { description: 'The node and the changes.' })
    input: UpdateNodeInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    const result = await toResult(() => this.updates.update(context.actor, input, dryRun));
    context.loaders.clear();
    if (result.ok) return { node: result.value, operation: null, userErrors: [] };
    return { node: null, operation: null, userErrors: result.problems.map(toUserError) };
  }

  private async metadata(context: RequestContext, node: UpdatedNode): Promise<NodeMetadata | undefined> {
    const loader = context.loaders.of<string, NodeMetadata | undefined>(this.reader, async (keys) => {
      const found = await this.reader.ofNodes(context.actor, keys);
      return keys.map((key) => found.get(key));
    });
    return node.metadata ?? loader.load(`${node.clusterId}/${node.name}`);
  }
}
