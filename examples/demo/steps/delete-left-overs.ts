import { findDemoClusters, requestDeletion, waitUntilGone } from '../delete-demo-cluster.js';
import type { Step } from '../demo-context.js';

/** Deletes what earlier runs have left, one after the other. */
export const deleteLeftOvers: Step = {
  title: 'Delete the clusters that earlier runs of the demo have left',
  async run({ client, signal }, tell) {
    const clusters = await findDemoClusters(client, signal);
    for (const { id, name } of clusters) {
      const operationId = await requestDeletion(client, id, signal);
      await waitUntilGone({ client, operationId, name, signal }, tell);
      tell.line(`${name} is gone`);
    }
    tell.headline(clusters.length === 0 ? 'there were none' : `${clusters.length} deleted`);
  },
};
