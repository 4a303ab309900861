import { throwNotFound } from '../../../../engine/not-found.js';
import { idempotentTransaction, idResult } from '../../../../engine/operations/client-tokens.js';
import { TerminalError } from '../../../../engine/contract.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Actor } from '../../../../kernel/actor.js';
import { throwProblem, ProblemError } from '../../../../kernel/result.js';
import { type ClusterRow, ClusterStore } from '../../store/cluster.store.js';
import { NodeStore } from '../../store/node.store.js';
import { drillTarget, riskRow } from '../../store/high-risk-catalog.js';
import { HIGH_RISK } from '../../store/high-risk.store.js';
import type {
  HighRiskOperationInput,
  PerformHighRiskOperationInput,
  RemediateHighRiskOperationInput,
  SetNodeSysctlsInput,
} from './high-risk.type.js';
import { riskTarget } from './risk-target.js';
import { NodeSysctlStore } from '../../store/node-sysctl.store.js';
import {
  planSysctls,
  type SysctlPlan,
  sysctlsPerformed,
  sysctlsRemediated,
  valuesOf,
} from '../../model/sysctl.rules.js';

const OPERATION_PATH = ['input', 'highRiskOperationId'];

interface RiskCall {
  readonly actor: Actor;
  readonly mutation: string;
  readonly input: { readonly clientToken?: string | null };
  readonly dryRun: boolean | null | undefined;
}

/** The calls that carry out a validated request, on the provider and on the database. */
interface CloudPlan {
  readonly cluster: ClusterRow;
  readonly calls: (() => Promise<void>)[];
}

/** Performs and remediates high-risk operations in the simulated cloud. */
export class HighRiskService {
  constructor(private readonly platform: Pick<Platform, 'database' | 'provider' | 'clock'>) {}

  /**
   * Rejects operations that are not simulated, wrong targets, and with `RISK_NOT_ACKNOWLEDGED` operations that cannot
   * be remediated.
   */
  perform(actor: Actor, input: PerformHighRiskOperationInput, dryRun?: boolean | null): Promise<ClusterRow> {
    const call = { actor, mutation: 'performHighRiskOperation', input, dryRun };
    return this.once(call, () => this.planRisk(actor, input));
  }

  /** Rejects operations that cannot be remediated with `INVALID_STATE`. */
  remediate(
    actor: Actor,
    input: RemediateHighRiskOperationInput,
    dryRun?: boolean | null,
  ): Promise<ClusterRow> {
    const call = { actor, mutation: 'remediateHighRiskOperation', input, dryRun };
    return this.once(call, () => this.planRemediation(actor, input));
  }

  /**
   * Sets kernel parameters of a worker node. Rejects unknown parameters, and with `RISK_NOT_ACKNOWLEDGED` values that
   * break the node's network; when acknowledged, these perform the high-risk operation.
   */
  setSysctls(actor: Actor, input: SetNodeSysctlsInput, dryRun?: boolean | null): Promise<ClusterRow> {
    const call = { actor, mutation: 'setNodeSysctls', input, dryRun };
    return this.once(call, () => this.planSysctlChanges(actor, input));
  }

  private async planRisk(actor: Actor, input: PerformHighRiskOperationInput): Promise<CloudPlan> {
    const { cluster, row } = await this.check(actor, input);
    const target = await this.target(cluster, input);
    if (!row.recoverable && !input.acknowledgeRisk)
      throwProblem(
        'RISK_NOT_ACKNOWLEDGED',
        `${row.operation}: ${row.impact}. ${row.recovery}. Set acknowledgeRisk to do it nevertheless.`,
        {
          path: ['input', 'acknowledgeRisk'],
        },
      );
    return {
      cluster,
      calls: [
        () => this.platform.provider.performHighRiskOperation(cluster.id, target),
        () => this.noteSysctls(target.instanceId, sysctlsPerformed(target.operation)),
      ],
    };
  }

  private async planRemediation(actor: Actor, input: RemediateHighRiskOperationInput): Promise<CloudPlan> {
    const { cluster, row } = await this.check(actor, input);
    // Checked before the target, which may not exist any more.
    if (!row.recoverable)
      throwProblem('INVALID_STATE', `${row.operation} cannot be fixed here: ${row.recovery}.`, {
        path: OPERATION_PATH,
      });
    const target = await this.target(cluster, input);
    const { operation, instanceId } = target;
    const remediated = sysctlsRemediated(operation, await this.sysctlsOf(actor, instanceId));
    return {
      cluster,
      calls: [
        () => this.platform.provider.remediateHighRiskOperation(cluster.id, target),
        () => this.noteSysctls(instanceId, remediated),
      ],
    };
  }

