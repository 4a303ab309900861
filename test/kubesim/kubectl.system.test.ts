import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from './simulator.js';

const kubectlVersion = installedKubectl();
if (!kubectlVersion) process.stderr.write('skipped: kubectl is not installed\n');

function installedKubectl(): string | undefined {
  try {
    return execFileSync('kubectl', ['version', '--client', '--output=json'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

describe.skipIf(!kubectlVersion)('kubectl', () => {
  let simulator: Simulator;
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    simulator = await startSimulator(50);
    const cluster = await simulator.cluster('kubectl', 3);
    folder = await mkdtemp(join(tmpdir(), 'fleetgraph-kubectl-'));
    await writeFile(join(folder, 'config'), cluster.kubeconfig);
    await writeFile(join(folder, 'web.yaml'), manifest('nginx:1.27', 3));
    await writeFile(join(folder, 'web-2.yaml'), manifest('nginx:1.28', 3));
    environment = { ...process.env, KUBECONFIG: join(folder, 'config'), HOME: folder };
  });
  afterAll(async () => {
    await simulator[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs kubectl; returns its output of both streams and its exit code. */
  function kubectl(...args: string[]): Promise<{ code: number | null; output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn('kubectl', args, {
        env: environment,
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      child.stdout.on('data', (part: Buffer) => (output += part.toString()));
      child.stderr.on('data', (part: Buffer) => (output += part.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output }));
    });
  }

  /** Runs kubectl with a standard input; returns its standard output. */
  async function kubectlWithInput(input: string, ...args: string[]): Promise<string> {
    const child = spawn('kubectl', args, { env: environment, cwd: folder });
    child.stdin.end(input);
    return text(child.stdout);
  }

  async function prints(...args: string[]): Promise<string> {
    const { code, output } = await kubectl(...args);
    expect(code, `kubectl ${args.join(' ')}\n${output}`).toBe(0);
    return output;
  }

  test('prints nodes with the columns of Kubernetes by get', async () => {
    const lines = (await prints('get', 'nodes')).trim().split('\n');
    expect(lines[0]).toMatch(/^NAME\s+STATUS\s+ROLES\s+AGE\s+VERSION$/);
    expect(lines.slice(1).map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
      ['node-0', 'Ready'],
      ['node-1', 'Ready'],
      ['node-2', 'Ready'],
    ]);
  });

  test('creates, changes and keeps objects by apply, and waits by rollout status', async () => {
    expect(await prints('apply', '-f', 'web.yaml')).toBe(
      'namespace/shop created\ndeployment.apps/web created\nservice/web created\n',
    );
    expect(await prints('-n', 'shop', 'rollout', 'status', 'deployment/web', '--timeout=30s')).toContain(
      'successfully rolled out',
    );
    expect(await prints('apply', '-f', 'web.yaml')).toBe(
      'namespace/shop unchanged\ndeployment.apps/web unchanged\nservice/web unchanged\n',
    );
    expect(await prints('apply', '-f', 'web-2.yaml')).toContain('deployment.apps/web configured');
    await prints('-n', 'shop', 'rollout', 'status', 'deployment/web', '--timeout=30s');
    expect(
      await prints('-n', 'shop', 'get', 'pods', '-o', 'jsonpath={.items[*].spec.containers[0].image}'),
    ).toContain('nginx:1.28');
  });

  test('rejects a manifest with an unknown field', async () => {
    await writeFile(
      join(folder, 'wrong.yaml'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: wrong}\ndataa: {a: b}\n',
    );
    const { code, output } = await kubectl('apply', '-f', 'wrong.yaml');
    expect(code).not.toBe(0);
    expect(output).toContain('unknown field "dataa"');
  });

  test('describes a deployment, its pods, its service and a node with their events', async () => {
    expect(await prints('-n', 'shop', 'describe', 'deployment', 'web')).toMatch(
      /ScalingReplicaSet[\s\S]*Scaled up replica set/,
    );
    expect(await prints('-n', 'shop', 'describe', 'pods', '-l', 'app=web')).toMatch(
      /Status: +Running[\s\S]*Successfully assigned shop\/web-/,
    );
    expect(await prints('-n', 'shop', 'describe', 'service', 'web')).toMatch(/Endpoints: +10\.64\./);
    expect(await prints('describe', 'node', 'node-0')).toMatch(
      /Lease:[\s\S]*cpu: +3900m[\s\S]*Non-terminated Pods/,
    );
  });

  test('scales, sets an image, and prints and undoes the rollout history', async () => {
    await prints('-n', 'shop', 'scale', 'deployment', 'web', '--replicas=5');
    await prints('-n', 'shop', 'rollout', 'status', 'deployment/web', '--timeout=30s');
    expect(await prints('-n', 'shop', 'get', 'deployment', 'web')).toMatch(/web\s+5\/5\s+5\s+5/);
    expect(await prints('-n', 'shop', 'rollout', 'history', 'deployment/web')).toMatch(/1 .*\n2 /);
    await prints('-n', 'shop', 'rollout', 'undo', 'deployment/web');
    await prints('-n', 'shop', 'rollout', 'status', 'deployment/web', '--timeout=30s');
    expect(
      await prints(
        '-n',
        'shop',
        'get',
        'deployment',
        'web',
        '-o',
        'jsonpath={.spec.template.spec.containers[0].image}',
      ),
    ).toBe('nginx:1.27');
  });

  test('prints each change by get -w, with one header', async () => {
    const child = spawn('kubectl', ['-n', 'shop', 'get', 'pods', '-w'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    try {
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no new pod was printed:\n${output}`)), 30_000);
        let scaled = false;
        child.stdout.on('data', (part: Buffer) => {
          output += part.toString();
          if (!scaled && output.includes('NAME')) {
            scaled = true;
            void prints('-n', 'shop', 'scale', 'deployment', 'web', '--replicas=6').catch(reject);
          }
          if (!/Pending[\s\S]*ContainerCreating[\s\S]*1\/1 +Running/.test(output)) return;
          clearTimeout(late);
          resolve();
        });
      });
    } finally {
      child.kill();
    }
    expect(output.match(/NAME/g)).toHaveLength(1);
  });

  test('runs commands in containers by exec, with input, exit codes and a terminal', async () => {
    const exec = (...args: string[]) => kubectl('-n', 'shop', 'exec', 'deployment/web', ...args);
    expect(await exec('--', 'sh', '-c', 'echo $HOSTNAME; echo no >&2')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/web-[\w-]+\n/),
    });
    expect(await exec('--', 'sh', '-c', 'exit 3')).toMatchObject({
      code: 3,
      output: expect.stringContaining('exit code 3'),
    });
    expect((await exec('--', 'nothing')).output).toContain(
      'exec: "nothing": executable file not found in $PATH',
    );
    expect((await exec('-c', 'other', '--', 'true')).output).toContain(
      'container other is not valid for pod',
    );
    expect(
      await kubectlWithInput('one\ntwo\n', '-n', 'shop', 'exec', '-i', 'deployment/web', '--', 'cat'),
    ).toBe('one\ntwo\n');
  });

  test('copies files to and from containers by cp', async () => {
    const [pod = ''] = (await prints('-n', 'shop', 'get', 'pods', '-l', 'app=web', '-o', 'name')).split('\n');
    const path = `shop/${pod.slice('pod/'.length)}:/tmp/web.yaml`;
    await prints('cp', 'web.yaml', path);
    await prints('cp', path, 'copied.yaml');
    expect(await readFile(join(folder, 'copied.yaml'), 'utf8')).toBe(manifest('nginx:1.27', 3));
  });

  test('forwards a port to the server of a container by port-forward', async () => {
    const child = spawn('kubectl', ['-n', 'shop', 'port-forward', 'deployment/web', ':80'], {
      env: environment,
      cwd: folder,
    });
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const [, port] = /127\.0\.0\.1:(\d+)/.exec(line.toString()) ?? [];
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('Welcome to nginx!');
    } finally {
      child.kill();
    }
  });

  test('reads servers of pods and Services through the proxy of the API server', async () => {
    const [pod = ''] = (await prints('-n', 'shop', 'get', 'pods', '-l', 'app=web', '-o', 'name')).split('\n');
    // `--raw` does not add the path of the server.
    const server = '/clusters/kubectl/api/v1';
    const namespace = `${server}/namespaces/shop`;
    const name = pod.slice('pod/'.length);
    expect(await prints('get', '--raw', `${namespace}/pods/${name}:80/proxy/`)).toContain(
      'Welcome to nginx!',
    );
    expect(await prints('get', '--raw', `${namespace}/services/web:80/proxy/`)).toContain(
      'Welcome to nginx!',
    );
    expect((await kubectl('get', '--raw', `${namespace}/pods/${name}:81/proxy/`)).output).toContain(
      'error trying to reach service',
    );
    expect(await prints('get', '--raw', `${server}/nodes/node-0/proxy/healthz`)).toBe('ok');
  });

  test('prints and follows logs', async () => {
    expect(await prints('-n', 'shop', 'logs', 'deployment/web', '--tail=2')).toContain('level=info');
    const child = spawn('kubectl', ['-n', 'shop', 'logs', '-f', 'deployment/web', '--tail=0'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const line = await new Promise<string>((resolve) =>
        child.stdout.once('data', (part: Buffer) => resolve(part.toString())),
      );
      expect(line).toContain('level=info');
    } finally {
      child.kill();
    }
  });

  test('runs create, expose, run, top, cordon, drain and auth can-i, with protobuf bodies', async () => {
    await prints('create', 'namespace', 'made');
    await prints('-n', 'made', 'create', 'deployment', 'nginx', '--image=nginx', '--replicas=2');
    await prints('-n', 'made', 'expose', 'deployment', 'nginx', '--port=80');
    await prints('-n', 'made', 'create', 'configmap', 'settings', '--from-literal=a=b');
    await prints('-n', 'made', 'create', 'secret', 'generic', 'hidden', '--from-literal=a=b');
    await prints('-n', 'made', 'create', 'job', 'once', '--image=busybox', '--', 'sleep', '1');
    await prints('-n', 'made', 'wait', '--for=condition=complete', 'job/once', '--timeout=30s');
    await prints('-n', 'made', 'rollout', 'status', 'deployment/nginx', '--timeout=30s');
    expect(await prints('top', 'nodes')).toContain('node-0');
    expect(await prints('-n', 'made', 'top', 'pods')).toContain('nginx-');
    await prints('cordon', 'node-1');
    await prints('drain', 'node-0', '--ignore-daemonsets', '--force', '--timeout=60s');
    expect(await prints('get', 'nodes')).toContain('SchedulingDisabled');
    await prints('uncordon', 'node-0', 'node-1');
    expect(await prints('auth', 'can-i', 'create', 'pods')).toBe('yes\n');
  });

  test('drains a node as far as a disruption budget of create pdb allows', async () => {
    await prints('create', 'namespace', 'kept');
    await prints('-n', 'kept', 'create', 'deployment', 'web', '--image=nginx', '--replicas=2');
    await prints('-n', 'kept', 'rollout', 'status', 'deployment/web', '--timeout=30s');
    expect(
      await prints('-n', 'kept', 'create', 'pdb', 'web', '--selector=app=web', '--min-available=2'),
    ).toBe('poddisruptionbudget.policy/web created\n');
    await prints(
      '-n',
      'kept',
      'wait',
      '--for=jsonpath={.status.currentHealthy}=2',
      'pdb/web',
      '--timeout=30s',
    );
    const [head, row] = (await prints('-n', 'kept', 'get', 'pdb')).trim().split('\n');
    expect(head).toMatch(/^NAME\s+MIN AVAILABLE\s+MAX UNAVAILABLE\s+ALLOWED DISRUPTIONS\s+AGE$/);
    expect(row).toMatch(/^web\s+2\s+N\/A\s+0\s/);
    const node = await prints('-n', 'kept', 'get', 'pods', '-o', 'jsonpath={.items[0].spec.nodeName}');
    const drain = ['drain', node, '--ignore-daemonsets', '--force', '--pod-selector=app=web', '--timeout=6s'];
    const { code, output } = await kubectl(...drain);
    expect(code).toBe(1);
    expect(output).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
    await prints('-n', 'kept', 'patch', 'pdb', 'web', '--type=merge', '-p', '{"spec":{"minAvailable":1}}');
    await prints(
      '-n',
      'kept',
      'wait',
      '--for=jsonpath={.status.disruptionsAllowed}=1',
      'pdb/web',
      '--timeout=30s',
    );
    expect(await prints('drain', node, '--ignore-daemonsets', '--force', '--pod-selector=app=web')).toContain(
      'drained',
    );
    expect(await prints('-n', 'kept', 'describe', 'pdb', 'web')).toMatch(/Min available:\s+1/);
    await prints('uncordon', node);
  });

  test('waits by delete until objects are deleted', async () => {
    expect(await prints('delete', '-f', 'web.yaml', '--timeout=60s')).toContain('namespace "shop" deleted');
    const { output } = await kubectl('get', 'namespace', 'shop');
    expect(output).toBe('Error from server (NotFound): namespaces "shop" not found\n');
  });
});

function manifest(image: string, replicas: number): string {
  return `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: ${image}
          ports: [{ containerPort: 80 }]
          resources: { requests: { cpu: 250m, memory: 128Mi } }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  selector: { app: web }
  ports: [{ port: 80 }]
`;
}
