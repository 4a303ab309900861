import { copyFile, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../kernel/package-root.js';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import { type RoleProcess, processEnvironment, startRole } from '../kit/role-process.js';

const READY = /GraphQL\s+(\S+)\/graphql/;
const started = new AsyncDisposableStack();
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fleetgraph-faults-'));
  // Started by root, the database runs as another user, which must reach this folder.
  await chmod(home, 0o755);
});
afterAll(async () => {
  await started.disposeAsync();
  await rm(home, { recursive: true, force: true });
});

const environment = (folder: string) => ({ FLEETGRAPH_HOME: folder, PORT: '0', KUBESIM_PORT: '0' });

async function start(folder: string): Promise<RoleProcess> {
  return started.use(await startRole(['start'], environment(folder), READY));
}

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs `fleetgraph` and waits for its exit. */
async function fleetgraph(args: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const options = { env: { ...processEnvironment, ...env } };
  const run = promisify(execFile)(
    process.execPath,
    [join(packageRoot, 'bin/fleetgraph.js'), ...args],
    options,
  );
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      output: error.stdout + error.stderr,
    }),
  );
}

describe('state folder', { timeout: 240_000 }, () => {
  let folder: string;
  let starts: PromiseSettledResult<RoleProcess>[];
  /** Every test starts and ends with a running platform, because a start takes seconds of CPU. */
  let platform: RoleProcess;
  beforeAll(async () => {
    folder = join(home, 'state');
    const running = [start(folder), start(folder)];
    starts = await Promise.allSettled(running);
    platform = await Promise.any(running);
  }, 240_000);

  test('is locked by one of two concurrent first starts; the other fails with a message', () => {
    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const rejected = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []));
    expect(rejected).toEqual([expect.stringMatching(/Another Fleetgraph process \(\d+\) uses .*state/)]);
  });

  test('is rejected with both remedies while its secrets are lost, damaged or of another folder', async () => {
    await platform[Symbol.asyncDispose]();
    const [file, backup] = [join(folder, 'secrets.json'), join(home, 'backup.json')];
    await copyFile(file, backup);
    const whole = await readFile(file, 'utf8');
    const other = JSON.stringify({
      platform: 'p'.repeat(43),
      auth: 'a'.repeat(43),
      postgres: 'o'.repeat(43),
    });
    const faults: [string | undefined, string][] = [
      [undefined, 'is missing, but'],
      ['', 'is empty'],
      [whole.slice(0, 60), 'is damaged'],
      ['{"platform": "short"}', 'is not what Fleetgraph wrote'],
      [other, 'does not belong to the database in'],
    ];
    for (const [text, fault] of faults) {
      if (text === undefined) await rm(file);
      else await writeFile(file, text);
      const { code, output } = await fleetgraph(['start'], environment(folder));
      expect(code).toBe(1);
      expect(output).toContain(`${file} ${fault}`);
      expect(output).toMatch(/Restore it from a backup, or start anew with `fleetgraph reset`/);
      expect(output).not.toMatch(/\n\s+at /);
      if (text === undefined) expect(await readdir(folder)).not.toContain('secrets.json');
    }
    await copyFile(backup, file);
    platform = await start(folder);
  });

  test('is reset after a confirmation, and not while a process uses it', async () => {
    await writeFile(join(folder, 'notes.txt'), 'somebody else wrote this');
    const busy = await fleetgraph(['reset', '--yes'], environment(folder));
    expect(busy).toMatchObject({ code: 1, output: expect.stringContaining('Another Fleetgraph process') });
    // The database server keeps running after the platform was killed.
    await platform.kill();
    const unconfirmed = await fleetgraph(['reset'], environment(folder));
    expect(unconfirmed).toMatchObject({ code: 1, output: expect.stringContaining('Confirm with --yes') });
    expect(await readdir(folder)).toContain('secrets.json');
    expect(await fleetgraph(['reset', '--yes'], environment(folder))).toMatchObject({ code: 0 });
    expect(await readdir(folder)).toEqual(['notes.txt']);
    platform = await start(folder);
  });

  test('is not reset if it is not a state folder', async () => {
    const folder = await mkdtemp(join(home, 'foreign-'));
    await writeFile(join(folder, 'token'), 'of another program');
    const rejected = await fleetgraph(['reset', '--yes'], environment(folder));
    expect(rejected).toMatchObject({ code: 0, output: expect.stringContaining('There is nothing to reset') });
    expect(await readdir(folder)).toEqual(['token']);
  });

  test.each([
    ['below a file', 'file/state', /\(ENOTDIR\)/],
    // Root fails too: nothing can be created below /proc.
    ['below /proc', '/proc/fleetgraph/state', /\(ENOENT|EACCES|EPERM|ENOTDIR\)/],
    ['that is a link to nothing', 'dangling', /\(ENOENT\)/],
  ])('fails the start with the remedy if %s cannot be created', async (_, path, fault) => {
    await writeFile(join(home, 'file'), '');
    await symlink(join(home, 'nothing'), join(home, 'dangling')).catch(() => undefined);
    const folder = resolve(home, path);
    const { code, output } = await fleetgraph(['start'], environment(folder));
    expect(code).toBe(1);
    expect(output.trim()).toMatch(
      /^Cannot write to the state folder .*\. Make it writable .*, or set FLEETGRAPH_HOME to another folder\.$/,
    );
    expect(output).toContain(folder);
    expect(output).toMatch(fault);
  });

  test('has the signing secret of `fleetgraph token`', async () => {
    const missing = await fleetgraph(['token', '--account', 'acme'], environment(join(home, 'missing')));
    expect(missing).toMatchObject({
      code: 1,
      output: expect.stringMatching(/set AUTH_SECRET, or FLEETGRAPH_HOME/),
    });
    const { output: token } = await fleetgraph(['token', '--account', 'acme'], environment(folder));
    const response = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token.trim()}` },
      body: '{"query":"{ viewer { account } }"}',
    });
    expect(await response.json()).toMatchObject({ data: { viewer: { account: 'acme' } } });
  });
});

test('fails the start with an unreachable DATABASE_URL, named without its password', async () => {
  const port = await freePort();
  const { code, output } = await fleetgraph(['start'], {
    ...environment(join(home, 'external')),
    DATABASE_URL: `postgresql://fleet:hidden@127.0.0.1:${port}/graph`,
  });
  expect(code).toBe(1);
  expect(output).toContain(`DATABASE_URL: postgresql://fleet@127.0.0.1:${port}/graph: connection refused`);
  expect(output).not.toContain('hidden');
});

