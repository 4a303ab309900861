import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import * as input from './network.input.js';
import type { NetworkService } from './network.service.js';
import * as payload from './network-payloads.type.js';

type Flag = boolean | null | undefined;

@Resolver()
export class NetworkMutations {
  constructor(private readonly service: NetworkService) {}

  @Mutation(() => payload.CreateVpcPayload, { description: 'Creates a VPC.' })
  createVpc(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.CreateVpcInput, { description: 'The VPC to create.' })
    request: input.CreateVpcInput,
    @DryRun() dryRun?: Flag,
  ) {
    return toNetworkPayload(context, 'vpc', () => this.service.createVpc(context.actor, request, dryRun));
  }

  @Mutation(() => payload.UpdateVpcPayload, { description: 'Renames a VPC.' })
  updateVpc(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.UpdateVpcInput, { description: 'The changes.' })
    request: input.UpdateVpcInput,
    @DryRun() dryRun?: Flag,
  ) {
    return toNetworkPayload(context, 'vpc', () => this.service.updateVpc(context.actor, request, dryRun));
  }

  @Mutation(() => payload.CreateVSwitchPayload, { description: 'Creates a vSwitch in a VPC.' })
  createVSwitch(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.CreateVSwitchInput, { description: 'The vSwitch to create.' })
    request: input.CreateVSwitchInput,
    @DryRun() dryRun?: Flag,
  ) {
    return toNetworkPayload(context, 'vSwitch', () =>
      this.service.createVSwitch(context.actor, request, dryRun),
    );
  }

  @Mutation(() => payload.CreateSecurityGroupPayload, { description: 'Creates a security group in a VPC.' })
  createSecurityGroup(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.CreateSecurityGroupInput, { description: 'The security group to create.' })
    request: input.CreateSecurityGroupInput,
    @DryRun() dryRun?: Flag,
  ) {
    const work = () => this.service.createSecurityGroup(context.actor, request, dryRun);
    return toNetworkPayload(context, 'securityGroup', work);
  }

  @Mutation(() => payload.UpdateSecurityGroupPayload, {
    description: 'Changes the name or the rules of a security group.',
  })
  updateSecurityGroup(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.UpdateSecurityGroupInput, { description: 'The changes.' })
    request: input.UpdateSecurityGroupInput,
    @DryRun() dryRun?: Flag,
  ) {
    const work = () => this.service.updateSecurityGroup(context.actor, request, dryRun);
    return toNetworkPayload(context, 'securityGroup', work);
  }
}

/** Builds the payload of a network mutation; `field` is the name of its resource field. */
export async function toNetworkPayload<T>(context: RequestContext, field: string, work: () => Promise<T>) {
  const result = await toResult(work);
  // Mutations of one request run serially: later ones must read the rows that this one has changed.
  context.loaders.clear();
  if (!result.ok) return { [field]: null, operation: null, userErrors: result.problems.map(toUserError) };
  return { [field]: result.value, operation: null, userErrors: [] };
}
