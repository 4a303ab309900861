import { describe, expect, test } from 'vitest';
import { containsCluster, containsId } from '../../../access/model/cluster-filter.js';
import { parseLabelSelector } from '../../../access/model/label-selector.js';
import type { Grant, Scope } from '../../../access/model/permission.js';
import { type Decision, Rights } from '../../../access/model/rights.js';
import type { Target, TargetCluster } from '../../../access/model/target.js';
import type { Verb } from '../../../access/model/verb.js';
import { accountScopes } from '../../../access/scopes.js';

const NOW = new Date('2026-12-03T08:00:00Z');
const LATER = new Date('2026-12-03T09:00:00Z');
const EARLIER = new Date('2026-12-03T07:00:00Z');

const prod = cluster('cluster_prod', 'eu-1', { env: 'prod' });
const dev = cluster('cluster_dev', 'eu-1', { env: 'dev' });
const asia = cluster('cluster_asia', 'ap-1', {});

const account: Target = {};
const inProd: Target = { cluster: prod };
const inDev: Target = { cluster: dev };
const inAsia: Target = { cluster: asia };
const europe: Target = { regionId: 'eu-1' };
const webInProd: Target = { cluster: prod, namespace: 'web' };
const shopInProd: Target = { cluster: prod, namespace: 'shop' };
const webInAsia: Target = { cluster: asia, namespace: 'web' };
const targets = { account, europe, inProd, inDev, inAsia, webInProd, shopInProd, webInAsia };
type TargetName = keyof typeof targets;

function cluster(id: string, regionId: string, labels: Record<string, string>): TargetCluster {
  return { id, regionId, labels };
}

function allow(scope: Scope, ...verbs: Verb[]): Grant {
  return { permissionId: 'permission_allow', role: 'r', verbs, effect: 'ALLOW', scope };
}

function deny(scope: Scope, ...verbs: Verb[]): Grant {
  return { permissionId: 'permission_deny', role: 'd', verbs, effect: 'DENY', scope };
}

function allowedTargets(grants: readonly Grant[], verb: Verb): TargetName[] {
  const rights = new Rights(grants, accountScopes);
  return (Object.keys(targets) as TargetName[]).filter(
    (name) => rights.decide(verb, targets[name], NOW).allowed,
  );
}

const envProd = parseLabelSelector('env=prod');
const EVERYTHING: TargetName[] = [
  'account',
  'europe',
  'inProd',
  'inDev',
  'inAsia',
  'webInProd',
  'shopInProd',
  'webInAsia',
];

/** Where `workloads.read` is allowed, written by hand. */
const table: readonly (readonly [what: string, grants: readonly Grant[], where: readonly TargetName[]])[] = [
  ['no permission', [], []],
  ['a permission for another verb', [allow({}, 'clusters.read')], []],
  ['the account', [allow({}, 'workloads.read')], EVERYTHING],
  [
    'a region',
    [allow({ regionId: 'eu-1' }, 'workloads.read')],
    ['europe', 'inProd', 'inDev', 'webInProd', 'shopInProd'],
  ],
  ['a cluster', [allow({ clusterId: 'cluster_asia' }, 'workloads.read')], ['inAsia', 'webInAsia']],
  [
    'a cluster in another region',
    [allow({ clusterId: 'cluster_asia', regionId: 'eu-1' }, 'workloads.read')],
    [],
  ],
  [
    'a label selector',
    [allow({ clusterSelector: envProd }, 'workloads.read')],
    ['inProd', 'webInProd', 'shopInProd'],
  ],
  [
    'a negated label selector',
    [allow({ clusterSelector: parseLabelSelector('!env') }, 'workloads.read')],
    ['inAsia', 'webInAsia'],
  ],
  [
    'a namespace in all clusters',
    [allow({ namespaces: ['web'] }, 'workloads.read')],
    ['webInProd', 'webInAsia'],
  ],
  [
    'a namespace in one cluster',
    [allow({ clusterId: 'cluster_prod', namespaces: ['web', 'db'] }, 'workloads.read')],
    ['webInProd'],
  ],
  [
    'two permissions',
    [
      allow({ clusterId: 'cluster_asia' }, 'workloads.read'),
      allow({ clusterId: 'cluster_dev' }, 'workloads.read'),
    ],
    ['inDev', 'inAsia', 'webInAsia'],
  ],
  [
    'the account except a cluster',
    [allow({}, 'workloads.read'), deny({ clusterId: 'cluster_prod' }, 'workloads.read')],
    ['account', 'europe', 'inDev', 'inAsia', 'webInAsia'],
  ],
  [
    'a cluster that a region denies',
    [deny({ regionId: 'ap-1' }, 'workloads.read'), allow({ clusterId: 'cluster_asia' }, 'workloads.read')],
    [],
  ],
  [
    'a cluster except a namespace',
    [allow({ clusterId: 'cluster_prod' }, 'workloads.read'), deny({ namespaces: ['web'] }, 'workloads.read')],
    ['inProd', 'shopInProd'],
  ],
  ['a denied account', [allow({}, 'workloads.read'), deny({}, 'workloads.read')], []],
  ['another verb denied', [allow({}, 'workloads.read'), deny({}, 'workloads.scale')], EVERYTHING],
];

