import { danglingCondition, flowSchemas, priorityLevels } from '../kinds/flow-control.js';
import type { FlowSchema, PriorityLevelConfiguration } from '../kinds/flow-control-types.js';
import type { Draft } from '../kinds/object.js';
import { withDefaults } from '../schema/defaults.js';
import source from './bootstrap-flow-control.json' with { type: 'json' };
import type { ClusterContext } from './context.js';
import { identityOf } from './identity.js';
import { schemaOf } from './schema-rules.js';
import { frozen, sharedByVersion } from './shared-objects.js';

const objects = source as readonly (Draft<FlowSchema> | Draft<PriorityLevelConfiguration>)[];

/** The default objects with their defaults, which all clusters share. */
const fieldsOf = sharedByVersion((cluster) => {
  const flowSchema = schemaOf(cluster, flowSchemas);
  const levelSchema = schemaOf(cluster, priorityLevels);
  return {
    flows: objects
      .filter(isFlow)
      .map((draft) => frozen(flowSchemas.defaults(withDefaults(draft as FlowSchema, flowSchema)))),
    levels: objects
      .filter((draft) => !isFlow(draft))
      .map((draft) =>
        frozen(priorityLevels.defaults(withDefaults(draft as PriorityLevelConfiguration, levelSchema))),
      ),
  };
});

/**
 * Creates the missing priorities and flows of API servers, of which each flow refers to a priority. An object is written
 * to the database with its first change; until then each start makes it again, with the same identity.
 */
export function ensureFlowControl(cluster: ClusterContext): void {
  const { store } = cluster;
  const identity = identityOf(cluster);
  const { flows, levels } = fieldsOf(cluster);
  for (const level of levels) {
    if (store.get(priorityLevels, '', level.metadata.name)) continue;
    const metadata = { ...level.metadata, ...identity(priorityLevels, level.metadata), generation: 1 };
    store.load(priorityLevels, { ...level, metadata });
  }
  for (const flow of flows) {
    if (store.get(flowSchemas, '', flow.metadata.name)) continue;
    const metadata = { ...flow.metadata, ...identity(flowSchemas, flow.metadata), generation: 1 };
    const condition = { ...danglingCondition(flow, true), lastTransitionTime: metadata.creationTimestamp };
    store.load(flowSchemas, { ...flow, metadata, status: { conditions: [condition] } });
  }
}

function isFlow(draft: (typeof objects)[number]): draft is Draft<FlowSchema> {
  return draft.kind === 'FlowSchema';
}
