import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { TimeZone } from '../entities/catalog-stubs.type.js';
import type { ClusterRow } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { loadValue } from '../entities/data-loaders.js';
import type { WindowRule } from '../../model/maintenance-window.rules.js';
import type { MaintenanceWindowService } from './maintenance-window.service.js';
import type { MaintenanceWindowStore } from '../../store/maintenance-window.store.js';
import {
  MaintenanceWindowOccurrence,
  MaintenanceWindow,
  SetMaintenanceWindowInput,
} from './maintenance-window.type.js';
import type { OperationRow } from '../../store/operation.store.js';
import { Operation } from '../entities/operation.type.js';
import { SetMaintenanceWindowPayload, toPayload } from '../entities/payloads.type.js';
import { ruleOf, scheduledFor } from '../../changes/scheduled-change.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';

/** A maintenance window with the time zone of its cluster. */
type WindowValue = WindowRule & { readonly enabled: boolean };
const AT = 'Time to evaluate the window at, within 20 years from now. Default: now.';

@Resolver(() => MaintenanceWindow)
export class MaintenanceWindowResolver {
  constructor(private readonly service: MaintenanceWindowService) {}

  @Mutation(() => SetMaintenanceWindowPayload, {
    description:
      'Sets the maintenance window of a cluster. Changes that wait for the window are rescheduled.',
  })
  setMaintenanceWindow(
    @Ctx() context: RequestContext,
    @Arg('input', () => SetMaintenanceWindowInput, { description: 'The maintenance window.' })
    input: SetMaintenanceWindowInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.set(context.actor, input, dryRun));
  }

  @FieldResolver(() => TimeZone, {
    description: 'Time zone of the cluster, in which the window is evaluated.',
  })
  timeZone(@Root() window: WindowValue) {
    return { id: window.timeZone };
  }

  @FieldResolver(() => MaintenanceWindowOccurrence, {
    nullable: true,
    description: 'First opening at or after a given time. Null while the window is disabled.',
  })
  nextOccurrence(
    @Root() window: WindowValue,
    @Arg('at', () => DateTimeScalar, { nullable: true, description: AT }) at?: Date | null,
  ) {
    return this.service.next(window, at);
  }

  @FieldResolver(() => Boolean, { description: 'Whether the window is open at a given time.' })
  isOpen(
    @Root() window: WindowValue,
    @Arg('at', () => DateTimeScalar, { nullable: true, description: AT }) at?: Date | null,
  ) {
    return this.service.isOpen(window, at);
  }
}

@Resolver(() => Cluster)
export class ClusterWindowResolver {
  constructor(private readonly windows: MaintenanceWindowStore) {}

  @FieldResolver(() => MaintenanceWindow, {
    nullable: true,
    description: 'Maintenance window of the cluster. Null if it was never set.',
  })
  async maintenanceWindow(@Ctx() context: RequestContext, @Root() cluster: ClusterRow) {
    const window = await loadValue(context, this.windows.ofClusters, cluster.id);
    return window ? { ...window, ...ruleOf(window, cluster) } : null;
  }
}

@Resolver(() => Operation)
export class ScheduledForResolver {
  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'Opening of the maintenance window that the operation waits or waited for. Null if it did not wait.',
  })
  scheduledFor(@Root() operation: OperationRow) {
    return scheduledFor(operation);
  }
}