describe('a decision', () => {
  test.each(table)('for %s allows exactly the targets of the table', (_, grants, where) => {
    expect(allowedTargets(grants, 'workloads.read')).toEqual(where);
  });

  test('names the permission that decided', () => {
    const rights = new Rights(
      [allow({}, 'clusters.delete'), deny({ clusterId: 'cluster_prod' }, 'clusters.delete')],
      accountScopes,
    );
    const decided = ({ allowed, by }: Decision) => [allowed, by?.permissionId];
    expect(decided(rights.decide('clusters.delete', inProd, NOW))).toEqual([false, 'permission_deny']);
    expect(decided(rights.decide('clusters.delete', inDev, NOW))).toEqual([true, 'permission_allow']);
    expect(rights.decide('clusters.create', inDev, NOW)).toEqual({ allowed: false, reason: 'NO_PERMISSION' });
  });

  test('ignores an expired permission from its end on', () => {
    const until = (grant: Grant, expiresAt: Date): Grant => ({ ...grant, expiresAt });
    const may = (...grants: Grant[]) =>
      new Rights(grants, accountScopes).decide('clusters.read', inProd, NOW).allowed;
    expect(may(until(allow({}, 'clusters.read'), LATER))).toBe(true);
    expect(may(until(allow({}, 'clusters.read'), NOW))).toBe(false);
    expect(may(until(allow({}, 'clusters.read'), EARLIER))).toBe(false);
    expect(may(allow({}, 'clusters.read'), until(deny({}, 'clusters.read'), EARLIER))).toBe(true);
    expect(may(allow({}, 'clusters.read'), until(deny({}, 'clusters.read'), LATER))).toBe(false);
  });

  test.each([
    ['clusters.read', [], true],
    ['clusters.delete', [], false],
    ['clusters.delete', ['fleet:write'], true],
    ['kubeconfigs.issue', ['fleet:write'], false],
    ['kubeconfigs.issue', ['fleet:kubeconfig'], true],
    ['secrets.read', ['fleet:kubeconfig'], false],
    ['quotas.approve', ['fleet:write', 'fleet:kubeconfig'], false],
    ['quotas.approve', ['fleet:admin'], true],
  ] as const)('for %s needs the scopes of the token: %j is enough: %s', (verb, scopes, enough) => {
    const rights = new Rights([allow({}, verb)], scopes);
    expect(rights.decide(verb, account, NOW)).toMatchObject(
      enough ? { allowed: true } : { allowed: false, reason: 'TOKEN_SCOPE' },
    );
    expect(rights.isUnrestricted(verb, NOW)).toBe(enough);
  });

  test('adds nothing for the scopes of a token', () => {
    expect(new Rights([], accountScopes).decide('clusters.read', inProd, NOW).allowed).toBe(false);
  });

  test('shows the cluster of a namespace, and nothing else outside the namespace', () => {
    const grants = [allow({ namespaces: ['web'] }, 'clusters.read', 'clusters.delete', 'nodePools.read')];
    const rights = new Rights(grants, accountScopes);
    expect(rights.decide('clusters.read', inProd, NOW).allowed).toBe(true);
    expect(rights.decide('clusters.read', account, NOW).allowed).toBe(false);
    expect(rights.decide('clusters.delete', inProd, NOW).allowed).toBe(false);
    expect(rights.decide('clusters.delete', webInProd, NOW).allowed).toBe(false);
    expect(rights.decide('nodePools.read', inProd, NOW).allowed).toBe(false);
  });
});

describe('the clusters that a verb reaches', () => {
  const names = (grants: readonly Grant[], verb: Verb = 'workloads.read') => {
    const filter = new Rights(grants, accountScopes).clusters(verb, NOW);
    if (filter === 'all' || filter === 'none') return filter;
    return [prod, dev, asia].filter((each) => containsCluster(filter, each)).map(({ id }) => id);
  };

  test.each<[string, readonly Grant[], string | string[]]>([
    ['no permission', [], 'none'],
    ['the account', [allow({}, 'workloads.read')], 'all'],
    ['a denied account', [allow({}, 'workloads.read'), deny({}, 'workloads.read')], 'none'],
    ['a region', [allow({ regionId: 'eu-1' }, 'workloads.read')], ['cluster_prod', 'cluster_dev']],
    ['a selector', [allow({ clusterSelector: envProd }, 'workloads.read')], ['cluster_prod']],
    [
      'the account except a selector',
      [allow({}, 'workloads.read'), deny({ clusterSelector: envProd }, 'workloads.read')],
      ['cluster_dev', 'cluster_asia'],
    ],
    [
      'a region except a cluster',
      [allow({ regionId: 'eu-1' }, 'workloads.read'), deny({ clusterId: 'cluster_prod' }, 'workloads.read')],
      ['cluster_dev'],
    ],
    ['a namespace in all clusters', [allow({ namespaces: ['web'] }, 'workloads.read')], 'all'],
    [
      'a denied namespace',
      [
        allow({ clusterId: 'cluster_dev' }, 'workloads.read'),
        deny({ namespaces: ['web'] }, 'workloads.read'),
      ],
      ['cluster_dev'],
    ],
  ])('for %s are those of the table', (_, grants, expected) => {
    expect(names(grants)).toEqual(expected);
  });

  test('exclude those of a namespace for kinds that are in none', () => {
    expect(names([allow({ namespaces: ['web'] }, 'nodePools.read')], 'nodePools.read')).toBe('none');
    expect(names([allow({ namespaces: ['web'] }, 'clusters.read')], 'clusters.read')).toBe('all');
    expect(names([allow({ namespaces: ['web'] }, 'kubeconfigs.issue')], 'kubeconfigs.issue')).toBe('all');
  });
});