test.each(['http://127.0.0.1/graph', 'graph'])('rejects a DATABASE_URL that is %s', async (url) => {
  const { code, output } = await fleetgraph(['start'], {
    ...environment(join(home, 'external')),
    DATABASE_URL: url,
  });
  expect(code).toBe(1);
  expect(output).toContain('settings: DATABASE_URL: a URL such as postgresql://');
});

test.each([
  ['--account=system', '--account is 1 to 63 lower-case letters'],
  ['--ttl=0', '--ttl is a whole number of seconds from 1'],
])('fleetgraph token rejects %s', async (flag, message) => {
  const { code, output } = await fleetgraph(['token', '--account=acme', flag], {
    AUTH_SECRET: 'a secret of at least thirty-two characters',
  });
  expect(code).toBe(1);
  expect(output).toContain(message);
});

test('rejects an unknown scope in fleetgraph token', async () => {
  const { code, output } = await fleetgraph(['token', '--account', 'acme', '--scope', 'fleet:all'], {
    AUTH_SECRET: 'a secret of at least thirty-two characters',
  });
  expect(code).toBe(1);
  expect(output).toContain("argument 'fleet:all' is invalid. Allowed choices are fleet:introspect");
});

test('rejects an unknown command', async () => {
  const { code, output } = await fleetgraph(['resett'], {});
  expect(code).toBe(1);
  expect(output).toContain('unknown command "resett"');
});

test('prints the version by fleetgraph --version', async () => {
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(await fleetgraph(['--version'], {})).toEqual({ code: 0, output: `${version}\n` });
});
