import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { eventually } from '../kit/eventually.js';
import { queryGraph, createCluster, operationEnd, type GraphSession } from '../kit/cluster-lifecycle.js';
import {
  type GraphQLBody,
  graphqlRequest,
  startTestPlatform,
  type TestPlatform,
  testToken,
  type TestTokenOptions,
} from '../kit/platform.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
if (!hasKubectl) process.stderr.write('skipped: kubectl is not installed\n');

const READ = ['fleet:kubeconfig'];
const WRITE = ['fleet:kubeconfig', 'fleet:write'];
const KUBECONFIG =
  'query ($id: ID!, $ttl: Int) { cluster(id: $id) { name kubeconfig(ttlMinutes: $ttl) { yaml expiresAt } } }';

interface View {
  readonly cluster: { name: string; kubeconfig: { yaml: string; expiresAt: string } | null } | null;
}

let folder: string;
let revocationsFile: string;
let platform: TestPlatform;
let session: GraphSession;
let id: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetgraph-rights-'));
  revocationsFile = join(folder, 'revoked.json');
  await writeFile(revocationsFile, '{"revoked":[]}');
  platform = await startTestPlatform({ gateway: { revocationsFile } });
  session = { url: platform.url, account: 'acme' };
  const cluster = await createCluster(session, 'rights', 1);
  await operationEnd(session, cluster.operationId);
  id = cluster.id;
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function kubeconfig(options: TestTokenOptions, account = 'acme'): Promise<GraphQLBody<View>> {
  const token = await testToken(account, options);
  return graphqlRequest<View>(platform.url, { query: KUBECONFIG, variables: { id, ttl: 4320 }, token });
}

async function yamlFor(subject: string, scopes: readonly string[], ttlSeconds = 600): Promise<string> {
  const { data, errors } = await kubeconfig({ subject, scopes, ttlSeconds });
  expect(errors).toBeUndefined();
  return data?.cluster?.kubeconfig?.yaml ?? '';
}

describe('kubeconfig', () => {
  test.each([[[]], [['fleet:write']], [['fleet:introspect', 'fleet:write']], [['fleet:admin']]])(
    'is not available to a token with the scopes %j',
    async (scopes) => {
      const { data, errors } = await kubeconfig({ scopes });
      expect(data).toEqual({ cluster: { name: 'rights', kubeconfig: null } });
      expect(errors).toMatchObject([
        { extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', coordinate: 'Cluster.kubeconfig' } },
      ]);
      expect(errors?.[0]?.message).toContain('fleet:kubeconfig');
    },
  );

  test('is rejected under aliases, in fragments, through lists and in every request of a batch', async () => {
    const field = 'a: kubeconfig { yaml } ... on Cluster { b: kubeconfig { yaml } } ...F';
    const query = `{ cluster(id: "${id}") { ${field} } regions { clusters { nodes { ${field} } } } }
      fragment F on Cluster { c: kubeconfig { yaml } }`;
    const token = await testToken('acme', { scopes: ['fleet:write'] });
    const { data } = await graphqlRequest<object>(platform.url, { query, token });
    expect(JSON.stringify(data)).not.toContain('yaml');
    const batch = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify([{ query }, { query }]),
    });
    expect(await batch.text()).not.toContain('apiVersion');
  });

  test('is not available to another account, even with every scope', async () => {
    expect((await kubeconfig({ scopes: WRITE }, 'globex')).data).toEqual({ cluster: null });
  });

  test('expires with the token, regardless of ttlMinutes', async () => {
    const before = Date.now();
    const { data } = await kubeconfig({ scopes: READ, ttlSeconds: 120 });
    const end = Date.parse(data?.cluster?.kubeconfig?.expiresAt ?? '');
    expect(end).toBeGreaterThan(before + 60_000);
    expect(end).toBeLessThanOrEqual(Date.now() + 120_000);
  });

  test('appends an event that names its subject and holds no secret', async () => {
    const yaml = await yamlFor('nina', READ);
    const { events } = await queryGraph<{ events: { nodes: Record<string, unknown>[] } }>(
      session,
      `{ events(first: 500, filter: { categories: [ACCESS] }) { nodes {
          type message ... on AccessEvent { subject cluster { id } } } } }`,
    );
    const own = events.nodes.filter(({ subject }) => subject === 'nina');
    expect(own).toMatchObject([{ type: 'KUBECONFIG_ISSUED', cluster: { id } }]);
    expect(own[0]?.['message']).toMatch(/^nina got a kubeconfig of cluster rights that only reads, until /);
    const rows = JSON.stringify(await platform.kit.database.prisma.event.findMany(), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(rows).not.toContain(tokenIn(yaml));
  });

  test('is not part of a stream that subjects of an account share', async () => {
    const firstEvents = await Promise.all(['ann', 'bob'].map((subject) => firstEvent(subject)));
    for (const { data, errors } of firstEvents) {
      expect(data).toMatchObject({ watchClusters: { cluster: { name: 'rights', kubeconfig: null } } });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });
});

/** The first event of a stream of the subject that selects credentials. */
async function firstEvent(subject: string): Promise<GraphQLBody> {
  const client = createClient({
    url: `${platform.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${await testToken('acme', { subject, scopes: WRITE })}` },
  });
  const query = 'subscription { watchClusters { cluster { name kubeconfig { yaml } } } }';
  for await (const frame of client.iterate({ query })) {
    void client.dispose();
    return frame as GraphQLBody;
  }
  throw new Error('the stream said nothing');
}

