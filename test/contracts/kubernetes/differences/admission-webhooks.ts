import type { Difference } from './difference.js';

export const admissionWebhooks: readonly Difference[] = [
  {
    reason: "Webhooks do not review what kubesim's own controllers write, such as the pods of a ReplicaSet.",
    titles: ['calls webhooks for the pods of a controller'],
  },
];
