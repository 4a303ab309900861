import { enqueue } from '../../../../engine/jobs/queue.js';
import { updateCluster } from '../../store/cluster.store.js';
import type { ScheduledChange } from '../maintenance-window/scheduled-change.reconciler.js';
import { nodesToReplace, saveScaling, scalingOf } from '../../store/vertical-scaling.store.js';
import { loadUndeletedPools } from '../../store/node-pool.store.js';

/** Starts a scheduled vertical scaling with the current sizes of its pools. */
export const scheduledScaling: ScheduledChange = {
  states: ['RUNNING'],
  controls: { cancelable: false, pausable: false },
  startScheduledChange: async (tx, { id: clusterId }, operation) => {
    const { id } = operation;
    const scaling = scalingOf(operation);
    const ids = scaling.pools.map((pool) => pool.id);
    const pools = await loadUndeletedPools(tx, ids);
    const requested = await nodesToReplace(tx, pools, scaling.instanceTypes);
    const sizes = pools.map((pool) => ({ id: pool.id, baseSize: pool.desiredSize }));
    await saveScaling(tx, id, { ...scaling, pools: sizes }, requested);
    await updateCluster(tx, clusterId, { state: 'UPDATING', operationId: id });
    await enqueue(tx, 'cluster', clusterId);
    return undefined;
  },
};