describe('the regions that a verb reaches', () => {
  test.each<[string, readonly Grant[], readonly string[]]>([
    ['no permission', [], []],
    ['the account', [allow({}, 'vpcs.read')], ['eu-1', 'ap-1']],
    ['a region', [allow({ regionId: 'eu-1' }, 'vpcs.read')], ['eu-1']],
    ['a cluster', [allow({ clusterId: 'cluster_prod' }, 'vpcs.read')], []],
    ['clusters of a region', [allow({ regionId: 'eu-1', clusterSelector: envProd }, 'vpcs.read')], []],
    [
      'the account except a region',
      [allow({}, 'vpcs.read'), deny({ regionId: 'eu-1' }, 'vpcs.read')],
      ['ap-1'],
    ],
    ['a denied account', [allow({}, 'vpcs.read'), deny({}, 'vpcs.read')], []],
  ])('for %s are those of the table', (_, grants, expected) => {
    const filter = new Rights(grants, accountScopes).regions('vpcs.read', NOW);
    expect(['eu-1', 'ap-1'].filter((id) => containsId(filter, id))).toEqual(expected);
  });
});

describe('the namespaces that a verb reaches in a cluster', () => {
  test.each<[string, readonly Grant[], readonly string[]]>([
    ['no permission', [], []],
    ['the cluster', [allow({ clusterId: 'cluster_prod' }, 'pods.read')], ['web', 'shop']],
    ['another cluster', [allow({ clusterId: 'cluster_dev' }, 'pods.read')], []],
    ['a namespace', [allow({ namespaces: ['web'] }, 'pods.read')], ['web']],
    [
      'the cluster except a namespace',
      [allow({ clusterSelector: envProd }, 'pods.read'), deny({ namespaces: ['web'] }, 'pods.read')],
      ['shop'],
    ],
    [
      'a namespace of a denied cluster',
      [allow({ namespaces: ['web'] }, 'pods.read'), deny({ clusterId: 'cluster_prod' }, 'pods.read')],
      [],
    ],
  ])('for %s are those of the table', (_, grants, expected) => {
    const filter = new Rights(grants, accountScopes).namespaces('pods.read', prod, NOW);
    expect(['web', 'shop'].filter((name) => containsId(filter, name))).toEqual(expected);
  });
});

describe('rights that contain a scope', () => {
  const contains = (grants: readonly Grant[], scope: Scope, named?: TargetCluster) =>
    new Rights(grants, accountScopes).contains('pods.read', scope, NOW, named);

  test.each<[string, Scope, Scope, TargetCluster | undefined, boolean]>([
    ['the account', {}, { regionId: 'eu-1', namespaces: ['web'] }, undefined, true],
    ['a region', { regionId: 'eu-1' }, {}, undefined, false],
    ['a region', { regionId: 'eu-1' }, { regionId: 'eu-1', clusterSelector: envProd }, undefined, true],
    ['a region', { regionId: 'eu-1' }, { clusterId: 'cluster_prod' }, prod, true],
    ['a region', { regionId: 'eu-1' }, { clusterId: 'cluster_asia' }, asia, false],
    [
      'a selector',
      { clusterSelector: envProd },
      { clusterSelector: parseLabelSelector('env=prod,a') },
      undefined,
      true,
    ],
    [
      'a selector',
      { clusterSelector: envProd },
      { clusterSelector: parseLabelSelector('a') },
      undefined,
      false,
    ],
    ['a namespace', { namespaces: ['web'] }, { clusterId: 'cluster_prod' }, prod, false],
    [
      'a namespace',
      { namespaces: ['web', 'shop'] },
      { clusterId: 'cluster_prod', namespaces: ['web'] },
      prod,
      true,
    ],
  ])('%s %j contains %j: %s %s', (_, outer, inner, named, expected) => {
    expect(contains([allow(outer, 'pods.read')], inner, named)).toBe(expected);
  });

  test('exclude a scope in which a permission may deny the verb', () => {
    const grants = [allow({}, 'pods.read'), deny({ clusterSelector: envProd }, 'pods.read')];
    expect(contains(grants, {})).toBe(false);
    expect(contains(grants, { clusterId: 'cluster_prod' }, prod)).toBe(false);
    expect(contains(grants, { clusterId: 'cluster_dev' }, dev)).toBe(true);
  });
});
