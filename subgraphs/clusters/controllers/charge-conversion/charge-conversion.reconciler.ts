import { type ChargeConversion, chargeConversionInput } from '../../store/operation-input.js';
import {
  done,
  type Failure,
  type Reconciler,
  type ReconcileContext,
  TerminalError,
} from '../../../../engine/contract.js';
import { finishOperation, finishStage, startStage } from '../../../../engine/operations/operations.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import { type NodeRow, findNodes } from '../../store/node.store.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { releaseQuotaUsage } from '../../changes/quota-usage.js';
import { eventOf } from '../../model/cluster-events.js';
import { type Operation, readOperation } from '../../store/reconcile.store.js';
import { instanceQuotaUsage } from '../../model/instance-quota.js';
import { setNodeChargeType } from '../../store/node-changes.store.js';

interface Step {
  readonly operation: Operation;
  readonly conversion: ChargeConversion;
  readonly scope: ReconcileContext;
  readonly dependencies: ReconcilerDependencies;
}

/** Runs an operation CONVERT_CHARGE_TYPE, by its id, one node after another; each node has its own result. */
export function createChargeConversionReconciler(dependencies: ReconcilerDependencies): Reconciler {
  return {
    kind: 'charge-conversion',
    async reconcile(key, scope) {
      const operation = await readOperation(scope.database, key);
      if (!operation) return done;
      const conversion = chargeConversionInput(operation);
      const step: Step = { operation, conversion, scope, dependencies };
      const nodes = await findNodes(scope.database, conversion.nodeIds);
      const found = new Map(nodes.map((node) => [node.id, node]));
      const failures: Failure[] = [];
      for (const id of conversion.nodeIds) {
        const failure = await convert(step, found.get(id));
        if (failure) failures.push(failure);
      }
      await finishConversion(step, failures);
      return done;
    },
  };
}

async function convert(step: Step, node: NodeRow | undefined): Promise<Failure | undefined> {
  const { conversion, dependencies, scope } = step;
  if (node?.state !== 'running')
    return { code: 'INVALID_STATE', message: `${node?.name ?? 'The node'} is not running any more.` };
  if (node.chargeType === conversion.chargeType) return undefined;
  try {
    await dependencies.provider.convertInstance(node.clusterId, node.id, conversion.chargeType);
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    return { code: error.problem.code, message: `${node.name}: ${error.problem.message}` };
  }
  await scope.faults.reach('charge-conversion.converted');
  await record(step, node);
  return undefined;
}

/** Records the new charge type and releases the quota usage of the former one. */
async function record({ operation, conversion, scope }: Step, node: NodeRow): Promise<void> {
  const { chargeType } = conversion;
  await eventTransaction(scope.database, scope.clock.now(), async (tx) => {
    if (!(await setNodeChargeType(tx, node, chargeType))) return;
    await releaseQuotaUsage(tx, node.account, [{ ...instanceQuotaUsage(node), instances: 0 }]);
    const subject = {
      cluster: { id: node.clusterId },
      ...(node.nodePoolId !== null && { pool: { id: node.nodePoolId } }),
      operationId: operation.id,
    };
    const text = `The instance of the node ${node.name} is ${chargeType} now.`;
    const data = { nodeId: node.id, name: node.name, from: node.chargeType, to: chargeType };
    const event = eventOf(subject, 'NODE_CHARGE_TYPE_CONVERTED', text, { data });
    tx.emit(node.account, event);
  });
}

async function finishConversion(
  { operation, conversion, scope }: Step,
  failures: readonly Failure[],
): Promise<void> {
  const at = scope.clock.now();
  const failed = failures.length;
  const created = conversion.nodeIds.length - failed;
  const state = failed === 0 ? 'SUCCEEDED' : created > 0 ? 'PARTIAL' : 'FAILED';
  const [first] = failures;
  await eventTransaction(scope.database, at, async (tx) => {
    await startStage(tx, operation.id, 'NODES', at);
    if (state === 'SUCCEEDED') await finishStage(tx, operation.id, 'NODES', at);
    const error = state === 'FAILED' && first ? { error: first } : {};
    await finishOperation(tx, operation.id, { state, created, failed, failures, ...error }, at);
  });
}
