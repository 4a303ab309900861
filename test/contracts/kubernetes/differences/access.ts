import type { Difference } from './difference.js';

export const access: readonly Difference[] = [
  {
    reason: 'Roles and bindings are not objects: the rights are fixed.',
    titles: [
      'allows what a Role bound to the user allows, and no more',
      'allows what a ClusterRole bound to a group in one namespace allows',
      'limits a rule to resource names',
      'refuses to create a role with more rights than its creator has',
      'has the roles that every cluster has',
      'acts as the user and groups of an impersonation',
      'tells a user what it may do',
      'lists the rules of a user',
    ],
  },
  {
    reason: 'An impersonation without a user is rejected with another code.',
    titles: ['refuses to impersonate a group without a user'],
  },
  {
    reason: 'Service accounts have no tokens, and tokens are not reviewed.',
    titles: [
      'issues a token of a service account that acts as it',
      'rejects a token for less than ten minutes',
      'reviews a token',
      'rejects the token of a deleted service account',
    ],
  },
];
