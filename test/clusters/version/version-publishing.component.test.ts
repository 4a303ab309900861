import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noFaultInjection } from '../../../engine/contract.js';
import { VersionPolicy } from '../../../subgraphs/clusters/model/version.rules.js';
import { publishProblems } from '../../../subgraphs/clusters/model/publish-version.rules.js';
import { versionSupportSchedule } from '../../../subgraphs/clusters/controllers/version-support/version-support.reconciler.js';
import { upgradeHint } from '../../../subgraphs/clusters/model/release.rules.js';
import { waitForOperation, type EngineFixture, requestCluster } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { type Ask, graphOf, type GraphWithEngine, openGraphWithEngine } from '../graph-with-engine.js';
import { beginUpgrade } from '../upgrade/upgrade-kit.js';
import { accountScopes } from '../../../access/scopes.js';

let setup: GraphWithEngine;
let world: EngineFixture;
let ask: Ask;
/** A client of another process, which has its own copy of the catalog. */
let elsewhere: Ask;
beforeAll(async () => {
  setup = await openGraphWithEngine({ speed: 500 });
  ({ world, ask } = setup);
  elsewhere = await graphOf(world);
});
afterAll(() => setup[Symbol.asyncDispose]());

const ADMIN = { scopes: ['fleet:admin'] };
interface Published {
  publishKubernetesVersion: {
    kubernetesVersion: { id: string; creatable: boolean; upgradeHint: string | null } | null;
    userErrors: { code: string; path: string[] | null }[];
  };
}
const publish = (id: string, caller = {}) =>
  ask<Published>(
    `mutation ($id: ID!) { publishKubernetesVersion(input: { id: $id }) {
       kubernetesVersion { id minor creatable supported expired upgradeHint } userErrors { code path } } }`,
    { id },
    caller,
  ).then(({ publishKubernetesVersion }) => publishKubernetesVersion);

const expiries = async (clusterId: string) =>
  (await world.platform.events.read('acme', { after: 0n, limit: 500, filter: { clusterId } })).filter(
    ({ type }) => type === 'VERSION_EXPIRED',
  );

interface Created {
  createCluster: {
    cluster: { id: string } | null;
    operation: { id: string } | null;
    userErrors: { code: string; path: string[] }[];
  };
}
async function create(version: string): Promise<Created['createCluster']> {
  const input = { name: `of-${version.replaceAll('.', '-')}-${++names}`, regionId: 'cn-hangzhou' };
  const query = `mutation ($input: CreateClusterInput!) { createCluster(input: $input) {
    cluster { id } operation { id } userErrors { code path } } }`;
  const kind = { type: 'MANAGED_KUBERNETES', spec: 'PRO', version };
  return (await ask<Created>(query, { input: { ...input, ...kind } })).createCluster;
}
let names = 0;
/** Creates a cluster of a version and returns its id. */
async function created(version: string): Promise<string> {
  const { cluster, operation, userErrors } = await create(version);
  expect(userErrors).toEqual([]);
  await waitForOperation(world, operation!.id);
  return cluster!.id;
}