  private async planSysctlChanges(actor: Actor, input: SetNodeSysctlsInput): Promise<CloudPlan> {
    const present = await this.sysctlsOf(actor, input.nodeId);
    const { risks, remediated, problems } = planSysctls(input.sysctls, present);
    if (problems.length > 0) throw new ProblemError(problems);
    const [node] = await new NodeStore(this.platform.database.prisma).byIds(actor.account, [input.nodeId]);
    if (!node) return throwNotFound('NODE', input.nodeId, ['input', 'nodeId']);
    const cluster = await this.cluster(actor, node.clusterId);
    await this.checkRisks(input, risks);
    const { provider } = this.platform;
    const on = (operation: string) => ({ operation, instanceId: node.id });
    const calls = risks.map(
      ({ operation }) =>
        () =>
          provider.performHighRiskOperation(cluster.id, on(operation)),
    );
    for (const operation of remediated)
      if (await drillTarget(operation))
        calls.push(() => provider.remediateHighRiskOperation(cluster.id, on(operation)));
    calls.push(() => this.noteSysctls(node.id, valuesOf(input.sysctls)));
    return { cluster, calls };
  }

  /** The kernel parameters that were set on a node; empty without a node. */
  private async sysctlsOf({ account }: Actor, nodeId: string | undefined): Promise<Record<string, string>> {
    const ids = nodeId === undefined ? [] : [nodeId];
    const [set] = (await new NodeSysctlStore(this.platform.database.prisma).ofNodes(account, ids)).values();
    return { ...set };
  }

  private async noteSysctls(nodeId: string | undefined, values: Record<string, string>): Promise<void> {
    if (nodeId === undefined || Object.keys(values).length === 0) return;
    await new NodeSysctlStore(this.platform.database.prisma).record(nodeId, values);
  }

  private async checkRisks(
    { sysctls, acknowledgeRisk }: SetNodeSysctlsInput,
    risks: SysctlPlan['risks'],
  ): Promise<void> {
    for (const { operation, index, needed } of risks) {
      if (acknowledgeRisk && (await drillTarget(operation))) continue;
      const row = await riskRow(operation);
      const text = `${sysctls[index]?.name} must be "${needed}"; else: ${row?.impact ?? 'the network fails'}. Set acknowledgeRisk to do it nevertheless.`;
      throwProblem('RISK_NOT_ACKNOWLEDGED', text, { path: ['input', 'sysctls', String(index), 'value'] });
    }
  }

  private async check(actor: Actor, input: HighRiskOperationInput) {
    const row = await riskRow(input.highRiskOperationId);
    if (!row)
      throwProblem(
        'NOT_FOUND',
        `There is no high-risk operation ${input.highRiskOperationId.slice(0, 60)}. Query.highRiskOperations lists them.`,
        {
          path: OPERATION_PATH,
        },
      );
    return { cluster: await this.cluster(actor, input.clusterId), row };
  }

  private async target(cluster: ClusterRow, input: HighRiskOperationInput) {
    const kind = await drillTarget(input.highRiskOperationId);
    return riskTarget(kind, { cluster, input }, this.platform.database.prisma);
  }

  private async cluster({ account }: Actor, id: string): Promise<ClusterRow> {
    const [cluster] = await new ClusterStore(this.platform.database.prisma).byIds(account, [id]);
    if (!cluster) return throwNotFound('CLUSTER', id, ['input', 'clusterId']);
    if (!cluster.deletedAt && !['INITIAL', 'DELETING', 'WAITING'].includes(cluster.state)) return cluster;
    return throwProblem(
      'INVALID_STATE',
      `The cluster ${id} is ${cluster.state}; it must have a control plane.`,
      {
        path: ['input', 'clusterId'],
      },
    );
  }

  private async cloud(call: () => Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      throw new ProblemError([{ ...error.problem, path: ['input'] }]);
    }
  }

  /**
   * Runs once per clientToken; a repeated request returns the current cluster. A dry run only plans, so it does not
   * find problems that only the provider reports.
   */
  private async once(call: RiskCall, plan: () => Promise<CloudPlan>): Promise<ClusterRow> {
    const { database, clock } = this.platform;
    const { actor, input, mutation, dryRun } = call;
    const { account } = actor;
    const request = {
      account,
      mutation,
      token: input.clientToken,
      input,
      at: clock.now(),
      dryRun,
      result: idResult,
    };
    const { id } = await idempotentTransaction(database.prisma, request, async () => {
      const { cluster, calls } = await plan();
      if (!dryRun) await this.execute(cluster, calls);
      return { id: cluster.id };
    });
    const [cluster] = await new ClusterStore(database.prisma).byIds(account, [id]);
    return cluster ?? throwNotFound('CLUSTER', id, ['input', 'clusterId']);
  }

  private async execute(cluster: ClusterRow, calls: CloudPlan['calls']): Promise<void> {
    for (const call of calls) await this.cloud(call);
    await enqueue(this.platform.database.prisma, HIGH_RISK, cluster.id);
  }
}
