import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { toPayload } from '../entities/payloads.type.js';
import type { ComponentCheckService } from './component-check.service.js';
import {
  CheckComponentsPayload,
  ConfigureComponentPayload,
  InstallComponentPayload,
  RestoreComponentPayload,
  UninstallComponentPayload,
  UpgradeComponentPayload,
} from './component-payloads.type.js';
import type { ComponentService } from './component.service.js';
import {
  CheckComponentsInput,
  ConfigureComponentInput,
  InstallComponentInput,
  RestoreComponentInput,
  UninstallComponentInput,
  UpgradeComponentInput,
} from './component.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';

@Resolver()
export class ComponentMutations {
  constructor(
    private readonly service: ComponentService,
    private readonly checks: ComponentCheckService,
  ) {}

  @Mutation(() => InstallComponentPayload, { description: 'Installs a component in a cluster.' })
  installComponent(
    @Ctx() context: RequestContext,
    @Arg('input', () => InstallComponentInput, { description: 'The component and its cluster.' })
    input: InstallComponentInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.install(context.actor, input, dryRun));
  }

  @Mutation(() => UpgradeComponentPayload, { description: 'Upgrades a component to a newer version.' })
  upgradeComponent(
    @Ctx() context: RequestContext,
    @Arg('input', () => UpgradeComponentInput, { description: 'The component and the version.' })
    input: UpgradeComponentInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.upgrade(context.actor, input, dryRun));
  }

  @Mutation(() => ConfigureComponentPayload, {
    description: 'Sets parameters of a component. Values that its schema does not allow are rejected.',
  })
  configureComponent(
    @Ctx() context: RequestContext,
    @Arg('input', () => ConfigureComponentInput, { description: 'The component and its parameters.' })
    input: ConfigureComponentInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.configure(context.actor, input, dryRun));
  }

  @Mutation(() => UninstallComponentPayload, {
    description: 'Uninstalls a component. Rejected with COMPONENT_REQUIRED for system components.',
  })
  uninstallComponent(
    @Ctx() context: RequestContext,
    @Arg('input', () => UninstallComponentInput, { description: 'The component to uninstall.' })
    input: UninstallComponentInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.uninstall(context.actor, input, dryRun));
  }

  @Mutation(() => RestoreComponentPayload, {
    description: 'Restores a component to the applied manifest and reverts changes outside the platform.',
  })
  restoreComponent(
    @Ctx() context: RequestContext,
    @Arg('input', () => RestoreComponentInput, { description: 'The component to restore.' })
    input: RestoreComponentInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.restore(context.actor, input, dryRun));
  }

  @Mutation(() => CheckComponentsPayload, {
    description:
      'Compares the components of a cluster with its Kubernetes objects. The platform does so every ten minutes.',
  })
  async checkComponents(
    @Ctx() context: RequestContext,
    @Arg('input', () => CheckComponentsInput, { description: 'The cluster whose components are compared.' })
    input: CheckComponentsInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    const result = await toResult(() => this.checks.check(context.actor, input, dryRun));
    context.loaders.clear();
    if (result.ok) return { components: result.value, operation: null, userErrors: [] };
    return { components: [], operation: null, userErrors: result.problems.map(toUserError) };
  }
}
