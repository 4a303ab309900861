import type { Difference } from './difference.js';

export const admission: readonly Difference[] = [
  {
    reason: 'ValidatingAdmissionPolicies are not served.',
    titles: [
      'rejects what a ValidatingAdmissionPolicy denies',
      'warns of what a ValidatingAdmissionPolicy only warns of',
      'rejects a ValidatingAdmissionPolicy whose expression does not compile',
    ],
  },
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
