import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog } from '../../../catalog/catalog.js';
import { compareVersions, VersionPolicy } from '../../../subgraphs/clusters/model/version.rules.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';
import type { PayloadView } from '../requests.js';

const { kubernetesVersions } = await readCatalog();
const published = kubernetesVersions.map(({ id, minor, releasedAt }) => ({
  id,
  minor,
  releasedAt: new Date(releasedAt),
}));
const policy = new VersionPolicy(published);
const minors = [...new Set(published.map(({ minor }) => minor))].sort(compareVersions);
const pairs = published.flatMap((from) => published.map((to) => [from.id, to.id] as const));

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

/**
 * A second implementation of the rule: a newer patch of the same minor version, or any patch of the next one in the catalog.
 */
function mayUpgrade(from: string, to: string): boolean {
  const [a, b] = [from, to].map((id) => minors.findIndex((minor) => id.startsWith(`${minor}.`))) as [
    number,
    number,
  ];
  return b - a === 1 || (a === b && Number(to.split('.')[2]) > Number(from.split('.')[2]));
}

test('every minor version of the catalog is even and adjacent to the next', () => {
  const numbers = minors.map((minor) => Number(minor.split('.')[1]));
  expect(numbers.filter((number) => number % 2 !== 0)).toEqual([]);
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + 2 * index));
});

describe('all ordered pairs of versions', () => {
  test.each(pairs)('the policy decides an upgrade from %s to %s', (from, to) => {
    const choice = policy.chooseUpgrade(from, to);
    const expected = mayUpgrade(from, to)
      ? { ok: true, version: to }
      : { ok: false, code: 'UPGRADE_NOT_ALLOWED' };
    expect(choice).toMatchObject(expected);
    expect(policy.upgradeTargets(from).includes(to)).toBe(choice.ok);
  });

  test('contain allowed and rejected upgrades', () => {
    expect(pairs).toHaveLength(published.length ** 2);
    expect(pairs.filter(([from, to]) => mayUpgrade(from, to)).length).toBeGreaterThan(20);
  });
});

