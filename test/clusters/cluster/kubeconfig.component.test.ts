import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createSimulatedProvider } from '../../../engine/providers/simulated/simulated-provider.js';
import { systemClock } from '../../../kernel/clock.js';
import { createLog } from '../../../kernel/log.js';
import { deriveKey } from '../../../kernel/secret.js';
import { type Kubesim, startKubesim } from '../../../kubesim/server.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { runningCluster } from '../running-cluster.js';
import { CREATE, type Created, proCluster } from '../requests.js';
import { clientTokens } from '../../kit/client-tokens.js';

const SECRET = 'a-secret-of-the-test-with-32-characters';
let simulated: TestDatabase;
let kubesim: Kubesim;
let clusters: ClustersKit;
let id: string;

beforeAll(async () => {
  simulated = await createTestDatabase();
  const options = {
    clientTokens,
    databaseUrl: simulated.url,
    secret: SECRET,
    speed: 10_000,
    clock: systemClock,
    log: createLog('silent'),
  };
  kubesim = await startKubesim({ host: '127.0.0.1', port: 0, ...options });
  const cloud = {
    cloudUrl: kubesim.cloudUrl,
    token: Buffer.from(deriveKey(SECRET, 'kubesim')).toString('base64url'),
  };
  clusters = await openClusters({ cloud });
  const { data } = await clusters.run<Created>(CREATE, { input: proCluster('with-api') });
  id = data.createCluster.cluster?.id ?? '';
  expect((await kubeconfig()).data).toEqual({ cluster: { kubeconfig: null } });
  const provider = createSimulatedProvider(cloud);
  const request = {
    clusterId: id,
    account: 'acme',
    regionId: 'cn-hangzhou',
    zoneIds: ['cn-hangzhou-b'],
    version: '1.34.3',
    masters: 0,
  } as const;
  await eventually(async () => (await provider.ensureControlPlane(request)).state === 'RUNNING');
});
afterAll(async () => {
  await clusters[Symbol.asyncDispose]();
  await kubesim[Symbol.asyncDispose]();
  await simulated[Symbol.asyncDispose]();
});

interface View {
  readonly cluster: {
    readonly kubeconfig: { readonly yaml: string; readonly expiresAt: string } | null;
  } | null;
}
const kubeconfig = (ttlMinutes?: number, account = 'acme') =>
  clusters.run<View>(
    'query ($id: ID!, $ttlMinutes: Int) { cluster(id: $id) { kubeconfig(ttlMinutes: $ttlMinutes) { yaml expiresAt } } }',
    { id, ttlMinutes },
    account,
  );

test('the kubeconfig has one context with cluster, user and credentials as soon as the control plane runs', async () => {
  const { data, errors } = await kubeconfig(15);
  expect(errors).toBeUndefined();
  expect(parse(data.cluster?.kubeconfig?.yaml ?? '')).toMatchObject({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'acme:acme-tester@with-api',
    contexts: [
      { name: 'acme:acme-tester@with-api', context: { cluster: 'with-api', user: 'acme:acme-tester' } },
    ],
    clusters: [{ name: 'with-api', cluster: { server: `${kubesim.kubernetesUrl}/clusters/${id}` } }],
    users: [{ name: 'acme:acme-tester', user: { token: expect.any(String) as string } }],
  });
});

test('the audit log has each issued kubeconfig, without its credentials', async () => {
  const entries = async () => {
    const found = await clusters.kit.database.pool.query<{ record: string }>(
      `SELECT record FROM audit.event WHERE account = 'acme' AND action = 'issueKubeconfig' ORDER BY sequence`,
    );
    return found.rows.map(({ record }) => record);
  };
  const before = (await entries()).length;
  const { data } = await kubeconfig(15);
  const added = (await entries()).slice(before);
  expect(added.map((record) => JSON.parse(record) as unknown)).toMatchObject([
    {
      ...{ principal: 'acme-tester', outcome: 'SUCCEEDED', objectId: id, clusterId: id, requestId: 'test' },
      input: { name: 'acme:acme-tester', expiresAt: data.cluster?.kubeconfig?.expiresAt },
    },
  ]);
  const { users } = parse(data.cluster?.kubeconfig?.yaml ?? '') as { users: { user: { token: string } }[] };
  expect(added.join()).not.toContain(users[0]?.user.token);
  await kubeconfig(14);
  expect(await entries()).toHaveLength(before + 1);
});

test.each([0, 14, 4321])('rejects a kubeconfig for %i minutes', async (ttl) => {
  const { data, errors } = await kubeconfig(ttl);
  expect(data).toEqual({ cluster: { kubeconfig: null } });
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: ['ttlMinutes'] } }]);
});

test('returns no kubeconfig to another account, or of a deleted cluster', async () => {
  expect((await kubeconfig(15, 'stranger')).data).toEqual({ cluster: null });
  const { prisma } = clusters.platform.database;
  await prisma.cluster.update({ where: { id }, data: { state: 'DELETED', deletedAt: new Date() } });
  expect((await kubeconfig()).data).toEqual({ cluster: { kubeconfig: null } });
});

test('returns SERVICE_UNAVAILABLE while the cloud is unavailable', async () => {
  await using alone = await openClusters();
  const { id: orphan } = await runningCluster(alone, 'acme', { name: 'orphan' });
  const query = 'query ($id: ID!) { cluster(id: $id) { name kubeconfig { yaml } } }';
  const { data, errors } = await alone.run(query, { id: orphan });
  expect(data).toEqual({ cluster: { name: 'orphan', kubeconfig: null } });
  expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
});
