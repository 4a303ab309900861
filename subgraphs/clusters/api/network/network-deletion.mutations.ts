import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import type { NetworkDeletionService, NetworkResourceKind } from './network-deletion.service.js';
import * as input from './network-deletion.input.js';
import { toNetworkPayload } from './network.mutations.js';
import * as payload from './network-payloads.type.js';

type Flag = boolean | null | undefined;

@Resolver()
export class NetworkDeletionMutations {
  constructor(private readonly service: NetworkDeletionService) {}

  @Mutation(() => payload.DeleteVpcPayload, {
    description: 'Deletes a VPC that has no vSwitches and no security groups and that no cluster uses.',
  })
  deleteVpc(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.DeleteVpcInput, { description: 'The VPC to delete.' })
    request: input.DeleteVpcInput,
    @DryRun() dryRun?: Flag,
  ) {
    return this.delete(context, 'VPC', { input: request, dryRun });
  }

  @Mutation(() => payload.DeleteVSwitchPayload, {
    description: 'Deletes a vSwitch that no cluster and no node pool uses.',
  })
  deleteVSwitch(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.DeleteVSwitchInput, { description: 'The vSwitch to delete.' })
    request: input.DeleteVSwitchInput,
    @DryRun() dryRun?: Flag,
  ) {
    return this.delete(context, 'VSWITCH', { input: request, dryRun });
  }

  @Mutation(() => payload.DeleteSecurityGroupPayload, {
    description: 'Deletes a security group that no cluster and no node pool uses.',
  })
  deleteSecurityGroup(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.DeleteSecurityGroupInput, { description: 'The security group to delete.' })
    request: input.DeleteSecurityGroupInput,
    @DryRun() dryRun?: Flag,
  ) {
    return this.delete(context, 'SECURITY_GROUP', { input: request, dryRun });
  }

  @Mutation(() => payload.DeleteLoadBalancerPayload, {
    description: 'Deletes a load balancer that was retained when its cluster was deleted.',
  })
  deleteLoadBalancer(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.DeleteLoadBalancerInput, { description: 'The load balancer to delete.' })
    request: input.DeleteLoadBalancerInput,
    @DryRun() dryRun?: Flag,
  ) {
    return this.delete(context, 'LOAD_BALANCER', { input: request, dryRun });
  }

  @Mutation(() => payload.DeleteEipPayload, {
    description: 'Deletes a public address (EIP) that was retained when its cluster was deleted.',
  })
  deleteEip(
    @Ctx() context: RequestContext,
    @Arg('input', () => input.DeleteEipInput, { description: 'The public address to delete.' })
    request: input.DeleteEipInput,
    @DryRun() dryRun?: Flag,
  ) {
    return this.delete(context, 'EIP', { input: request, dryRun });
  }

  private delete(
    context: RequestContext,
    kind: NetworkResourceKind,
    request: { readonly input: input.DeleteVpcInput; readonly dryRun: Flag },
  ) {
    return toNetworkPayload(context, 'deletedId', () => this.service.delete(context.actor, kind, request));
  }
}
