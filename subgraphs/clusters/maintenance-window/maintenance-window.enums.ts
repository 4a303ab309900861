import { graphEnum } from '../../../kernel/graph/graph-enum.js';

export const MaintenanceWhen = graphEnum('MaintenanceWhen', 'When a change that disturbs a cluster begins.', {
  NOW: 'At once.',
  IN_WINDOW:
    'When its maintenance window is open: at once if it is now, else at its next opening; see Operation.scheduledFor.',
});
export type MaintenanceWhen = keyof typeof MaintenanceWhen;
