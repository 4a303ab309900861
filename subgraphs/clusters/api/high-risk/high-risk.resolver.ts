import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { isId } from '../../../../kernel/ids.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { HighRiskOperation, RiskSection } from '../entities/product-guide.type.js';
import type { ClusterRow } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import type { NodeStore } from '../../store/node.store.js';
import { Node } from '../entities/node.type.js';
import type { NetworkStore } from '../../store/network.store.js';
import { SecurityGroup } from '../entities/network.type.js';
import type { NodePoolStore } from '../../store/node-pool.store.js';
import { NodePool } from '../entities/node-pool.type.js';
import { drillTarget, riskRow, notSimulatedReason } from '../../store/high-risk-catalog.js';
import type { HighRiskService } from './high-risk.service.js';
import type { RiskFindingRow, RiskFindingStore } from '../../store/high-risk.store.js';
import {
  HighRiskFinding,
  HighRiskTarget,
  PerformHighRiskOperationInput,
  PerformHighRiskOperationPayload,
  RemediateHighRiskOperationInput,
  RemediateHighRiskOperationPayload,
  SetNodeSysctlsInput,
  SetNodeSysctlsPayload,
} from './high-risk.type.js';
import { loadById, loadValue } from '../entities/data-loaders.js';

@Resolver()
export class HighRiskMutations {
  constructor(private readonly service: HighRiskService) {}

  @Mutation(() => PerformHighRiskOperationPayload, {
    description:
      'For drills, in the simulated cloud: performs a high-risk operation on the resources of a cluster, with the impact that the list of high-risk operations names. An operation that cannot be remediated needs acknowledgeRisk.',
  })
  performHighRiskOperation(
    @Ctx() context: RequestContext,
    @Arg('input', () => PerformHighRiskOperationInput, { description: 'The operation and its target.' })
    input: PerformHighRiskOperationInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.perform(context.actor, input, dryRun));
  }

  @Mutation(() => RemediateHighRiskOperationPayload, {
    description: 'For drills, in the simulated cloud: remediates a high-risk operation.',
  })
  remediateHighRiskOperation(
    @Ctx() context: RequestContext,
    @Arg('input', () => RemediateHighRiskOperationInput, { description: 'The operation and its target.' })
    input: RemediateHighRiskOperationInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.remediate(context.actor, input, dryRun));
  }

  @Mutation(() => SetNodeSysctlsPayload, {
    description:
      'Sets kernel parameters of a worker node. The network needs net.ipv4.ip_forward=1, rp_filter=0, tcp_tw_reuse=0, tcp_tw_recycle=0 and ip_local_port_range="32768 60999"; other values are rejected with RISK_NOT_ACKNOWLEDGED.',
  })
  setNodeSysctls(
    @Ctx() context: RequestContext,
    @Arg('input', () => SetNodeSysctlsInput, { description: 'The node and the kernel parameters.' })
    input: SetNodeSysctlsInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.setSysctls(context.actor, input, dryRun));
  }
}

async function toPayload(context: RequestContext, work: () => Promise<ClusterRow>) {
  const result = await toResult(work);
  context.loaders.clear();
  if (result.ok) return { cluster: result.value, operation: null, userErrors: [] };
  return { cluster: null, operation: null, userErrors: result.problems.map(toUserError) };
}

@Resolver(() => HighRiskOperation)
export class HighRiskOperationResolver {
  @FieldResolver(() => HighRiskTarget, {
    nullable: true,
    description: 'Target of the operation in a drill in the simulated cloud. Null if it is not simulated.',
  })
  simulatedTarget(@Root() { id }: HighRiskOperation) {
    return drillTarget(id);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why the operation is not simulated in the simulated cloud. Null if it is.',
  })
  notSimulatedReason(@Root() { id }: HighRiskOperation) {
    return notSimulatedReason(id);
  }
}

@Resolver(() => Cluster)
export class ClusterRisksResolver {
  constructor(private readonly findings: RiskFindingStore) {}

  @FieldResolver(() => [HighRiskFinding], {
    description:
      'High-risk operations that were performed on the cluster outside the platform and are not remediated yet, oldest first.',
  })
  async highRiskFindings(@Ctx() context: RequestContext, @Root() { id }: ClusterRow) {
    return (await loadValue(context, this.findings.ofClusters, id)) ?? [];
  }
}

@Resolver(() => HighRiskFinding)
export class HighRiskFindingResolver {
  constructor(
    private readonly stores: {
      readonly nodes: NodeStore;
      readonly nodePools: NodePoolStore;
      readonly networks: NetworkStore;
    },
  ) {}

  @FieldResolver(() => HighRiskOperation, { description: 'High-risk operation that was performed.' })
  async highRiskOperation(@Root() { operation }: RiskFindingRow) {
    const row = await riskRow(operation);
    return row && { ...row, section: row.section.toUpperCase().replaceAll('-', '_') as RiskSection };
  }

  @FieldResolver(() => DateTimeScalar, { description: 'Time of the high-risk operation.' })
  occurredAt(@Root() { occurredAt }: RiskFindingRow) {
    return occurredAt;
  }

  @FieldResolver(() => Node, {
    nullable: true,
    description: 'Node that the operation was performed on. Null for other targets and for a deleted node.',
  })
  node(@Ctx() context: RequestContext, @Root() { subject }: RiskFindingRow) {
    return isId('node', subject) ? loadById(context, this.stores.nodes.byIds, subject) : null;
  }

  @FieldResolver(() => NodePool, {
    nullable: true,
    description:
      'Node pool whose scaling group the operation was performed on. Null for other targets and for a deleted pool.',
  })
  nodePool(@Ctx() context: RequestContext, @Root() { subject }: RiskFindingRow) {
    return isId('nodePool', subject) ? loadById(context, this.stores.nodePools.byIds, subject) : null;
  }

  @FieldResolver(() => SecurityGroup, {
    nullable: true,
    description: 'Security group whose rules block DNS for pods. Null for other targets.',
  })
  securityGroup(@Ctx() context: RequestContext, @Root() { subject }: RiskFindingRow) {
    return isId('securityGroup', subject)
      ? loadById(context, this.stores.networks.securityGroups, subject)
      : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The Service, `namespace/name`, where it was done to its load balancer.',
  })
  async service(@Root() { operation, subject }: RiskFindingRow) {
    return (await drillTarget(operation)) === 'SERVICE' ? subject : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Volume claim whose volume the operation was performed on, as `namespace/name`. Null for other targets.',
  })
  async volumeClaim(@Root() { operation, subject }: RiskFindingRow) {
    return (await drillTarget(operation)) === 'VOLUME_CLAIM' ? subject : null;
  }
}
