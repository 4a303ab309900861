import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AcceptedTokens } from '../../access/accepted-tokens.js';
import { kubernetesGroups } from '../../access/kubernetes-user.js';
import { createLog } from '../../kernel/log.js';
import { mintAccessToken } from '../../access/access-token.js';
import { clientTokens } from '../kit/client-tokens.js';
import { eventually } from '../kit/eventually.js';
import { type Cluster, startSimulator, type Simulator } from './simulator.js';

let folder: string;
let revocationsFile: string;
let simulator: Simulator;
let master: Cluster;
let reader: Cluster;
let writer: Cluster;
const PODS = '/api/v1/namespaces/default/pods';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetgraph-credentials-'));
  revocationsFile = join(folder, 'revoked.json');
  await revoke();
  simulator = await startSimulator(200, { ...clientTokens, revocationsFile });
  master = await simulator.cluster('rights', 1);
  await simulator.cluster('other');
  reader = await simulator.access('rights', { name: 'acme:ann', groups: [kubernetesGroups.readers] });
  writer = await simulator.access('rights', { name: 'acme:will', groups: [kubernetesGroups.writers] });
});
afterAll(async () => {
  await simulator[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Revokes the tokens of these subjects of acme. */
function revoke(...subjects: readonly string[]): Promise<void> {
  const revoked = subjects.map((subject) => ({ account: 'acme', subject }));
  return writeFile(revocationsFile, JSON.stringify({ revoked }));
}

const status = async (cluster: Cluster, path: string, headers?: Record<string, string>) =>
  (await cluster.api('GET', path, undefined, headers)).status;
const message = async (cluster: Cluster, path: string, headers?: Record<string, string>) => {
  const { body } = await cluster.api('GET', path, undefined, headers);
  return (body as unknown as { message: string }).message;
};

describe('read-only credential', () => {
  test('reads objects, logs, metrics and discovery, and no Secret in any way', async () => {
    for (const path of [
      PODS,
      '/api/v1/nodes',
      '/apis/apps/v1/deployments',
      '/apis/metrics.k8s.io/v1beta1/nodes',
      '/apis',
    ])
      expect([path, await status(reader, path)]).toEqual([path, 200]);
    const secrets = '/api/v1/namespaces/default/secrets';
    for (const path of [
      '/api/v1/secrets',
      secrets,
      `${secrets}/x`,
      `${secrets}?watch=1`,
      `${secrets}?watch=true`,
    ])
      expect([path, await status(reader, path)]).toEqual([path, 403]);
    expect(await message(reader, '/api/v1/secrets')).toBe(
      'secrets is forbidden: User "acme:ann" cannot list resource "secrets" in API group "" at the cluster scope',
    );
    expect(await message(reader, '/metrics')).toBe('forbidden: User "acme:ann" cannot get path "/metrics"');
  });

  test('changes nothing by any method', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'no' } };
    const maps = '/api/v1/namespaces/default/configmaps';
    const patch = { 'content-type': 'application/apply-patch+yaml' };
    const tried = [
      await reader.api('POST', maps, object),
      await reader.api('POST', `${maps}?dryRun=All`, object),
      await reader.api('PUT', `${maps}/no`, object),
      await reader.api('PATCH', `${maps}/no?fieldManager=x`, object, patch),
      await reader.api('DELETE', `${maps}/no`),
      await reader.api('DELETE', maps),
      await reader.api('POST', `${PODS}/x/eviction`, {}),
      await reader.api('PUT', '/apis/apps/v1/namespaces/default/deployments/x/scale', {}),
    ];
    expect(tried.map((response) => response.status)).toEqual(tried.map(() => 403));
    expect((await reader.api('POST', '/apis/metrics.k8s.io/v1beta1/nodes', {})).status).toBe(405);
  });

  test('cannot impersonate', async () => {
    for (const [header, value, resource, group] of [
      ['impersonate-user', 'bob', 'users', ''],
      ['impersonate-user', 'system:serviceaccount:default:robot', 'serviceaccounts', ''],
    ] as const) {
      const text = await message(reader, PODS, { [header]: value });
      expect(text).toContain(
        `User "acme:ann" cannot impersonate resource "${resource}" in API group "${group}"`,
      );
    }
    const masters = { 'impersonate-user': 'acme:ann', 'impersonate-group': 'system:masters' };
    expect(await status(reader, PODS, masters)).toBe(403);
    expect(await status(reader, PODS, { 'impersonate-group': 'system:masters' })).toBe(400);
  });
});

