import { eventsByIds } from '../../../../engine/events/event-rows.js';
import { eventTypeOf } from '../../../../engine/events/event-type.js';
import type { Platform } from '../../../../engine/platform.js';
import { ClusterCheckStore } from '../../store/cluster-check.store.js';
import { ClusterStore } from '../../store/cluster.store.js';
import { ComponentStore } from '../../store/component.store.js';
import { IncidentStore } from '../../store/incident.store.js';
import { NetworkStore } from '../../store/network.store.js';
import { toRetainedResource } from '../network/retained-resource.type.js';
import { NodePoolStore } from '../../store/node-pool.store.js';
import { NodeRepairStore } from '../../store/node-repair.store.js';
import { NodeStore } from '../../store/node.store.js';
import { OperationStore } from '../../store/operation.store.js';
import { SupportTicketStore } from '../../store/support-ticket.store.js';
import { toProvisioningEvent } from '../watch/provisioning-event.rules.js';
import { scalingGroupOf } from '../../model/scaling-group.js';
import type { ReadByIds } from '../../store/children.js';

/** Reads the resources whose ids have one prefix. */
export interface ResourceReader {
  /** GraphQL type; undefined when each row has its own `__typename`. */
  readonly type?: string;
  readonly byIds: ReadByIds<{ readonly id: string; readonly __typename?: string }>;
}

/** The readers by id prefix. They omit resources of other accounts. */
export function resourceReaders(
  platform: Pick<Platform, 'database' | 'cursors' | 'provider'>,
): Readonly<Record<string, ResourceReader>> {
  const { prisma } = platform.database;
  const networks = new NetworkStore(prisma);
  const pools = new NodePoolStore(prisma);
  return {
    asg: {
      type: 'ScalingGroup',
      byIds: async (account, ids) =>
        (await pools.ofScalingGroups(account, ids)).map(scalingGroupOf).filter((group) => group !== null),
    },
    check: { type: 'ClusterCheck', byIds: new ClusterCheckStore(prisma).byIds },
    cluster: { type: 'Cluster', byIds: new ClusterStore(prisma).byIds },
    component: { type: 'Component', byIds: new ComponentStore(prisma).byIds },
    event: { byIds: eventReader(platform) },
    i: { type: 'Instance', byIds: (account, ids) => platform.provider.unattachedInstances(account, { ids }) },
    incident: { type: 'ControlPlaneIncident', byIds: new IncidentStore(prisma).byIds },
    node: { type: 'Node', byIds: new NodeStore(prisma).byIds },
    nodepool: { type: 'NodePool', byIds: pools.byIds },
    noderepair: { type: 'NodeRepair', byIds: new NodeRepairStore(prisma).byIds },
    operation: { type: 'Operation', byIds: new OperationStore(prisma).byIds },
    resource: {
      type: 'RetainedResource',
      byIds: async (account, ids) => (await networks.retainedByIds(account, ids)).map(toRetainedResource),
    },
    sg: { type: 'SecurityGroup', byIds: networks.securityGroups },
    ticket: { type: 'SupportTicket', byIds: new SupportTicketStore(prisma).byIds },
    vpc: { type: 'Vpc', byIds: networks.vpcs },
    vsw: { type: 'VSwitch', byIds: networks.vSwitches },
  };
}

/** For event types of other subgraphs the id is enough: the gateway resolves the other fields. */
function eventReader({ database, cursors }: Pick<Platform, 'database' | 'cursors'>): ResourceReader['byIds'] {
  return async (account, ids) => {
    const events = await eventsByIds(database.prisma, account, ids);
    return events.map((event) => {
      const __typename = eventTypeOf(event);
      if (__typename !== 'ProvisioningEvent') return { __typename, id: event.id };
      return { __typename, ...toProvisioningEvent(event, cursors.ofLists(account)) };
    });
  };
}
