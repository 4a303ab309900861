import type * as model from '../../model/maintenance-window.enums.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';

export const ChangeTiming = graphEnum<model.ChangeTiming>(
  'ChangeTiming',
  'When a change that disrupts a cluster starts.',
  {
    IMMEDIATE: 'Immediately.',
    MAINTENANCE_WINDOW:
      'In the maintenance window: immediately if it is open, else at its next occurrence; see Operation.scheduledFor.',
  },
);

export type ChangeTiming = model.ChangeTiming;