describe('all versions of the catalog', () => {
  interface MutationData {
    readonly payload: PayloadView & { readonly cluster: { readonly state: string } | null };
  }

  test('upgradeCluster accepts exactly the pairs that the policy allows, which upgradeTargets lists', async () => {
    const { id } = await runningCluster(clusters, 'acme', { name: 'of-each-version' });
    const upgrade = `mutation ($input: UpgradeClusterInput!) { payload: upgradeCluster(input: $input, dryRun: true) {
      cluster { state } operation { id type state } userErrors { code path } } }`;
    const targets = 'query ($id: ID!) { cluster(id: $id) { version { upgradeTargets { id } } } }';
    for (const from of published) {
      // createCluster does not accept all of them, so the row is changed.
      await clusters.platform.database.prisma.cluster.update({ where: { id }, data: { version: from.id } });
      const accepted: string[] = [];
      for (const to of published) {
        const { data } = await clusters.run<MutationData>(upgrade, { input: { id, version: to.id } });
        const { cluster, userErrors } = data.payload;
        if (userErrors.length === 0) accepted.push(to.id);
        else expect(userErrors).toEqual([{ code: 'UPGRADE_NOT_ALLOWED', path: ['input', 'version'] }]);
        expect(cluster?.state, `${from.id} to ${to.id}`).toBe(
          mayUpgrade(from.id, to.id) ? 'UPGRADING' : undefined,
        );
      }
      type Targets = { cluster: { version: { upgradeTargets: { id: string }[] } } };
      const { data } = await clusters.run<Targets>(targets, { id });
      expect(data.cluster.version.upgradeTargets.map((target) => target.id).sort()).toEqual(accepted.sort());
    }
  });

  test('createCluster accepts the newest patch of each of the newest two minor versions only', async () => {
    const create = `mutation ($input: CreateClusterInput!) { payload: createCluster(input: $input, dryRun: true) {
      userErrors { code path } } }`;
    const versions = '{ kubernetesVersions { id creatable supported expired } }';
    const { data } = await clusters.run<{
      kubernetesVersions: { id: string; creatable: boolean; supported: boolean; expired: boolean }[];
    }>(versions);
    const ids = (offered: 'creatable' | 'supported') =>
      data.kubernetesVersions.filter((version) => version[offered]).map(({ id }) => id);
    expect(ids('creatable')).toEqual(['1.34.3', '1.32.6']);
    expect(ids('supported')).toEqual(['1.34.3', '1.32.6', '1.30.12']);
    expect(data.kubernetesVersions.filter((version) => version.supported === version.expired)).toEqual([]);
    expect(data.kubernetesVersions).toHaveLength(published.length);
    for (const { id, creatable } of data.kubernetesVersions) {
      const request = { name: 'tried', regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', version: id };
      const { payload } = (await clusters.run<MutationData>(create, { input: request })).data;
      expect(payload.userErrors, id).toEqual(
        creatable ? [] : [{ code: 'VERSION_NOT_CREATABLE', path: ['input', 'version'] }],
      );
    }
  });
});

test.each([
  // The next patch was published first.
  ['1.26.3', '2024-03-14T00:00:00.000Z', 'MINOR_EXPIRED'],
  // The third newer minor version was published.
  ['1.24.17', '2024-05-14T00:00:00.000Z', 'MINOR_EXPIRED'],
  ['1.28.15', '2025-09-09T00:00:00.000Z', 'MINOR_EXPIRED'],
  ['1.32.1', '2025-06-17T00:00:00.000Z', 'PATCH_EXPIRED'],
  ['1.30.12', null, 'SUPPORTED'],
  ['1.34.3', null, 'SUPPORTED'],
])('%s expired at %s and is %s', async (id, expiryDate, supportStatus) => {
  const query = '{ kubernetesVersions { id releasedAt expiryDate supportStatus expired releaseNotes } }';
  const { data } = await clusters.run<{ kubernetesVersions: { id: string }[] }>(query);
  const version = data.kubernetesVersions.find((candidate) => candidate.id === id);
  expect(version).toMatchObject({ expiryDate, supportStatus, expired: supportStatus !== 'SUPPORTED' });
  const released = published.find((candidate) => candidate.id === id)?.releasedAt.toISOString();
  expect(version).toMatchObject({ releasedAt: released });
  const [, minor = '', patch = ''] = id.split('.');
  expect(version).toMatchObject({
    releaseNotes: `https://github.com/kubernetes/kubernetes/blob/master/CHANGELOG/CHANGELOG-1.${minor}.md#v1${minor}${patch}`,
  });
});

interface Release {
  readonly id: string;
  readonly changes: string[];
  readonly removedApis: {
    removedIn: string;
    group: string;
    version: string;
    kind: string;
    replacement: string | null;
  }[];
}

test('every version lists its changes and the APIs removed since the previous minor version', async () => {
  const query =
    '{ kubernetesVersions { id changes removedApis { removedIn group version kind replacement } } }';
  const { data } = await clusters.run<{ kubernetesVersions: Release[] }>(query);
  const of = (id: string) => data.kubernetesVersions.find((version) => version.id === id)?.removedApis ?? [];
  expect(data.kubernetesVersions.filter(({ changes }) => changes.length < 3)).toEqual([]);
  const names = of('1.26.15').map(({ removedIn, group, version, kind, replacement }) =>
    [removedIn, `${group}/${version}`, kind, replacement].join(' '),
  );
  expect(names).toContain('1.25 batch/v1beta1 CronJob batch/v1');
  expect(names).toContain('1.25 policy/v1beta1 PodSecurityPolicy ');
  expect(names).toContain('1.26 autoscaling/v2beta2 HorizontalPodAutoscaler autoscaling/v2');
  expect(names.filter((name) => !/^1\.2[56] /.test(name))).toEqual([]);
  expect(new Set(of('1.32.1').map(({ removedIn, version }) => `${removedIn} ${version}`))).toEqual(
    new Set(['1.32 v1beta3']),
  );
  expect(of('1.34.3')).toEqual([]);
});
