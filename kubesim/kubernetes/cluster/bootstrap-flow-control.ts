import { danglingCondition, flowSchemas, priorityLevels } from '../kinds/flow-control.js';
import type { FlowSchema, PriorityLevelConfiguration } from '../kinds/flow-control-types.js';
import type { Draft } from '../kinds/object.js';
import source from './bootstrap-flow-control.json' with { type: 'json' };
import type { ClusterContext } from './context.js';
import { create } from './write.js';

const objects = source as readonly (Draft<FlowSchema> | Draft<PriorityLevelConfiguration>)[];

/** Creates the missing priorities and flows of API servers, of which each flow refers to a priority. */
export function ensureFlowControl(cluster: ClusterContext): void {
  const at = cluster.clock.now().toISOString().replace(/\.\d+/, '');
  for (const draft of objects) {
    const { name = '' } = draft.metadata;
    if (isFlow(draft)) {
      if (!cluster.store.get(flowSchemas, '', name))
        create(cluster, flowSchemas, {
          ...draft,
          status: { conditions: [{ ...danglingCondition(draft, true), lastTransitionTime: at }] },
        });
    } else if (!cluster.store.get(priorityLevels, '', name)) create(cluster, priorityLevels, draft);
  }
}

function isFlow(draft: (typeof objects)[number]): draft is Draft<FlowSchema> {
  return draft.kind === 'FlowSchema';
}
