import type { ClusterState } from '../../model/cluster.enums.js';
import { throwNotFound } from '../../../../engine/not-found.js';
import type { OperationType } from '../../../../engine/operations/operation-kinds.js';
import { createOperation, finishOperation } from '../../../../engine/operations/operations.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { blockedProblem } from '../../model/cluster-check.rules.js';
import { UpgradeChecks } from '../../inspection/upgrade-checks.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import type { DeleteClusterInput, UpdateClusterInput, UpgradeClusterInput } from './cluster.input.js';
import { type ClusterRow, lockCluster, updateCluster } from '../../store/cluster.store.js';
import { reserveClusterName } from './create-cluster.service.js';
import { guardRelabelling } from '../../changes/relabel.guard.js';
import { guardUpdate } from '../../changes/update.guard.js';
import { labelChanges } from '../../model/label-changes.js';
import { validateLabels, validateName } from '../../model/name.rules.js';
import { checkRetained } from './retained-resources.js';
import { unfinishedOperations } from '../../store/operation.store.js';
import { startUpgrade } from '../../changes/start-upgrade.js';
import { rollingPolicyOf } from './rolling-policy.js';
import { upgradeTarget } from '../../store/upgrade-target.js';
import { sameJson } from '../../../../kernel/same-json.js';

const ID_PATH = ['input', 'id'];

/** Changes existing clusters. */
export class ClusterService {
  constructor(
    private readonly platform: Platform,
    private readonly catalog: ClusterCatalogStore,
    private readonly checks = new UpgradeChecks(platform, catalog),
  ) {}

  /**
   * Changes name, labels, deletion protection or authentication mode. Rejects with `CONFLICT` when `resourceVersion` is not the current
   * one.
   */
  async update(actor: Actor, input: UpdateClusterInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const problems = [
      ...(input.name == null ? [] : validateName(input.name, ['input', 'name'])),
      ...validateLabels(input.labels, ['input', 'labels']),
    ];
    if (problems.length > 0) throw new ProblemError(problems);
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'updateCluster', input, dryRun }, async (tx, at) => {
      const cluster = await existingCluster(tx, account, input.id);
      checkVersion(cluster, input.resourceVersion);
      await guardUpdate(tx, cluster, input);
      if (input.name != null && input.name !== cluster.name)
        await reserveClusterName(tx, account, input.name, cluster.id);
      const fields = changedFields(cluster, input);
      if (Object.keys(fields).length === 0) return { clusterId: cluster.id };
      if (fields.labels) {
        const { id, regionId, labels } = cluster;
        const before = { id, regionId, labels: labels as Record<string, string> };
        await guardRelabelling(tx, { actor, cluster: before, labels: fields.labels, at });
      }
      // Permissions with a selector have role bindings in the cluster.
      if (fields.labels || fields.authenticationMode) await enqueue(tx, 'cluster-access', cluster.id);
      await updateCluster(tx, cluster.id, fields);
      tx.emit(account, updated(cluster, fields, actor.subject));
      return { clusterId: cluster.id };
    });
  }

  /** Starts the upgrade of a running cluster. */
  async upgrade(actor: Actor, input: UpgradeClusterInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const { versions } = await this.catalog.read();
    const { account } = actor;
    const rolling = rollingPolicyOf(input.rollingPolicy);
    // Sends requests to the cluster's Kubernetes API, which must not happen within the transaction.
    const blockers = await this.checks.upgradeBlockers(account, input.id, input.version);
    return change(this.platform, { actor, mutation: 'upgradeCluster', input, dryRun }, async (tx, at) => {
      const cluster = await existingCluster(tx, account, input.id);
      const target = await upgradeTarget(cluster, input.version, { database: tx, versions });
      if (!target.ok) throwProblem(target.code, target.message, { path: ['input', 'version'] });
      if (cluster.state !== 'RUNNING') {
        throwProblem(
          'INVALID_STATE',
          `The cluster ${cluster.id} is ${cluster.state}; only a RUNNING one can be upgraded.`,
          {
            path: ID_PATH,
          },
        );
      }
      const blocked = blockedProblem(cluster.id, blockers);
      if (blocked) throwProblem(blocked.code, blocked.message, { path: ID_PATH });
      const { version } = target;
      const operationId = await startUpgrade(tx, cluster, { version, rolling, timing: input.timing, at });
      return { clusterId: cluster.id, operationId };
    });
  }

  /** Starts the deletion of a cluster; cancels its unfinished operations. */
  async delete(actor: Actor, input: DeleteClusterInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'deleteCluster', input, dryRun }, async (tx, at) => {
      const cluster = await existingCluster(tx, account, input.id);
      if (cluster.state === 'DELETING')
        throwProblem('INVALID_STATE', `The cluster ${cluster.id} is being deleted.`, { path: ID_PATH });
      if (cluster.deletionProtection) {
        throwProblem(
          'DELETION_PROTECTED',
          `The cluster ${cluster.id} is protected. Turn deletionProtection off with updateCluster first.`,
          {
            path: ID_PATH,
          },
        );
      }
      const retain = await checkRetained(tx, cluster, input.retainResourceIds);
      await cancelOperations(tx, cluster, at);
      return startClusterOperation(tx, cluster, {
        type: 'DELETE_CLUSTER',
        state: 'DELETING',
        stages: DELETE_STAGES,
        input: { retain },
        at,
      });
    });
  }
}

