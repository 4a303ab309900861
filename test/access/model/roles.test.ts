import { expect, test } from 'vitest';
import { predefinedRoles } from '../../../access/model/roles.js';
import { isVerb, type Verb, verbs } from '../../../access/model/verb.js';

/** Roles that have each verb, written by hand. */
test.each<[Verb, readonly string[]]>([
  ['clusters.read', ['administrator', 'operations', 'developer', 'restricted', 'read-only', 'cost-reader']],
  ['clusters.delete', ['administrator', 'operations']],
  ['nodePools.scale', ['administrator', 'operations']],
  ['kubeconfigs.issue', ['administrator', 'operations', 'developer']],
  ['secrets.read', ['administrator', 'operations', 'developer']],
  ['pods.exec', ['administrator', 'operations', 'developer']],
  ['workloads.scale', ['administrator', 'operations', 'developer', 'restricted']],
  ['workloads.read', ['administrator', 'operations', 'developer', 'restricted', 'read-only']],
  ['quotas.approve', ['administrator', 'quota-approver']],
  ['kubernetesVersions.publish', ['administrator']],
  ['billingReports.read', ['administrator', 'operations', 'cost-reader']],
  ['auditEvents.read', ['administrator', 'auditor']],
  ['permissions.grant', ['administrator']],
  ['permissions.read', ['administrator', 'auditor']],
])('%s is in the roles of the table', (verb, roles) => {
  expect(predefinedRoles.filter((role) => role.verbs.includes(verb)).map(({ name }) => name)).toEqual(roles);
});

test('an administrator has every verb', () => {
  expect(predefinedRoles.find(({ name }) => name === 'administrator')?.verbs).toEqual(verbs);
});

test('a text is a verb if a field or the API server of a cluster checks it', () => {
  expect(['clusters.read', 'pods.exec', 'clusters.fly', 'constructor'].map(isVerb)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
