import { componentChangeInput } from '../../store/operation-input.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Problem } from '../../../../kernel/result.js';
import type { ClusterRow } from '../../store/cluster.store.js';
import type { ScheduledChange } from '../maintenance-window/scheduled-change.reconciler.js';
import { type ComponentEntry, isNewer, versionsFor } from '../../model/component-catalog.js';
import { componentEntry } from '../../store/component-catalog.js';
import { changedParameters, parameterProblems, type Parameters } from '../../model/component-parameters.js';
import {
  afterAction,
  COMPONENT_CHANGE_STATES,
  type ComponentAction,
  type PendingComponentChange,
} from '../../model/component.rules.js';
import {
  type ComponentRow,
  type ComponentSpecUpdate,
  lockComponent,
  updateComponentSpec,
} from '../../store/component.store.js';

/** Starts a scheduled change of a component; the component reconciler then applies it. */
export function scheduledComponentChange(action: ComponentAction): ScheduledChange {
  return {
    states: COMPONENT_CHANGE_STATES,
    controls: { cancelable: false, pausable: false },
    startScheduledChange: async (tx, cluster, operation, at) => {
      const waiting = componentChangeInput(operation);
      const { name, componentId } = waiting;
      const component = await lockComponent(tx, operation.account, componentId);
      const entry = await componentEntry(name);
      if (!component || !entry)
        return {
          code: 'NOT_FOUND',
          message: `The cluster ${cluster.id} no longer has the component ${name}.`,
        };
      const state = afterAction(component.state, action);
      if (!state) return 'BUSY';
      const change = { entry, component, cluster, waiting };
      const problem = problemOf(change);
      if (problem) return problem;
      const spec = { ...desiredComponent(change), state, operationId: operation.id };
      await updateComponentSpec(tx, componentId, { spec, at });
      await enqueue(tx, 'component', componentId);
      return undefined;
    },
  };
}

interface Change {
  readonly entry: ComponentEntry;
  readonly component: ComponentRow;
  readonly cluster: ClusterRow;
  readonly waiting: PendingComponentChange;
}

/** Returns why the change is no longer possible; undefined if it still is. */
function problemOf({ entry, component, cluster, waiting }: Change): Problem | undefined {
  const { version, parameters } = waiting;
  if (version !== undefined) {
    const fits =
      isNewer(entry, component.version, version) && versionsFor(entry, cluster.version).includes(version);
    const message = `${entry.name} has ${component.version}; ${version} is not for it now.`;
    if (!fits) return { code: 'UPGRADE_NOT_ALLOWED', message };
  }
  if (parameters === undefined) return undefined;
  const [wrong] = parameterProblems(entry, changedParameters(component.parameters as Parameters, parameters));
  return wrong && { code: wrong.code, message: wrong.message };
}

function desiredComponent({
  component,
  waiting,
}: Change): Pick<ComponentSpecUpdate, 'version' | 'parameters'> {
  const { version, parameters } = waiting;
  if (version !== undefined) return { version };
  if (parameters === undefined) return {};
  return { parameters: changedParameters(component.parameters as Parameters, parameters) };
}
