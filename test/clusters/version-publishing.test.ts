import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../engine/engine.js';
import { VersionPolicy } from '../../subgraphs/clusters/version/version.rules.js';
import { publishProblems } from '../../subgraphs/clusters/version/publish-version.rules.js';
import { upgradeHint } from '../../subgraphs/clusters/version/release.rules.js';
import { ended, startWorld, type World, wishCluster } from '../engine/world.js';
import { eventually } from '../kit/eventually.js';
import { type Ask, graphOf } from './upgrade/upgrade-kit.js';

let world: World;
let engine: Engine;
let ask: Ask;
/** Another process with a catalogue of its own. */
let elsewhere: Ask;
beforeAll(async () => {
  world = await startWorld({ speed: 500 });
  engine = await world.engine();
  ask = await graphOf(world);
  elsewhere = await graphOf(world);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const ADMIN = { scopes: ['fleet:admin'] };
interface Published {
  publishKubernetesVersion: {
    kubernetesVersion: { id: string; creatable: boolean; upgradeHint: string | null } | null;
    userErrors: { code: string; path: string[] | null }[];
  };
}
const publish = (id: string, who = {}) =>
  ask<Published>(
    `mutation ($id: ID!) { publishKubernetesVersion(input: { id: $id }) {
       kubernetesVersion { id minor creatable supported expired upgradeHint } userErrors { code path } } }`,
    { id },
    who,
  ).then(({ publishKubernetesVersion }) => publishKubernetesVersion);

const expiries = async (clusterId: string) =>
  (await world.platform.events.read('acme', { after: 0n, limit: 500, filter: { clusterId } })).filter(
    ({ type }) => type === 'VERSION_EXPIRED',
  );

describe('publishKubernetesVersion', () => {
  it('is for those who run the platform', async () => {
    for (const scopes of [undefined, ['fleet:write'], []]) {
      const { kubernetesVersion, userErrors } = await publish('1.36.1', scopes ? { scopes } : {});
      expect([kubernetesVersion, userErrors]).toMatchObject([null, [{ code: 'FORBIDDEN' }]]);
    }
  });

  it('moves the creatable, supported and unexpired versions on, in every process, and tells owners once', async () => {
    const { clusterId, operationId } = await wishCluster(world, 0, { version: '1.32.6' });
    await ended(world, operationId);
    const versions = `{ kubernetesVersions { id creatable supported expired } }`;
    type Versions = {
      kubernetesVersions: { id: string; creatable: boolean; supported: boolean; expired: boolean }[];
    };
    await elsewhere<Versions>(versions);

    // A newer patch of the cluster's own minor version: only that patch is supported now.
    expect(await publish('1.32.9', ADMIN)).toMatchObject({
      kubernetesVersion: { id: '1.32.9', creatable: true },
    });
    const [patch] = await eventually(async () => {
      const found = await expiries(clusterId);
      return found.length > 0 && found;
    });
    expect(patch).toMatchObject({ level: 'WARNING', data: { version: '1.32.6', reason: 'PatchExpired' } });
    expect(patch?.message).toContain('1.32.9');

    // The next minor version: the oldest creatable one closes.
    expect(await publish('1.36.1', ADMIN)).toMatchObject({
      kubernetesVersion: { creatable: true },
      userErrors: [],
    });
    const seen = await eventually(async () => {
      const found = (await elsewhere<Versions>(versions)).kubernetesVersions;
      return found[0]?.id === '1.36.1' && found;
    });
    const of = (id: string) => seen.find((one) => one.id === id);
    expect(of('1.34.3')).toMatchObject({ creatable: true, supported: true, expired: false });
    expect(of('1.32.9')).toMatchObject({ creatable: false, supported: true, expired: false });
    expect(of('1.30.12')).toMatchObject({ creatable: false, supported: false, expired: true });

    // Two more minor versions, and the cluster's own falls out.
    await publish('1.38.0', ADMIN);
    const told = await eventually(async () => {
      const found = await expiries(clusterId);
      return found.length > 1 && found;
    });
    expect(told.map(({ data }) => data['reason'])).toEqual(['PatchExpired', 'MinorExpired']);
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
  });

  it('refuses what is in the catalogue already', async () => {
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

describe('what can be published', () => {
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

  it('nothing that is released in the future', () => {
    const releasedAt = new Date(now.getTime() + 1);
    expect(publishProblems({ id: '1.36.0', releasedAt }, policy(), now)).toMatchObject([
      { path: ['input', 'releasedAt'] },
    ]);
  });
});

describe('the hint what to upgrade to', () => {
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