describe('publishKubernetesVersion', () => {
  it('is restricted to platform operators', async () => {
    for (const scopes of [accountScopes, ['fleet:write'], []])
      await expect(publish('1.36.1', { scopes })).rejects.toThrow('UNAUTHORIZED_FIELD_OR_TYPE');
  });

  it('updates the creatable, supported and unexpired versions in every process, and notifies owners once', async () => {
    const { clusterId, operationId } = await requestCluster(world, 0, { version: '1.32.6' });
    await waitForOperation(world, operationId);
    const versions = `{ kubernetesVersions { id creatable supported expired } }`;
    type Versions = {
      kubernetesVersions: { id: string; creatable: boolean; supported: boolean; expired: boolean }[];
    };
    await elsewhere<Versions>(versions);

    // A newer patch of the cluster's minor version: only that patch is supported now.
    expect(await publish('1.32.9', ADMIN)).toMatchObject({
      kubernetesVersion: { id: '1.32.9', creatable: true },
    });
    const [patch] = await eventually(async () => {
      const found = await expiries(clusterId);
      return found.length > 0 && found;
    });
    expect(patch).toMatchObject({ level: 'WARNING', data: { version: '1.32.6', reason: 'PatchExpired' } });
    expect(patch?.message).toContain('1.32.9');

    // The next minor version: the oldest creatable one is not creatable any more.
    expect(await publish('1.36.1', ADMIN)).toMatchObject({
      kubernetesVersion: { creatable: true },
      userErrors: [],
    });
    const listed = await eventually(async () => {
      const found = (await elsewhere<Versions>(versions)).kubernetesVersions;
      return found[0]?.id === '1.36.1' && found;
    });
    const of = (id: string) => listed.find((version) => version.id === id);
    expect(of('1.34.3')).toMatchObject({ creatable: true, supported: true, expired: false });
    expect(of('1.32.9')).toMatchObject({ creatable: false, supported: true, expired: false });
    expect(of('1.30.12')).toMatchObject({ creatable: false, supported: false, expired: true });

    expect((await create('1.32.9')).userErrors).toEqual([
      { code: 'VERSION_NOT_CREATABLE', path: ['input', 'version'] },
    ]);

    // Two more minor versions: the cluster's own is not supported any more.
    await publish('1.38.0', ADMIN);
    const notices = await eventually(async () => {
      const found = await expiries(clusterId);
      return found.length > 1 && found;
    });
    expect(notices.map(({ data }) => data['reason'])).toEqual(['PatchExpired', 'MinorExpired']);
    const { cluster } = await ask<{
      cluster: { conditions: { type: string; status: string; reason: string }[] };
    }>(
      `query ($id: ID!) { cluster(id: $id) { conditions { type status reason } version { supportStatus upgradeHint } } }`,
      { id: clusterId },
    );
    expect(cluster.conditions).toContainEqual({
      type: 'VersionSupported',
      status: 'False',
      reason: 'MinorExpired',
    });

    // It can still be upgraded, with a warning that the upgrade may fail.
    const operation = await beginUpgrade(ask, { id: clusterId, version: '1.34' });
    expect(await waitForOperation(world, operation)).toMatchObject({ state: 'SUCCEEDED' });
    const where = { operationId: operation, type: 'CLUSTER_UPGRADING' };
    expect(await world.prisma.event.findMany({ where })).toMatchObject([
      {
        level: 'WARNING',
        message: expect.stringContaining('SOURCE_SUPPORT: 1.32 is not supported any more'),
        data: { warnings: ['SOURCE_SUPPORT'] },
      },
    ]);
  });

  it('is announced to clusters with an expired patch version, and to clusters without an announcement', async () => {
    const clusterId = await created('1.36.1');
    // A new release of the platform adds a version without publishKubernetesVersion.
    const { prisma, platform } = world;
    const row = await prisma.kubernetesVersion.findUniqueOrThrow({ where: { id: '1.36.1' } });
    const released = { id: '1.36.4', minor: row.minor, releasedAt: row.releasedAt };
    await prisma.kubernetesVersion.create({ data: released });
    const signal = new AbortController().signal;
    const hourStrikes = () =>
      versionSupportSchedule().run({
        ...{ database: prisma, clock: platform.clock, log: platform.log, faults: noFaultInjection, signal },
      });
    await hourStrikes();
    const condition = async (id: string) => {
      const { conditions } = await prisma.cluster.findUniqueOrThrow({ where: { id } });
      return (conditions as { type: string }[]).find(({ type }) => type === 'VersionSupported');
    };
    const expectedCondition = {
      status: 'False',
      reason: 'PatchExpired',
      message: expect.stringContaining('1.36.4'),
    };
    expect(await eventually(() => condition(clusterId))).toMatchObject(expectedCondition);
    const another = await created('1.36.1');
    expect(await eventually(() => condition(another))).toMatchObject(expectedCondition);
    await hourStrikes();
    for (const id of [clusterId, another]) expect(await expiries(id)).toHaveLength(1);
  });

  it('rejects a version of the catalog', async () => {
    expect((await publish('1.34.3', ADMIN)).userErrors).toMatchObject([
      { code: 'DUPLICATE_NAME', path: ['input', 'id'] },
    ]);
  });
});

const now = new Date('2026-01-01T00:00:00Z');
const policy = () =>
  new VersionPolicy(
    ['1.26.15', '1.28.15', '1.30.12', '1.32.1', '1.32.6', '1.34.3'].map((id) => ({
      id,
      minor: id.slice(0, 4),
    })),
  );

describe('versions that can be published', () => {
  it.each([
    ['1.34.4', undefined],
    ['1.32.7', undefined],
    ['1.36.0', undefined],
    ['1.35.0', 'Only even minor versions'],
    ['1.38.0', 'The next minor version is 1.36'],
    ['1.24.1', 'The next minor version is 1.36'],
    ['1.34.2', 'not newer'],
    ['2.0.0', '1.<minor>.<patch>'],
    ['1.36', '1.<minor>.<patch>'],
    ['v1.36.0', '1.<minor>.<patch>'],
  ])('%s: %s', (id, message) => {
    const problems = publishProblems({ id, releasedAt: now }, policy(), now);
    if (message === undefined) expect(problems).toEqual([]);
    else expect(problems[0]?.message).toContain(message);
  });

  it('rejects a release in the future', () => {
    const releasedAt = new Date(now.getTime() + 1);
    expect(publishProblems({ id: '1.36.0', releasedAt }, policy(), now)).toMatchObject([
      { path: ['input', 'releasedAt'] },
    ]);
  });

  it.each([
    ['1.34.4', '2025-12-08T00:00:00Z', '1.34.3'],
    ['1.36.0', '2025-09-08T00:00:00Z', '1.34.1'],
    ['1.34.4', '2025-12-09T00:00:00Z', undefined],
    ['1.36.0', '2025-09-09T00:00:00Z', undefined],
  ])('checks %s with release date %s against its predecessor %s', (id, releasedAt, before) => {
    const dated = new VersionPolicy([
      { id: '1.34.3', minor: '1.34', releasedAt: new Date('2025-12-09') },
      { id: '1.34.1', minor: '1.34', releasedAt: new Date('2025-09-09') },
      { id: '1.32.6', minor: '1.32', releasedAt: new Date('2025-06-17') },
    ]);
    const problems = publishProblems({ id, releasedAt: new Date(releasedAt) }, dated, now);
    expect(problems.map(({ path }) => path)).toEqual(before ? [['input', 'releasedAt']] : []);
    if (before) expect(problems[0]?.message).toContain(before);
  });
});

describe('upgradeHint', () => {
  it.each([
    ['1.34.3', null],
    ['1.32.6', null],
    ['1.32.1', 'newest patch 1.32.6'],
    ['1.28.15', 'upgrade to 1.30.12'],
    ['1.26.15', 'upgrade to 1.28.15'],
  ])('of %s: %s', (id, text) => {
    const hint = upgradeHint(policy(), id);
    if (text === null) expect(hint).toBeNull();
    else expect(hint).toContain(text);
  });
});