describe('administrator credential', () => {
  const as = (user: string, more: Record<string, string> = {}) => ({ 'impersonate-user': user, ...more });

  test('impersonates users with exactly their rights', async () => {
    expect(await message(writer, PODS, as('bob'))).toBe(
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect(await status(writer, PODS, as('bob', { 'impersonate-group': kubernetesGroups.readers }))).toBe(
      200,
    );
    expect(await status(writer, PODS, as('system:anonymous'))).toBe(403);
    expect(await status(writer, '/version', as('system:anonymous'))).toBe(200);
    expect(await status(writer, '/apis', as('system:anonymous'))).toBe(403);
  });

  test('reads the impersonated user by a self subject review', async () => {
    const review = (headers: Record<string, string>) =>
      writer.api('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, headers);
    const info = async (headers: Record<string, string>) =>
      ((await review(headers)).body as unknown as { status: { userInfo: unknown } }).status.userInfo;
    expect(await info({})).toEqual({
      username: 'acme:will',
      groups: [kubernetesGroups.writers, 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
    });
    const extra = { 'impersonate-uid': '42', 'impersonate-extra-reason': 'on call' };
    expect(await info(as('bob', extra))).toEqual({
      ...{ username: 'bob', uid: '42', groups: ['system:authenticated'] },
      extra: { reason: ['on call'] },
    });
    expect(await info(as('system:serviceaccount:x:robot'))).toEqual({
      username: 'system:serviceaccount:x:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:x', 'system:authenticated'],
    });
  });

  test('reviews the access of other users, unlike a read-only credential', async () => {
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    const resourceAttributes = { verb: 'list', resource: 'pods', namespace: 'default' };
    const allowed = async (spec: object) => {
      const { body } = await writer.api('POST', path, { spec: { resourceAttributes, ...spec } });
      return (body as unknown as { status: { allowed: boolean } }).status.allowed;
    };
    expect(await allowed({ user: 'bob' })).toBe(false);
    expect(await allowed({ user: 'bob', groups: [kubernetesGroups.readers] })).toBe(true);
    expect((await reader.api('POST', path, { spec: { user: 'bob', resourceAttributes } })).status).toBe(403);
    expect((await writer.api('POST', path, { spec: { resourceAttributes } })).status).toBe(422);
    expect((await writer.api('POST', path, { spec: { user: 'bob' } })).status).toBe(422);
  });
});

describe('credential that was issued for a token', () => {
  /** Credentials for a subject's valid token, and a watch with them. */
  async function issued(subject: string, expiresAt?: Date) {
    using accepted = await AcceptedTokens.open({ ...clientTokens, log: createLog('silent') });
    const token = await mintAccessToken(clientTokens.keys.secret, {
      account: 'acme',
      subject,
      ttlSeconds: 60,
    });
    const { keyId } = await accepted.verify(token, {});
    const origin = { account: 'acme', subject, issuedAt: new Date(), keyId };
    return simulator.access('rights', {
      ...{ name: `acme:${subject}`, groups: [kubernetesGroups.writers], origin },
      ...(expiresAt && { expiresAt }),
    });
  }
  const ended = async (cluster: Cluster) => {
    const response = await cluster.open(`${PODS}?watch=1`);
    expect(response.status).toBe(200);
    return response.text().then(
      () => 'ended',
      () => 'cut off',
    );
  };

  test('expires with the token, and its watches end', async () => {
    const cluster = await issued('eve');
    const watch = ended(cluster);
    expect(await status(cluster, PODS)).toBe(200);
    await revoke('eve');
    await eventually(async () => (await status(cluster, PODS)) === 401, { what: 'the revocation' });
    expect(await watch).toBe('cut off');
    expect(await status(reader, PODS)).toBe(200);
  });

  test('expires at its own time, and its watches end', async () => {
    const cluster = await issued('frank', new Date(simulator.clock.now().getTime() + 600_000));
    const watch = ended(cluster);
    expect(await status(cluster, PODS)).toBe(200);
    simulator.clock.advance(600_001);
    expect(await status(cluster, PODS)).toBe(401);
    expect(await watch).toBe('cut off');
    simulator.clock.reset();
  });

  test('is rejected after the signing key of the token is withdrawn', async () => {
    const origin = { account: 'acme', subject: 'grace', keyId: 'a key of before' };
    const cluster = await simulator.access('rights', { groups: [kubernetesGroups.writers], origin });
    expect(await status(cluster, PODS)).toBe(401);
    const unsigned = { account: 'acme', subject: 'grace' };
    expect(await status(await simulator.access('rights', { origin: unsigned }), PODS)).toBe(401);
  });

  test('is rejected by the API server of another cluster', async () => {
    const { server, token } = writer;
    expect(await status(writer, PODS)).toBe(200);
    const foreign = await master.open(`/../other${PODS}`, { headers: { authorization: `Bearer ${token}` } });
    expect([server.endsWith('/rights'), foreign.status]).toEqual([true, 401]);
  });
});

describe('token of a service account', () => {
  const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
  const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings';

  /** The token of a new service account that may read pods, and a watch with it. */
  async function watched(name: string) {
    await master.api('POST', ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'default', name }],
    };
    expect((await master.api('POST', BINDINGS, binding)).status).toBe(201);
    const { body } = await master.api('POST', `${ACCOUNTS}/${name}/token`, {});
    const { token } = (body as unknown as { status: { token: string } }).status;
    const headers = { authorization: `Bearer ${token}` };
    const response = await master.open(`${PODS}?watch=1`, { headers });
    expect(response.status).toBe(200);
    const end = response.text().then(
      () => 'ended',
      () => 'cut off',
    );
    return { headers, end };
  }

  test('is rejected after the deletion of the account, and its watches end', async () => {
    const { headers, end } = await watched('robot');
    await master.api('DELETE', `${ACCOUNTS}/robot`);
    expect(await status(master, PODS, headers)).toBe(401);
    expect(await end).toBe('cut off');
  });

  test('reads nothing after the deletion of its binding, and its watches end', async () => {
    const { headers, end } = await watched('former');
    expect(await status(master, PODS, headers)).toBe(200);
    await master.api('DELETE', `${BINDINGS}/former`);
    expect(await status(master, PODS, headers)).toBe(403);
    expect(await end).toBe('cut off');
  });

  test('is rejected by the API server of another cluster', async () => {
    const { headers } = await watched('local');
    expect((await master.open(`/../other${PODS}`, { headers })).status).toBe(401);
  });
});
