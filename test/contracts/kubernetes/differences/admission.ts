import type { Difference } from './difference.js';

export const admission: readonly Difference[] = [
  {
    reason: 'Admission webhooks are not served.',
    titles: [
      'rejects a request whose webhook cannot be called, unless its failures are ignored',
      'rejects a webhook with both a URL and a Service',
    ],
  },
  {
    reason: "A pod's service account is not looked up, and its token is not mounted.",
    titles: [
      'rejects a pod of a service account that does not exist',
      'mounts a token of the service account into each container',
    ],
  },
];
