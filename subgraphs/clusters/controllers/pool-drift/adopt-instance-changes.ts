import type { NewEvent } from '../../../../engine/contract.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { releaseNodeNetwork } from '../../changes/node-network.js';
import { unfinishedOperations } from '../../store/operation.store.js';
import { vcpusOf, setNodeInstance } from '../../store/node-changes.store.js';
import { eventOf } from '../../model/cluster-events.js';
import { countChanged } from '../../changes/reserve-instances.js';
import type { ChangedNode } from '../node-pool/observed-nodes.js';
import { type PoolDriftCheck, recordPoolDrift, subjectOf } from './pool-drift.js';

/**
 * Records charge types and instance types that were changed outside the platform, in the cloud's console. Quota usage
 * follows even if it exceeds a limit, because the change has already happened.
 */
export async function adoptInstanceChanges(
  check: PoolDriftCheck,
  changed: readonly ChangedNode[],
): Promise<void> {
  if (changed.length === 0) return;
  const { cluster } = check;
  await recordPoolDrift(check, async (tx) => {
    // A running conversion changes instances before it records them.
    if ((await unfinishedOperations(tx, { clusterId: cluster.id })).length > 0) return [];
    const sizes = await vcpusOf(
      tx,
      changed.map(({ instanceType }) => instanceType),
    );
    const events: NewEvent[] = [];
    for (const node of changed)
      events.push(
        await accept(tx, check, { ...node, size: sizes.get(node.instanceType) ?? node.node.vcpus }),
      );
    await releaseNodeNetwork(tx, cluster.id);
    return events;
  });
}

async function accept(
  tx: Transaction,
  check: PoolDriftCheck,
  { node, chargeType, instanceType, size }: ChangedNode & { readonly size: number },
): Promise<NewEvent> {
  const { account } = check.pool;
  const counted = await countChanged(tx, account, { before: node, now: { chargeType, vcpus: size } });
  await setNodeInstance(tx, node.id, { chargeType, instanceType, ...counted });
  const before = { chargeType: node.chargeType, instanceType: node.instanceType };
  const text =
    `The instance of the node ${node.name} was changed outside the platform: ` +
    `it is ${instanceType}, ${chargeType}, and was ${before.instanceType}, ${before.chargeType}.`;
  return eventOf(subjectOf(check), 'NODE_CHANGED_EXTERNALLY', text, {
    level: 'WARNING',
    data: { nodeId: node.id, name: node.name, instanceId: node.instanceId, before, chargeType, instanceType },
  });
}
