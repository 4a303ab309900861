import { describe, expect, test } from 'vitest';
import { kubernetesGroups, principalGroups } from '../../../access/kubernetes-user.js';
import { parseLabelSelector } from '../../../access/model/label-selector.js';
import type { Scope } from '../../../access/model/permission.js';
import { ACCOUNT_GROUP } from '../../../access/model/group-name.js';
import { groupKey, principalId } from '../../../access/model/principal.js';
import type { Verb } from '../../../access/model/verb.js';
import { predefinedRolesById } from '../../../access/model/role-id.js';
import {
  bindingsOf,
  nextExpiry,
  type PrincipalGrant,
} from '../../../subgraphs/clusters/model/cluster-access.rules.js';

const NOW = new Date('2026-12-03T08:00:00Z');
const LATER = new Date('2026-12-03T09:00:00Z');
const cluster = { id: 'cluster_prod', regionId: 'eu-1', labels: { env: 'prod' } };
const ann = principalGroups('acme', 'principal_ann');
const everybody = principalGroups('acme', principalId('acme', groupKey(ACCOUNT_GROUP)));

function grant(role: string, scope: Scope, more: Partial<PrincipalGrant> = {}): PrincipalGrant {
  const verbs = predefinedRolesById.get(`role_${role}`)?.verbs ?? [role as Verb];
  return { groups: ann, verbs, effect: 'ALLOW', scope, ...more };
}

/** Bindings with a subject: `<namespace>/<ClusterRole> <group>`. */
const bound = (...grants: readonly PrincipalGrant[]) =>
  bindingsOf(cluster, grants, NOW)
    .filter(({ group }) => group !== undefined)
    .map(({ namespace = '', clusterRole, group }) => `${namespace}/${clusterRole} ${group}`)
    .toSorted();

describe('the bindings of permissions in a cluster', () => {
  test('a developer of a namespace edits there, and views with a token that only reads', () => {
    expect(bound(grant('developer', { clusterId: cluster.id, namespaces: ['web'] }))).toEqual([
      'web/edit fleetgraph:principal_ann',
      'web/view fleetgraph:principal_ann:read',
    ]);
  });

  test('an administrator of the cluster is cluster-admin; one of a namespace administers the namespace', () => {
    expect(bound(grant('administrator', { regionId: 'eu-1' }))).toContain(
      '/cluster-admin fleetgraph:principal_ann',
    );
    const inWeb = bound(grant('administrator', { namespaces: ['web'] }));
    expect(inWeb).toContain('web/admin fleetgraph:principal_ann');
    expect(inWeb.filter((binding) => !binding.startsWith('web/'))).toEqual([]);
  });

  test('a role with the verb permissions.grant alone binds nothing', () => {
    expect(bound(grant('permissions.grant', {}))).toEqual([]);
  });

  test('a role of single verbs binds a ClusterRole for each', () => {
    const verbs = ['workloads.scale', 'podLogs.read'] as const;
    expect(bound(grant('', { namespaces: ['web'] }, { verbs }))).toEqual([
      'web/fleetgraph:log-reader fleetgraph:principal_ann',
      'web/fleetgraph:log-reader fleetgraph:principal_ann:read',
      'web/fleetgraph:workload-scaler fleetgraph:principal_ann',
    ]);
  });

  test('reading the secrets needs a token that may write', () => {
    const readers = bound(grant('developer', {})).filter((binding) => binding.endsWith(':read'));
    expect(readers).toEqual(
      ['/fleetgraph:cluster-view', '/view'].map((role) => `${role} fleetgraph:principal_ann:read`),
    );
    expect(bound(grant('secrets.read', {}))).toEqual(['/fleetgraph:secret-reader fleetgraph:principal_ann']);
  });

  test.each<[string, PrincipalGrant]>([
    ['in another region', grant('developer', { regionId: 'ap-1' })],
    ['in another cluster', grant('developer', { clusterId: 'cluster_dev' })],
    [
      'for clusters with other labels',
      grant('developer', { clusterSelector: parseLabelSelector('env=dev') }),
    ],
    ['that has ended', grant('developer', {}, { expiresAt: NOW })],
  ])('a permission %s binds nothing', (_, permission) => {
    expect(bound(permission)).toEqual([]);
  });

  test('a permission that denies takes its verbs off the others of its principal', () => {
    const deny = (scope: Scope, ...verbs: PrincipalGrant['verbs']) =>
      grant('', scope, { effect: 'DENY', verbs });
    const inWebAndShop = grant('developer', { namespaces: ['web', 'shop'] });
    const withoutSecrets = deny({ namespaces: ['web'] }, 'secrets.read', 'secrets.update');
    const bindings = bound(inWebAndShop, withoutSecrets);
    expect(bindings).toContain('shop/edit fleetgraph:principal_ann');
    expect(bindings).not.toContain('web/edit fleetgraph:principal_ann');
    expect(bindings).toContain('web/fleetgraph:workload-editor fleetgraph:principal_ann');
    expect(bindings.filter((binding) => binding.includes('secret'))).toEqual([]);
    // A binding in the whole cluster would reach the namespace, too.
    expect(
      bound(grant('developer', {}), withoutSecrets).filter((binding) => /edit |secret/.test(binding)),
    ).toEqual([]);
  });

  test('the principals of an account without changed permissions keep the bindings of a new cluster', () => {
    const initial = bindingsOf(cluster, [grant('administrator', {}, { groups: everybody })], NOW);
    expect(initial.filter(({ group }) => group === undefined)).toEqual([]);
    expect(initial).toContainEqual({
      name: 'fleetgraph:writers',
      namespace: undefined,
      clusterRole: 'cluster-admin',
      group: kubernetesGroups.writers,
    });
  });

  test('the bindings of a new cluster stay without a subject when another permission takes their place', () => {
    const initial = bindingsOf(cluster, [grant('developer', {})], NOW).filter(
      ({ group }) => group === undefined,
    );
    expect(initial.map(({ name }) => name)).toEqual([
      'fleetgraph:writers',
      'fleetgraph:readers',
      'fleetgraph:readers-of-cluster',
    ]);
  });

  test('the next change without a change of permissions is when the first of them ends', () => {
    const ends = [LATER, new Date(LATER.getTime() + 1), NOW].map((expiresAt) =>
      grant('developer', {}, { expiresAt }),
    );
    expect(nextExpiry(ends, NOW)).toEqual(LATER);
    expect(nextExpiry([grant('developer', {})], NOW)).toBeUndefined();
  });
});
