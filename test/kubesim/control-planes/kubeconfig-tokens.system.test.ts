import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AcceptedTokens } from '../../../access/accepted-tokens.js';
import { mintAccessToken } from '../../../access/access-token.js';
import { createLog } from '../../../kernel/log.js';
import { findPrograms } from '../../../kubesim/control-planes/programs.js';
import { clientTokens } from '../../kit/client-tokens.js';
import { builtControlPlane } from '../../kit/control-plane.js';
import { eventually } from '../../kit/eventually.js';
import { temporaryFolder } from '../../kit/temporary-files.js';
import { type Cluster, clusterBody, deploymentBody, type Simulator, startSimulator } from '../simulator.js';
import { programsIn } from './running-programs.js';

const assets = builtControlPlane('the tests of kubeconfigs of real control planes');
const PODS = '/api/v1/namespaces/default/pods';
const WRITERS = ['fleetgraph:writers'];
const READERS = ['fleetgraph:readers'];

describe.skipIf(!assets)('kubeconfig of a real control plane', { timeout: 120_000 }, () => {
  let folder: string;
  let simulator: Simulator;
  let cluster: Cluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-kubeconfig-'));
    await revoke();
    simulator = await startSimulator(
      50,
      { ...clientTokens, revocationsFile: join(folder, 'revoked.json') },
      { controlPlane: { kind: 'REAL', programs: assets, folder: join(folder, 'control-planes') } },
    );
    const [{ version }] = await findPrograms(assets);
    cluster = await simulator.cluster('real', 1, { version });
  }, 120_000);
  afterAll(async () => {
    await (simulator as Simulator | undefined)?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Revokes the tokens of these subjects of acme. */
  function revoke(...subjects: readonly string[]): Promise<void> {
    const revoked = subjects.map((subject) => ({ account: 'acme', subject }));
    return writeFile(join(folder, 'revoked.json'), JSON.stringify({ revoked }));
  }

  /** The user that a request to the API server itself has, not through kubesim; the status if it rejects the token. */
  async function userAt(token: string): Promise<unknown> {
    const server = programsIn(folder).find(({ name }) => name === 'kube-apiserver');
    const port = server?.args.find((arg) => arg.startsWith('--secure-port='))?.split('=')[1];
    const [authority = ''] = globSync(join(folder, 'control-planes/*/clusters/real/pki/ca.crt'));
    const dispatcher = new Agent({ connect: { ca: readFileSync(authority) } });
    const url = `https://127.0.0.1:${port}/apis/authentication.k8s.io/v1/selfsubjectreviews`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
    const response = await fetch(url, { method: 'POST', headers, body, dispatcher });
    const { status } = (await response.json()) as { status: { userInfo: unknown } };
    await dispatcher.close();
    return response.status === 201 ? status.userInfo : response.status;
  }

  /** Credentials of a subject, issued for a token that is valid. */
  async function issued(subject: string, groups: readonly string[], name = `acme:${subject}`) {
    using accepted = await AcceptedTokens.open({ ...clientTokens, log: createLog('silent') });
    const client = { account: 'acme', subject, ttlSeconds: 600 };
    const { keyId } = await accepted.verify(await mintAccessToken(clientTokens.keys.secret, client), {});
    const origin = { account: 'acme', subject, issuedAt: new Date(), keyId };
    return simulator.access('real', { name, groups, origin });
  }

  /** Starts kubectl with a kubeconfig; its output of both streams and its exit code. */
  async function kubectl(config: Cluster, ...args: string[]) {
    const file = join(folder, 'config');
    await writeFile(file, config.kubeconfig);
    const child = spawn(join(assets ?? '', 'kubectl'), args, { env: { KUBECONFIG: file, HOME: folder } });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => (output += part.toString()));
    const end = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output }));
    });
    return { end, output: () => output };
  }

  test('is verified by the API server itself', async () => {
    const { token } = await issued('ann', READERS);
    expect(await userAt(token)).toEqual({
      username: 'acme:ann',
      groups: [...READERS, 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${decodeJwt(token).jti}`] },
    });
    const [header, claims = '', signature] = token.split('.');
    const other = Buffer.from(claims, 'base64url').toString().replaceAll('acme:ann', 'acme:bob');
    expect(await userAt([header, Buffer.from(other).toString('base64url'), signature].join('.'))).toBe(401);
  });

  test('is rejected by the API server if a client has it and it names a user or group of Kubernetes', async () => {
    expect(await userAt((await issued('ann', [])).token)).toMatchObject({ username: 'acme:ann' });
    expect(await userAt((await issued('ann', ['system:masters'])).token)).toBe(401);
    expect(await userAt((await issued('ann', [], 'system:admin')).token)).toBe(401);
    expect(await userAt(cluster.token)).toMatchObject({ groups: ['system:masters', 'system:authenticated'] });
  });

  test('is for one cluster, and ends at its time', async () => {
    const { version } = (await simulator.cloud('GET', '/clusters/real')).body;
    await simulator.cloud('PUT', '/clusters/other', clusterBody({ version }));
    const other = await simulator.access('other', { name: 'acme:ann', groups: READERS });
    expect(await userAt(other.token)).toBe(401);
    const expiresAt = new Date(Date.now() - 1_000);
    const past = await simulator.access('real', { name: 'acme:ann', groups: READERS, expiresAt });
    expect(await userAt(past.token)).toBe(401);
    expect((await past.api('GET', PODS)).status).toBe(401);
  });

  test('ends with the token for which it was issued, and so do its watches and commands in containers', async () => {
    await cluster.api('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentBody('web', 1));
    const eve = await issued('eve', WRITERS);
    const waited = await kubectl(eve, 'wait', '--for=condition=Available', 'deployment/web', '--timeout=60s');
    expect(await waited.end).toMatchObject({ code: 0 });
    const watch = await kubectl(eve, 'get', 'pods', '--watch');
    const command = await kubectl(eve, 'exec', 'deployment/web', '--', 'sh', '-c', 'echo started; sleep 600');
    await eventually(() => watch.output().includes('web-') && command.output().includes('started'), {
      what: 'the open streams',
    });
    await revoke('eve');
    await watch.end;
    expect(await command.end).toMatchObject({ code: 1 });
    const { end } = await kubectl(eve, 'get', 'pods');
    expect(await end).toMatchObject({ code: 1, output: expect.stringContaining('Unauthorized') });
  });
});
