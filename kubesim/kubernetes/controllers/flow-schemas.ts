import type { ClusterContext, Controller } from '../cluster/context.js';
import { replaceStatus } from '../cluster/write.js';
import { danglingCondition, flowSchemas, priorityLevels } from '../kinds/flow-control.js';
import type { FlowSchema } from '../kinds/flow-control-types.js';
import { timestamp, withCondition } from '../kinds/object.js';

/** Says in the status of each flow whether its priority exists. */
export function flowSchemaController(cluster: ClusterContext): Controller {
  const { store } = cluster;
  const queue = cluster.queue('flowschema', (name) => {
    const flow = store.get(flowSchemas, '', name);
    if (flow && !flow.metadata.deletionTimestamp) reconcile(cluster, flow);
  });
  return {
    start() {
      store.onChange(flowSchemas, ({ object }) => queue.add(object.metadata.name));
      store.onChange(priorityLevels, ({ type, object }) => {
        if (type === 'MODIFIED') return;
        for (const { metadata, spec } of store.all(flowSchemas))
          if (spec.priorityLevelConfiguration?.name === object.metadata.name) queue.add(metadata.name);
      });
      for (const { metadata } of store.all(flowSchemas)) queue.add(metadata.name);
    },
  };
}

function reconcile(cluster: ClusterContext, flow: FlowSchema): void {
  const { status, spec } = flow;
  const isFound = cluster.store.get(priorityLevels, '', spec.priorityLevelConfiguration?.name ?? '');
  const at = timestamp(cluster.clock.now());
  const conditions = withCondition(status?.conditions, danglingCondition(flow, isFound !== undefined), at);
  replaceStatus(cluster, flowSchemas, flow, { ...status, conditions });
}
