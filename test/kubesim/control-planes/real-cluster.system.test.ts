import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPrograms } from '../../../kubesim/control-planes/programs.js';
import { clientTokens } from '../../kit/client-tokens.js';
import { builtControlPlane } from '../../kit/control-plane.js';
import { eventually } from '../../kit/eventually.js';
import { temporaryFolder } from '../../kit/temporary-files.js';
import { type Cluster, deploymentBody, type Simulator, startSimulator } from '../simulator.js';

const assets = builtControlPlane('the tests of clusters with real control planes');
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const PODS = '/api/v1/namespaces/default/pods';
const SPEED = 50;

describe.skipIf(!assets)('cluster with a real control plane', { timeout: 120_000 }, () => {
  let folder: string;
  let simulator: Simulator;
  let cluster: Cluster;

  /** Runs kubectl; returns its output of both streams. */
  function kubectl(...args: string[]): Promise<string> {
    const env = { KUBECONFIG: join(folder, 'config'), HOME: folder };
    const child = spawn(join(assets ?? '', 'kubectl'), args, { env, cwd: folder });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => (output += part.toString()));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve(output);
        else reject(new Error(`kubectl ${args.join(' ')} ended with ${code}: ${output}`));
      });
    });
  }

  const available = async (name: string) =>
    (await cluster.api('GET', `${DEPLOYMENTS}/${name}`)).body.status['availableReplicas'];

  /** Process ids of the running programs, by name. */
  function pidsOf(program: string): number[] {
    return globSync(join(folder, `**/${program}.pid`))
      .map((file) => Number(readFileSync(file, 'utf8').split('\n')[0]))
      .filter((pid) => existsSync(`/proc/${pid}`));
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-real-'));
    simulator = await startSimulator(SPEED, clientTokens, {
      controlPlane: { kind: 'REAL', programs: assets, folder: join(folder, 'control-planes') },
    });
    const [{ version }] = await findPrograms(assets);
    cluster = await simulator.cluster('real', 3, { version });
    await writeFile(join(folder, 'config'), cluster.kubeconfig);
  }, 120_000);
  afterAll(async () => {
    await (simulator as Simulator | undefined)?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('its machines register as Ready nodes at an API server of Kubernetes', async () => {
    expect((await cluster.api('GET', '/version')).body).toMatchObject({
      gitVersion: expect.stringMatching(/^v1\./),
    });
    await kubectl('wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=60s');
    expect(await kubectl('get', 'nodes')).toMatch(/node-2 +Ready/);
  });

  test('the pods of a Deployment run, and kubectl prints their logs', async () => {
    await cluster.api('POST', DEPLOYMENTS, deploymentBody('web', 4));
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await kubectl('get', 'pods', '-l', 'app=web', '-o', 'wide')).toMatch(/1\/1 +Running .* 10\.64\./);
    expect(await kubectl('logs', 'deployment/web', '--tail=2')).toContain('level=info');
    await eventually(
      async () =>
        (await kubectl('describe', 'pods', '-l', 'app=web', '--show-events')).includes('Container started'),
      { what: 'the events of the pods' },
    );
  });

  test('the aggregated metrics API has the usage of nodes and pods', async () => {
    await eventually(
      async () => (await cluster.api('GET', '/apis/metrics.k8s.io/v1beta1/nodes')).status === 200,
      {
        what: 'the metrics API',
      },
    );
    expect(await kubectl('top', 'nodes')).toContain('node-0');
    expect(await kubectl('top', 'pods')).toContain('web-');
  });

  test('kubectl runs commands in a container', async () => {
    expect(await kubectl('exec', 'deployment/web', '--', 'sh', '-c', 'echo $HOSTNAME')).toMatch(/^web-/);
    await expect(kubectl('exec', 'deployment/web', '--', 'sh', '-c', 'exit 3')).rejects.toThrow(
      'exit code 3',
    );
    await expect(kubectl('exec', 'deployment/web', '--', 'nothing')).rejects.toThrow(
      'exec: "nothing": executable file not found in $PATH',
    );
  });

  test('a Service of type LoadBalancer gets an address', async () => {
    await kubectl('expose', 'deployment/web', '--port=80', '--type=LoadBalancer');
    await kubectl(
      'wait',
      '--for=jsonpath={.status.loadBalancer.ingress[0].ip}',
      'service/web',
      '--timeout=60s',
    );
  });

  test('a Service gets its address though the API server is killed before', async () => {
    const services = '/api/v1/namespaces/default/services';
    const spec = { type: 'LoadBalancer', ports: [{ port: 80 }] };
    await cluster.api('POST', services, { metadata: { name: 'late' }, spec });
    for (const pid of pidsOf('kube-apiserver')) process.kill(pid, 'SIGKILL');
    await eventually(
      async () => {
        const { body } = await cluster.api('GET', `${services}/late`);
        return (body.status['loadBalancer'] as { ingress?: unknown } | undefined)?.ingress;
      },
      { what: 'the address' },
    );
  });

  test('a claim of a storage class of the cloud gets a volume, which goes with it', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: {
        storageClassName: 'alicloud-disk-essd',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '20Gi' } },
      },
    };
    await writeFile(join(folder, 'claim.json'), JSON.stringify(claim));
    await kubectl('apply', '-f', 'claim.json');
    await kubectl('wait', '--for=jsonpath={.status.phase}=Bound', 'pvc/data', '--timeout=60s');
    await kubectl('delete', 'pvc/data', '--timeout=60s');
    await eventually(async () => (await kubectl('get', 'pv')).includes('No resources found'), {
      what: 'the end of the volume',
    });
  });

  test('a token has the rights of its groups, whatever headers its requests have', async () => {
    const reader = await simulator.access('real', { name: 'acme:ann', groups: ['fleetgraph:readers'] });
    const status = async (path: string, headers = {}) =>
      (await reader.api('GET', path, undefined, headers)).status;
    // The API server reads new bindings a moment after they are stored.
    await eventually(async () => (await status(PODS)) === 200, { what: 'the rights of the groups' });
    expect(await status('/api/v1/nodes')).toBe(200);
    expect(await status('/apis/metrics.k8s.io/v1beta1/nodes')).toBe(200);
    const secrets = '/api/v1/namespaces/default/secrets';
    expect(await status(secrets)).toBe(403);
    expect(await status(secrets, { 'X-Remote-User': 'root', 'X-Remote-Group': 'system:masters' })).toBe(403);
    expect(await status(secrets, { 'Impersonate-User': 'root', 'Impersonate-Group': 'system:masters' })).toBe(
      403,
    );
    expect((await reader.api('POST', DEPLOYMENTS, deploymentBody('no', 1))).status).toBe(403);
    const writer = await simulator.access('real', { name: 'acme:bob', groups: ['fleetgraph:writers'] });
    expect((await writer.api('GET', secrets)).status).toBe(200);
    expect((await writer.api('GET', PODS, undefined, { authorization: 'Bearer unknown' })).status).toBe(401);
  });

  test('a user is never refused its rights while the API server starts again', async () => {
    const reader = await simulator.access('real', { name: 'acme:ann', groups: ['fleetgraph:readers'] });
    for (const pid of pidsOf('kube-apiserver')) process.kill(pid, 'SIGKILL');
    const statuses = new Set<number>();
    await eventually(
      async () => {
        const { status } = await reader.api('GET', PODS);
        statuses.add(status);
        return status === 200 && statuses.has(503);
      },
      { what: 'the API server' },
    );
    expect([...statuses].sort()).toEqual([200, 503]);
  });

  test('a user who may impersonate acts for each group that a request names', async () => {
    const user = await kubectl('auth', 'whoami', '--as=carl', '--as-group=a', '--as-group=b', '-o', 'json');
    expect(JSON.parse(user)).toMatchObject({
      status: { userInfo: { username: 'carl', groups: ['a', 'b', 'system:authenticated'] } },
    });
  });

  test('a token of a service account has the rights of the account at the API server', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await cluster.api('POST', accounts, { metadata: { name: 'robot' } });
    const binding = {
      metadata: { name: 'robot' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }],
    };
    const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings';
    await cluster.api('POST', bindings, binding);
    const request = { spec: { expirationSeconds: 600 } };
    const { body } = await cluster.api('POST', `${accounts}/robot/token`, request);
    const token = String(body.status['token']);
    const status = async (path: string, headers = {}) =>
      (await cluster.api('GET', path, undefined, { authorization: `Bearer ${token}`, ...headers })).status;
    await eventually(async () => (await status(PODS)) === 200, { what: 'the rights of the role' });
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const user = await cluster.api('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review, {
      authorization: `Bearer ${token}`,
    });
    expect(user.body.status['userInfo']).toMatchObject({ username: 'system:serviceaccount:default:robot' });
    const secrets = '/api/v1/namespaces/default/secrets';
    expect(await status(secrets)).toBe(403);
    expect(await status(secrets, { 'X-Remote-User': 'root', 'X-Remote-Group': 'system:masters' })).toBe(403);
    expect(await status(secrets, { 'Impersonate-User': 'root' })).toBe(403);
    expect(await status(PODS, { authorization: `Bearer ${forged(token)}` })).toBe(401);
    await cluster.api('DELETE', `${accounts}/robot`);
    await eventually(async () => (await status(PODS)) === 401, { what: 'the end of the token' });
  });

  test('a watch receives events', async () => {
    const response = await cluster.open('/api/v1/namespaces/default/configmaps?watch=1');
    const reader = response.body?.getReader();
    await cluster.api('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'seen' } });
    let text = '';
    await eventually(
      async () => {
        text += new TextDecoder().decode((await reader?.read())?.value as Uint8Array | undefined);
        return text.includes('"seen"');
      },
      { what: 'the event' },
    );
    await reader?.cancel();
  });

  test.each(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'])(
    'a scale-out continues after %s was killed',
    async (program) => {
      const name = program.toLowerCase();
      await cluster.api('POST', DEPLOYMENTS, deploymentBody(name, 1, 'nginx', '10m'));
      await eventually(async () => (await available(name)) === 1, { what: 'the first pod' });
      await cluster.api(
        'PATCH',
        `${DEPLOYMENTS}/${name}`,
        { spec: { replicas: 20 } },
        {
          'content-type': 'application/merge-patch+json',
        },
      );
      for (const pid of pidsOf(program)) process.kill(pid, 'SIGKILL');
      await eventually(async () => (await available(name).catch(() => 0)) === 20, {
        timeoutMs: 90_000,
        what: '20 pods',
      });
      await cluster.api('DELETE', `${DEPLOYMENTS}/${name}`);
    },
  );

  test('a removed instance is drained and its node deleted', async () => {
    await simulator.cloud('POST', '/clusters/real/instances/delete', { ids: ['real-i2'], drain: true });
    await eventually(async () => !(await kubectl('get', 'nodes')).includes('node-2'), {
      what: 'the end of the node',
    });
    await eventually(async () => (await available('web')) === 4, { what: 'the pods on other nodes' });
  });

  test('continues on its objects after a restart of kubesim', async () => {
    await simulator.restart();
    cluster = await simulator.access('real');
    await writeFile(join(folder, 'config'), cluster.kubeconfig);
    await eventually(async () => (await cluster.api('GET', PODS)).status === 200, { what: 'the API server' });
    await kubectl('wait', '--for=condition=Available', 'deployment/web', '--timeout=60s');
    await kubectl('scale', 'deployment/web', '--replicas=6');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  });

  test('nothing is left of a deleted cluster', async () => {
    expect(pidsOf('kube-*')).toHaveLength(3);
    await simulator.cloud('DELETE', '/clusters/real');
    await eventually(() => globSync(join(folder, 'control-planes/*/clusters/*')).length === 0, {
      what: 'the end of its folder',
    });
    expect(pidsOf('kube-*')).toEqual([]);
  });
});

/** The token with another account and the signature of the first. */
function forged(token: string): string {
  const [header, claims = '', signature] = token.split('.');
  const text = Buffer.from(claims, 'base64url').toString();
  const other = text.replaceAll('default:robot', 'kube-system:namespace-controller');
  return [header, Buffer.from(other).toString('base64url'), signature].join('.');
}
