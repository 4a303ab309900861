import { changeOperation } from '../../../../engine/operations/operations.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { updateCluster } from '../../store/cluster.store.js';
import type { ScheduledChange } from '../maintenance-window/scheduled-change.reconciler.js';
import { nodesToReplace } from '../../store/vertical-scaling.store.js';
import type { VerticalScalingInput } from '../../model/vertical-scaling.rules.js';

/** Begins a vertical scaling that has waited, with the sizes that its pools have by now. */
export const scheduledScaling: ScheduledChange = {
  states: ['RUNNING'],
  controls: { cancelable: false, pausable: false },
  startScheduledChange: async (tx, { id: clusterId }, { id, input }) => {
    const scaling = input as unknown as VerticalScalingInput;
    const ids = scaling.pools.map((pool) => pool.id);
    const pools = await tx.nodePool.findMany({
      where: { id: { in: ids }, deletedAt: null },
      orderBy: { id: 'asc' },
    });
    const requested = await nodesToReplace(tx, pools, scaling.instanceTypes);
    const sizes = pools.map((pool) => ({ id: pool.id, baseSize: pool.desiredSize }));
    await changeOperation(tx, id, { requested, input: { ...(input as object), pools: sizes } });
    await updateCluster(tx, clusterId, { state: 'UPDATING', operationId: id });
    await enqueue(tx, 'cluster', clusterId);
    return undefined;
  },
};
