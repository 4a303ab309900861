import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitForOperation, type EngineFixture } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { type Ask, type GraphWithEngine, openGraphWithEngine } from '../graph-with-engine.js';
import { beginUpgrade, runningCluster } from './upgrade-kit.js';
import { MERGE_PATCH } from '../../../engine/kubernetes/client.js';

let setup: GraphWithEngine;
let world: EngineFixture;
let ask: Ask;
beforeAll(async () => {
  setup = await openGraphWithEngine({ speed: 200 });
  ({ world, ask } = setup);
});
afterAll(() => setup[Symbol.asyncDispose]());

const PUBLISH = `mutation ($input: PublishKubernetesVersionInput!) { publishKubernetesVersion(input: $input) {
  kubernetesVersion { id changes removedApis { removedIn group version kind replacement } }
  userErrors { code path } } }`;
interface Published {
  publishKubernetesVersion: {
    kubernetesVersion: object | null;
    userErrors: { code: string; path: string[] }[];
  };
}
const publish = async (input: object) =>
  (await ask<Published>(PUBLISH, { input }, { scopes: ['fleet:admin'] })).publishKubernetesVersion;

interface Check {
  state: string;
  items: { name: string; level: string; result: string; message: string; fix: string | null }[];
}
async function check(clusterId: string, version: string): Promise<Check> {
  const query = `mutation ($input: RunClusterCheckInput!) { runClusterCheck(input: $input) {
    check: clusterCheck { state items { name level result message fix } } userErrors { code } } }`;
  const input = { clusterId, type: 'UPGRADE', version };
  return (await ask<{ runClusterCheck: { check: Check } }>(query, { input })).runClusterCheck.check;
}

const JOB = { group: 'batch', version: 'v2alpha1', kind: 'Job', resource: 'jobs', replacement: 'batch/v1' };
const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const BUDGET = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  resource: 'poddisruptionbudgets',
  replacement: 'policy/v2',
};
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const budget = (name: string) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name },
  spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
});
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const appliedAs = (apiVersion: string) => ({
  annotations: { [LAST_APPLIED]: JSON.stringify({ apiVersion, kind: 'Job' }) },
});

describe('published version that removes an API', { timeout: 200_000 }, () => {
  it('is rejected for a cluster with objects of that API until they are rewritten', async () => {
    const { clusterId, client } = await runningCluster(world, '1.34', 1);
    await client.create(JOBS, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'report', namespace: 'default', ...appliedAs('batch/v2alpha1') },
      spec: {
        template: {
          spec: { restartPolicy: 'Never', containers: [{ name: 'report', image: 'busybox:1.37' }] },
        },
      },
    });
    // Objects that were created or applied on the server side have no annotation, but field managers.
    await client.create(BUDGETS, budget('created'));
    const query = { fieldManager: 'helm', force: false, dryRun: false };
    await client.apply(`${BUDGETS}/applied`, JSON.stringify(budget('applied')), query);
    const changes = ['Jobs of batch/v2alpha1 are not served any more.'];
    expect(await publish({ id: '1.36.1', changes, removedApis: [JOB, BUDGET] })).toEqual({
      kubernetesVersion: {
        id: '1.36.1',
        changes,
        removedApis: [
          { removedIn: '1.36', group: 'batch', version: 'v2alpha1', kind: 'Job', replacement: 'batch/v1' },
          {
            removedIn: '1.36',
            group: 'policy',
            version: 'v1',
            kind: 'PodDisruptionBudget',
            replacement: 'policy/v2',
          },
        ],
      },
      userErrors: [],
    });
    const blocked = await check(clusterId, '1.36');
    expect(blocked.state).toBe('BLOCKED');
    expect(blocked.items.filter(({ result }) => result === 'FAILED')).toEqual([
      {
        name: 'REMOVED_APIS',
        level: 'BLOCKING',
        result: 'FAILED',
        message:
          'batch/v2alpha1 Job (gone in 1.36, use batch/v1): default/report. ' +
          'policy/v1 PodDisruptionBudget (gone in 1.36, use policy/v2): default/applied, default/created.',
        fix: expect.stringContaining('Write the objects anew'),
      },
    ]);
    await expect(beginUpgrade(ask, { id: clusterId, version: '1.36' })).rejects.toThrow('UPGRADE_BLOCKED');

    for (const name of ['created', 'applied']) await client.delete(`${BUDGETS}/${name}`);
    await client.patch(`${JOBS}/report`, { metadata: appliedAs('batch/v1') }, MERGE_PATCH);
    expect((await check(clusterId, '1.36')).state).toBe('PASSED');
    const id = await beginUpgrade(ask, { id: clusterId, version: '1.36' });
    expect(await waitForOperation(world, id)).toMatchObject({ state: 'SUCCEEDED' });
    const { items } = await client.list<{ status: { nodeInfo: { kubeletVersion: string } } }>(
      '/api/v1/nodes',
    );
    expect(items.map(({ status }) => status.nodeInfo.kubeletVersion)).toEqual(['v1.36.1']);

    // A patch appends to the changes of its minor version.
    const patch = await publish({ id: '1.36.2', changes: ['Fixes CVE-2026-1.'] });
    expect(patch.kubernetesVersion).toMatchObject({ changes: [...changes, 'Fixes CVE-2026-1.'] });
    const targets = await eventually(async () => {
      const { cluster } = await ask<{ cluster: { version: { upgradeTargets: { id: string }[] } } }>(
        'query ($id: ID!) { cluster(id: $id) { version { upgradeTargets { id } } } }',
        { id: clusterId },
      );
      return cluster.version.upgradeTargets.length > 0 && cluster.version.upgradeTargets;
    });
    expect(targets).toEqual([{ id: '1.36.2' }]);
  });

  it.each([
    [{ id: '1.34.9', removedApis: [JOB] }, ['input', 'removedApis']],
    [{ id: '1.38.1', removedApis: [{ ...JOB, group: 'Batch' }] }, ['input', 'removedApis', '0', 'group']],
    [{ id: '1.38.1', removedApis: [{ ...JOB, version: '1' }] }, ['input', 'removedApis', '0', 'version']],
    [{ id: '1.38.1', removedApis: [{ ...JOB, kind: 'job' }] }, ['input', 'removedApis', '0', 'kind']],
    [{ id: '1.38.1', removedApis: [{ ...JOB, resource: '' }] }, ['input', 'removedApis', '0', 'resource']],
    [
      { id: '1.38.1', removedApis: [{ ...JOB, replacement: 'x' }] },
      ['input', 'removedApis', '0', 'replacement'],
    ],
    [{ id: '1.38.1', removedApis: Array(101).fill(JOB) }, ['input', 'removedApis']],
    [{ id: '1.38.1', changes: [''] }, ['input', 'changes']],
    [{ id: '1.38.1', changes: Array(51).fill('x') }, ['input', 'changes']],
  ])('is rejected as %j', async (input, path) => {
    const { kubernetesVersion, userErrors } = await publish(input);
    expect(kubernetesVersion).toBeNull();
    expect(userErrors).toEqual([{ code: 'INVALID_INPUT', path }]);
  });
});