function tokenIn(yaml: string): string {
  return (parse(yaml) as { users: { user: { token: string } }[] }).users[0]?.user.token ?? '';
}

describe.skipIf(!hasKubectl)('kubectl with a kubeconfig', () => {
  let files = 0;
  /** Runs kubectl with a kubeconfig; returns its output and its exit code. */
  async function kubectl(yaml: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
    const file = join(folder, `config-${++files}`);
    await writeFile(file, yaml, { mode: 0o600 });
    return new Promise((resolve, reject) => {
      const env = { ...process.env, KUBECONFIG: file, HOME: folder };
      const child = spawn('kubectl', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (part: Buffer) => (output += part.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output }));
    });
  }

  test('can only read with a token without the write scope', async () => {
    const yaml = await yamlFor('ann', READ);
    expect((await kubectl(yaml, 'get', 'pods', '-A')).code).toBe(0);
    expect((await kubectl(yaml, 'get', 'nodes')).code).toBe(0);
    expect((await kubectl(yaml, 'get', 'secrets', '-A')).output).toContain(
      'Error from server (Forbidden): secrets is forbidden: User "acme:ann" cannot list resource "secrets" in API group "" at the cluster scope',
    );
    expect((await kubectl(yaml, 'delete', 'namespace', 'default')).output).toContain(
      'namespaces "default" is forbidden: User "acme:ann" cannot delete resource "namespaces" in API group "" in the namespace "default"',
    );
    expect((await kubectl(yaml, 'get', 'pods', '--as=bob')).output).toContain(
      'users "bob" is forbidden: User "acme:ann" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
    expect((await kubectl(yaml, 'auth', 'can-i', 'delete', 'pods')).output).toBe('no\n');
    expect((await kubectl(yaml, 'auth', 'can-i', 'list', 'pods')).output).toBe('yes\n');
    expect((await kubectl(yaml, 'auth', 'whoami')).output).toMatch(/Username\s+acme:ann\n/);
  });

  test('has administrator rights with a token with the write scope, and impersonates users with their rights', async () => {
    const yaml = await yamlFor('will', WRITE);
    expect((await kubectl(yaml, 'create', 'secret', 'generic', 'own', '--from-literal=a=b')).code).toBe(0);
    expect((await kubectl(yaml, 'get', 'secret', 'own')).code).toBe(0);
    expect((await kubectl(yaml, 'auth', 'can-i', 'delete', 'pods')).output).toBe('yes\n');
    expect((await kubectl(yaml, 'auth', 'can-i', 'delete', 'pods', '--as=bob')).output).toBe('no\n');
    expect((await kubectl(yaml, 'get', 'pods', '--as=bob')).output).toContain(
      'Error from server (Forbidden): pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
    );
  });

  test('is rejected after its token is revoked, and its watch ends', async () => {
    const yaml = await yamlFor('eve', WRITE);
    expect((await kubectl(yaml, 'get', 'pods')).code).toBe(0);
    const watch = kubectl(yaml, 'get', 'pods', '-A', '--watch');
    await writeFile(revocationsFile, '{"revoked":[{"account":"acme","subject":"eve"}]}');
    const rejected = await eventually(
      async () => {
        const { code, output } = await kubectl(yaml, 'get', 'pods');
        return code !== 0 && output;
      },
      { what: 'a rejection' },
    );
    expect(rejected).toContain('Unauthorized');
    await watch;
  });

  test('is rejected after its token expires', async () => {
    const yaml = await yamlFor('tim', WRITE, 4);
    expect((await kubectl(yaml, 'get', 'pods')).code).toBe(0);
    const rejected = await eventually(async () => {
      const { code, output } = await kubectl(yaml, 'get', 'pods');
      return code !== 0 && output;
    });
    expect(rejected).toContain('Unauthorized');
  });
});