const DELETE_STAGES = ['NODE_POOLS', 'CONTROL_PLANE', 'RELEASE'];

interface OperationStart {
  readonly type: OperationType;
  readonly state: ClusterState;
  readonly stages: readonly string[];
  readonly input?: Readonly<Record<string, unknown>>;
  readonly cancelable?: boolean;
  readonly pausable?: boolean;
  readonly at: Date;
}

/** Starts an operation on a locked cluster: writes operation, state, job and events. */
async function startClusterOperation(
  tx: EventTransaction,
  cluster: ClusterRow,
  { state, at, ...fields }: OperationStart,
) {
  const { account, id } = cluster;
  const target = { account, targetKind: 'Cluster', targetId: id, clusterId: id } as const;
  const operation = await createOperation(tx, { ...target, ...fields }, at);
  await updateCluster(tx, id, { state, operationId: operation.id });
  await enqueue(tx, 'cluster', id);
  return { clusterId: id, operationId: operation.id };
}

async function cancelOperations(tx: EventTransaction, cluster: ClusterRow, at: Date): Promise<void> {
  const error = {
    code: 'OPERATION_CANCELED',
    message: `The cluster ${cluster.id} is being deleted.`,
  } as const;
  for (const id of await unfinishedOperations(tx, { clusterId: cluster.id })) {
    await finishOperation(tx, id, { state: 'CANCELED', error }, at);
  }
}

async function existingCluster(tx: Transaction, account: string, id: string): Promise<ClusterRow> {
  const cluster = await lockCluster(tx, account, id);
  if (!cluster) return throwNotFound('CLUSTER', id, ID_PATH);
  if (cluster.deletedAt) throwProblem('INVALID_STATE', `The cluster ${id} is deleted.`, { path: ID_PATH });
  return cluster;
}

function checkVersion(cluster: ClusterRow, expected: bigint | null | undefined): void {
  if (expected == null || expected === cluster.resourceVersion) return;
  throwProblem(
    'CONFLICT',
    `The cluster ${cluster.id} is at resourceVersion ${cluster.resourceVersion}, not ${expected}. Read it again.`,
    {
      path: ['input', 'resourceVersion'],
    },
  );
}

function changedFields(
  cluster: ClusterRow,
  { name, labels, deletionProtection, authenticationMode }: UpdateClusterInput,
) {
  const sameLabels = labels == null || sameJson(labels, cluster.labels);
  return {
    ...(name != null && name !== cluster.name && { name }),
    ...(!sameLabels && { labels: labels as Record<string, string> }),
    ...(deletionProtection != null &&
      deletionProtection !== cluster.deletionProtection && { deletionProtection }),
    ...(authenticationMode != null &&
      authenticationMode !== cluster.authenticationMode && { authenticationMode }),
  };
}

function updated(cluster: ClusterRow, changed: ReturnType<typeof changedFields>, actor: string) {
  const fields = Object.keys(changed);
  const labels = changed.labels && labelChanges(cluster.labels as Record<string, string>, changed.labels);
  const named = labels ? ` (${labels})` : '';
  return {
    category: 'PROVISIONING',
    type: 'CLUSTER_UPDATED',
    reason: 'ClusterUpdated',
    message: `Cluster ${cluster.name}: ${fields.join(', ')} changed by ${actor}${named}.`,
    clusterId: cluster.id,
    data: { fields, actor, ...(changed.labels && { labelsBefore: cluster.labels, labels: changed.labels }) },
  } as const;
}
