import type * as model from '../../model/maintenance-window.enums.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';

export const ChangeTiming = graphEnum<model.ChangeTiming>(
  'ChangeTiming',
  'When a change that disturbs a cluster begins.',
  {
    IMMEDIATE: 'At once.',
    MAINTENANCE_WINDOW:
      'When its maintenance window is open: at once if it is now, else at its next opening; see Operation.scheduledFor.',
  },
);

export type ChangeTiming = model.ChangeTiming;
