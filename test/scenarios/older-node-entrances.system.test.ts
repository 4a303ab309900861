import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MIN_NODE_VERSION } from '../../kernel/process/check-node-version.js';
import { packageRoot } from '../../kernel/package-root.js';

/** PATH without the folders in which npm provides the platform's own Node.js. */
const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

/** Major version of the machine's Node.js; 0 when there is none. */
function majorVersion(): number {
  const { stdout } = spawnSync('node', ['--version'], { env: { PATH }, encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

function node(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync('node', args, {
    cwd: folder,
    env: { PATH, ...env },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

test('the required Node.js version is the bundled one', async () => {
  const file = await readFile(join(packageRoot, 'package.json'), 'utf8');
  const { dependencies } = JSON.parse(file) as { dependencies: { node: string } };
  expect(dependencies.node.split('.')[0]).toBe(String(MIN_NODE_VERSION));
});

const OLD = majorVersion() < 24 && majorVersion() >= 20;

describe.skipIf(!OLD)('Node.js older than the bundled one', () => {
  test('the command runs on the bundled Node.js', () => {
    expect(node(packageRoot, ['bin/fleetgraph.js', '--version'])).toMatchObject({ status: 0 });
  });

  test.each([
    ['scripts/build.mjs', {}, 0, ''],
    // The error about a wrong setting shows that the platform's own code has run.
    ['scripts/start.mjs', { PORT: 'none' }, 1, 'settings: PORT'],
    ['scripts/migration.mjs', {}, 2, 'usage:'],
  ])('runs node %s on the bundled Node.js', (script, env, status, output) => {
    expect(node(packageRoot, [script], env)).toEqual({ status, output: expect.stringContaining(output) });
  });

  test('reports the required Node.js and the command to run by node dist/main.js', () => {
    const { status, output } = node(packageRoot, ['dist/main.js', 'start']);
    expect(status).toBe(1);
    expect(output.trim()).toMatch(/^Fleetgraph runs on Node\.js 24 .*Run bin\/fleetgraph\.js instead[^\n]*$/);
  });

  test('names the missing package when it is not installed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fleetgraph-entrance-'));
    for (const part of ['package.json', 'scripts', 'bin'])
      await cp(join(packageRoot, part), join(folder, part), { recursive: true });
    const { status, output } = node(folder, ['scripts/start.mjs']);
    expect(status).toBe(1);
    expect(output.trim()).toMatch(
      /^Fleetgraph runs on Node\.js 24, .* this is Node\.js \d.*Run `npm ci`[^\n]*$/,
    );
    await rm(folder, { recursive: true });
  });
});
