import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoOptions, runDemo } from '../../examples/demo/run-demo.js';
import { tryNext } from '../../examples/demo/try-next.js';
import { packageRoot } from '../../kernel/package-root.js';
import { eventually } from '../kit/eventually.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { processEnvironment } from '../kit/role-process.js';

let platform: TestPlatform;
let home: string;
beforeAll(async () => {
  // Slow enough for an interruption before the end.
  platform = await startTestPlatform({ simulationSpeed: 20 });
  home = await mkdtemp(join(tmpdir(), 'fleetgraph-demo-'));
  await writeFile(join(home, 'token'), await platform.token('interrupter'));
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

/** Runs the demo for an account, calls `onLine` with each line, and returns all lines and the error that ended it. */
async function demo(account: string, onLine: (line: string) => void, options: Partial<DemoOptions> = {}) {
  const lines: string[] = [];
  const out = (line: string) => {
    lines.push(line);
    onLine(line);
  };
  const token = await platform.token(account);
  const reason = await runDemo({ url: `${platform.url}/graphql`, token, out, ...options }).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  return { text: lines.join('\n'), reason };
}

async function clustersOf(account: string): Promise<number> {
  const { data } = await platform.request<{ clusters: { totalCount: number } }>(
    '{ clusters { totalCount } }',
    {},
    account,
  );
  return data?.clusters.totalCount ?? -1;
}

/** Starts a shell command in the project's folder with the platform's own Node.js. */
function shell(command: string) {
  const child = spawn('sh', ['-c', `exec ${command}`], {
    cwd: packageRoot,
    env: {
      ...process.env,
      ...processEnvironment,
      PATH: `${join(packageRoot, 'node_modules/.bin')}:${processEnvironment.PATH}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, lines: createInterface({ input: child.stdout }), ended: once(child, 'exit') };
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the demo deletes its cluster and waits until it is gone when it gets %s',
  async (signal) => {
    const url = `--home ${home} --port ${new URL(platform.url).port}`;
    const { child, lines, ended } = shell(`node dist/examples/demo/main.js ${url}`);
    const printed: string[] = [];
    for await (const line of lines) {
      printed.push(line);
      if (line.includes('The control plane')) child.kill(signal);
    }
    expect(await ended).toEqual([130, null]);
    expect(printed.join('\n')).toMatch(/✓ demo-\w{6} is gone; nothing is left behind/);
    expect(await clustersOf('interrupter')).toBe(0);
  },
);

test('the demo deletes the cluster when it is interrupted before the response to its creation', async () => {
  const interruption = new AbortController();
  const { text } = await demo('early', (line) => line.includes('Create a cluster') && interruption.abort(), {
    signal: interruption.signal,
  });
  expect(text).not.toContain('left:');
  expect(await clustersOf('early')).toBe(0);
});

test('the demo exits without waiting for the deletion when it is interrupted twice', async () => {
  const [interruption, leaving] = [new AbortController(), new AbortController()];
  const onLine = (line: string) => {
    if (line.includes('The control plane')) interruption.abort(new Error('interrupted'));
  };
  const status = (text: string | undefined) => text?.includes('deleting') && leaving.abort();
  const lines: string[] = [];
  const print = (line: string) => void (lines.push(line), onLine(line));
  const screen = { print, status, [Symbol.dispose]: () => undefined };
  const { reason } = await demo('twice', onLine, {
    signal: interruption.signal,
    leave: leaving.signal,
    screen,
  });
  expect(reason).toContain('interrupted');
  expect(lines.join('\n')).toMatch(/the platform continues to delete demo-\w{6}/);
});

test('the demo names the address and the start command when no platform answers', async () => {
  const { reason, text } = await demo('away', () => undefined, { url: 'http://127.0.0.1:9/graphql' });
  expect(reason).toContain('no platform answers at http://127.0.0.1:9/graphql');
  expect(reason).toContain('npm start');
  expect(text).toBe('');
});

test('the demo ends when the platform stays unreachable, and names the remaining cluster and the command that deletes it', async () => {
  await using mortal = await startTestPlatform({ simulationSpeed: 20 });
  let stopped: PromiseLike<void> | undefined;
  const onLine = (line: string) => {
    if (line.includes('The control plane')) stopped ??= mortal[Symbol.asyncDispose]();
  };
  const options = {
    url: `${mortal.url}/graphql`,
    outageTimeoutMs: 1_000,
    cleanCommand: 'npm run demo -- clean --port 1',
  };
  const { reason, text } = await demo('mortal', onLine, options);
  await stopped;
  expect(reason).toContain('no response from');
  expect(text).toMatch(/left: cluster demo-\w{6} \(cluster_\w+\)/);
  expect(text).toContain('npm run demo -- clean --port 1');
  // One message for all failed requests; the demo does not try to delete objects of an unreachable platform.
  expect(text.match(/! the platform is unreachable/g)).toHaveLength(1);
  expect(text).not.toContain('Deleting');
});

test('the demo names the exhausted quota and the clusters of earlier runs, and `clean` deletes them', async () => {
  const { data } = await platform.request<{ createCluster: { userErrors: object[] } }>(
    `mutation { createCluster(input: {
       name: "demo-left", regionId: "cn-hangzhou", type: MANAGED_KUBERNETES, spec: PRO
       labels: { made: "by-the-demo" }, clientToken: "left"
       nodePools: [{ name: "default", instanceTypes: ["ecs.g7.xlarge"], desiredSize: 24 }]
     }) { userErrors { code } } }`,
    {},
    'full',
  );
  expect(data?.createCluster.userErrors).toEqual([]);
  const usedUp = () =>
    platform
      .request<{ quotas: { used: number }[] }>(
        '{ quotas(filter: { resource: "payg-vcpu" }) { used } }',
        {},
        'full',
      )
      .then(({ data }) => data?.quotas[0]?.used === 96);
  await eventually(usedUp, { what: 'the nodes to be counted' });
  const { reason } = await demo('full', () => undefined);
  expect(reason).toContain('the quota payg-vcpu has no room');
  expect(reason).toContain('96 of 100 vCPU are in use, and 12 are needed');
  expect(reason).toContain('Earlier runs have left demo-left: npm run demo -- clean');

  const cleaned = await demo('full', () => undefined, { scenario: 'clean' });
  expect(cleaned).toMatchObject({ reason: undefined, text: expect.stringContaining('1 deleted') as string });
  expect(await clustersOf('full')).toBe(0);
});

test('the commands that the demo suggests at its end run', async () => {
  const flags = [`--port ${new URL(platform.url).port}`, `--home ${home}`];
  for (const { command } of [...tryNext('tour', flags), ...tryNext('upgrade', flags)]) {
    // Other tests run the demo itself: this test checks that its subcommands and flags exist.
    const isDemo = command.startsWith('npm run demo');
    const { child, lines, ended } = shell(isDemo ? `${command} --help` : command);
    for await (const line of lines) if (line.startsWith('--')) child.kill('SIGINT');
    expect([command, ...(await ended)]).toEqual([command, 0, null]);
  }
});
