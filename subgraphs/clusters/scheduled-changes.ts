import type { Platform } from '../../engine/platform.js';
import { COMPONENT_ACTIONS, componentOperation } from './model/component.rules.js';
import { scheduledComponentChange } from './controllers/component/scheduled-component-change.js';
import { scheduledUpgrade } from './controllers/upgrade/scheduled-upgrade.js';
import { UPGRADE_CLUSTER } from './model/upgrade.rules.js';
import { scheduledScaling } from './controllers/vertical-scaling/scheduled-scaling.js';
import { SCALE_VERTICALLY } from './model/vertical-scaling.rules.js';
import type { ScheduledChange } from './controllers/maintenance-window/scheduled-change.reconciler.js';

/** What can wait for a maintenance window, by type of operation. */
export function scheduledChanges(
  dependencies: Pick<Platform, 'kubernetes'>,
): Readonly<Record<string, ScheduledChange>> {
  return {
    [UPGRADE_CLUSTER]: scheduledUpgrade(dependencies),
    [SCALE_VERTICALLY]: scheduledScaling,
    ...Object.fromEntries(
      COMPONENT_ACTIONS.map((action) => [componentOperation(action), scheduledComponentChange(action)]),
    ),
  };
}
