import { enqueue } from '../../../engine/queue.js';
import type { Problem } from '../../../kernel/result.js';
import type { ScheduledChange } from '../maintenance-window/scheduled-change.reconciler.js';
import { componentEntry, isNewer, versionsFor } from './component-catalogue.js';
import { afterAction, CHANGEABLE } from './component.rules.js';
import { lockComponent, wishComponent } from './component.store.js';

/** What the operation of an upgrade of a component remembers while it waits. */
interface ComponentUpgradeInput {
  readonly name: string;
  readonly componentId: string;
  readonly version: string;
}

/** Begins an upgrade of a component that has waited. From there the component's own reconciler goes on. */
export const scheduledComponentUpgrade: ScheduledChange = {
  states: CHANGEABLE,
  controls: { cancelable: false, pausable: false },
  begin: async (tx, cluster, operation, at) => {
    const { name, componentId, version } = operation.input as unknown as ComponentUpgradeInput;
    const component = await lockComponent(tx, operation.account, componentId);
    const entry = await componentEntry(name);
    if (!component || !entry) return problem('NOT_FOUND', `The cluster has no ${name} any more.`);
    const state = afterAction(component.state, 'UPGRADE');
    if (!state) return 'BUSY';
    const newer = isNewer(entry, component.version, version);
    if (!newer || !versionsFor(entry, cluster.version).includes(version))
      return problem(
        'UPGRADE_NOT_ALLOWED',
        `${name} has ${component.version}; ${version} is not for it now.`,
      );
    await wishComponent(tx, componentId, { wish: { version, state, operationId: operation.id }, at });
    await enqueue(tx, 'component', componentId);
    return undefined;
  },
};

function problem(code: 'NOT_FOUND' | 'UPGRADE_NOT_ALLOWED', message: string): Problem {
  return { code, message };
}
