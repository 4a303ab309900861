import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../../access/model/permission.js';
import { Rights } from '../../../access/model/rights.js';
import { predefinedRoles } from '../../../access/model/roles.js';
import type { Target } from '../../../access/model/target.js';
import { isNamespaced, tokenScopesOf, verbs } from '../../../access/model/verb.js';
import { packageRoot } from '../../../kernel/package-root.js';

const cluster = { id: 'cluster_a', regionId: 'r1', labels: { env: 'prod' } };
const targets = {
  account: {},
  region: { regionId: 'r1' },
  otherRegion: { regionId: 'r2' },
  cluster: { cluster },
  otherCluster: { cluster: { id: 'cluster_b', regionId: 'r2', labels: { env: 'dev' } } },
  namespace: { cluster, namespace: 'web' },
  otherNamespace: { cluster, namespace: 'db' },
} as const satisfies Record<string, Target>;
type TargetName = keyof typeof targets;

/** Scopes, and the targets that each contains. */
const scopes: readonly {
  readonly name: string;
  readonly scope: Scope;
  readonly contains: readonly TargetName[];
}[] = [
  { name: 'the account', scope: {}, contains: Object.keys(targets) as TargetName[] },
  {
    name: 'a region',
    scope: { regionId: 'r1' },
    contains: ['region', 'cluster', 'namespace', 'otherNamespace'],
  },
  {
    name: 'a cluster',
    scope: { clusterId: 'cluster_a' },
    contains: ['cluster', 'namespace', 'otherNamespace'],
  },
  {
    name: 'clusters with a label',
    scope: { clusterSelector: { matchLabels: { env: 'prod' } } },
    contains: ['cluster', 'namespace', 'otherNamespace'],
  },
  {
    name: 'a namespace of a cluster',
    scope: { clusterId: 'cluster_a', namespaces: ['web'] },
    contains: ['namespace'],
  },
  { name: 'a namespace of all clusters', scope: { namespaces: ['web'] }, contains: ['namespace'] },
];

const OF_CLUSTERS = ['clusters.read', 'kubeconfigs.issue'];
const at = new Date('2026-12-03T12:00:00Z');
const rows: string[] = [];

describe.each(predefinedRoles)('the role $name', ({ name, verbs: own }) => {
  const total = { tried: 0, allowed: 0 };
  afterAll(() => {
    rows.push(`${name} | ${total.tried} | ${total.allowed} | ${total.tried - total.allowed}`);
  });

  test.each(scopes)('in $name allows its verbs there and nothing else', ({ scope, contains }) => {
    const grant = { permissionId: 'p', role: name, verbs: own, effect: 'ALLOW', scope } as const;
    for (const verb of verbs) {
      const rights = new Rights([grant], tokenScopesOf(verb));
      const denied = new Rights([grant, { ...grant, effect: 'DENY' }], tokenScopesOf(verb));
      for (const [target, value] of Object.entries(targets) as [TargetName, Target][]) {
        // The cluster of a namespace is visible, and has a kubeconfig for it; it is in no namespace itself.
        if (OF_CLUSTERS.includes(verb) && scope.namespaces) continue;
        const expected =
          own.includes(verb) && contains.includes(target) && (!scope.namespaces || isNamespaced(verb));
        const { allowed } = rights.decide(verb, value, at);
        expect(allowed, `${verb} on ${target}`).toBe(expected);
        expect(denied.decide(verb, value, at).allowed, `denied ${verb} on ${target}`).toBe(false);
        total.tried += 1;
        total.allowed += allowed ? 1 : 0;
      }
    }
  });
});

test('docs/access.md has the counts of these decisions', async () => {
  const page = await readFile(join(packageRoot, 'docs/access.md'), 'utf8');
  const shown = page.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' ').replace(/^\| (.*?) \|$/, '$1'));
  expect(shown).toEqual(expect.arrayContaining(rows));
});
