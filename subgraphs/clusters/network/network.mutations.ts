import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { toUserError } from '../../../kernel/graph/user-error.type.js';
import { settle } from '../../../kernel/result.js';
import type { RequestContext } from '../../../kernel/subgraph.js';
import { loadById, type ReadByIds } from '../loading.js';
import * as input from './network.input.js';
import type { NetworkService } from './network.service.js';
import type { NetworkStore } from './network.store.js';
import {
  DeleteNetworkPartPayload,
  SecurityGroupPayload,
  VpcPayload,
  VSwitchPayload,
} from './network.type.js';

@Resolver()
export class NetworkMutations {
  constructor(
    private readonly service: NetworkService,
    private readonly store: NetworkStore,
  ) {}

  @Mutation(() => VpcPayload, { description: 'Makes a VPC.' })
  createVpc(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.CreateVpcInput, { description: 'The VPC.' }) wish: input.CreateVpcInput,
  ) {
    return this.vpcPayload(context, () => this.service.createVpc(context.actor, wish));
  }

  @Mutation(() => VpcPayload, { description: 'Gives a VPC another name.' })
  updateVpc(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.UpdateVpcInput, { description: 'What to change.' }) wish: input.UpdateVpcInput,
  ) {
    return this.vpcPayload(context, () => this.service.updateVpc(context.actor, wish));
  }

  @Mutation(() => VSwitchPayload, { description: 'Makes a vSwitch in a VPC.' })
  async createVSwitch(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.CreateVSwitchInput, { description: 'The vSwitch.' })
    wish: input.CreateVSwitchInput,
  ) {
    const work = () => this.service.createVSwitch(context.actor, wish);
    const { row, userErrors } = await changed(context, this.store.vSwitches, work);
    return { vSwitch: row, userErrors };
  }

  @Mutation(() => SecurityGroupPayload, { description: 'Makes a security group in a VPC.' })
  createSecurityGroup(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.CreateSecurityGroupInput, { description: 'The security group.' })
    wish: input.CreateSecurityGroupInput,
  ) {
    return this.groupPayload(context, () => this.service.createSecurityGroup(context.actor, wish));
  }

  @Mutation(() => SecurityGroupPayload, { description: 'Changes name or rules of a security group.' })
  updateSecurityGroup(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.UpdateSecurityGroupInput, { description: 'What to change.' })
    wish: input.UpdateSecurityGroupInput,
  ) {
    return this.groupPayload(context, () => this.service.updateSecurityGroup(context.actor, wish));
  }

  @Mutation(() => DeleteNetworkPartPayload, {
    description:
      'Deletes a VPC, vSwitch or security group that nothing uses, or a load balancer or address that a deleted cluster left.',
  })
  async deleteNetworkPart(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.DeleteNetworkPartInput, { description: 'What to delete.' })
    wish: input.DeleteNetworkPartInput,
  ) {
    const result = await settle(() => this.service.delete(context.actor, wish));
    context.loaders.clear();
    if (result.ok) return { deletedId: result.value, userErrors: [] };
    return { deletedId: null, userErrors: result.problems.map(toUserError) };
  }

  private async vpcPayload(context: RequestContext, work: () => Promise<string>) {
    const { row, userErrors } = await changed(context, this.store.vpcs, work);
    return { vpc: row, userErrors };
  }

  private async groupPayload(context: RequestContext, work: () => Promise<string>) {
    const { row, userErrors } = await changed(context, this.store.securityGroups, work);
    return { securityGroup: row, userErrors };
  }
}

async function changed<T extends { readonly id: string }>(
  context: RequestContext,
  read: ReadByIds<T>,
  work: () => Promise<string>,
) {
  const result = await settle(work);
  // Mutations of one request run one after the other: the next shows what this one has changed.
  context.loaders.clear();
  if (!result.ok) return { row: null, userErrors: result.problems.map(toUserError) };
  return { row: await loadById(context, read, result.value), userErrors: [] };
}
