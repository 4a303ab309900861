import { findDemoClusters, requestDeletion, waitUntilGone } from '../delete-demo-cluster.js';
import type { Step } from '../demo-context.js';

/** Deletes clusters left by earlier runs, one after the other. */
export const deleteLeftOvers: Step = {
  title: 'Delete the clusters that earlier runs of the demo have left',
  async run({ client, signal }, output) {
    const clusters = await findDemoClusters(client, signal);
    for (const { id, name } of clusters) {
      const operationId = await requestDeletion(client, id, signal);
      await waitUntilGone({ client, operationId, name, signal }, output);
      output.line(`${name} is gone`);
    }
    output.headline(clusters.length === 0 ? 'there were none' : `${clusters.length} deleted`);
  },
};
