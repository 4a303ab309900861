import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { packageRoot } from '../../kernel/package-root.js';
import { eventually } from '../kit/eventually.js';
import { processEnvironment } from '../kit/role-process.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fleetgraph-start-'));
  // Started by root, the database runs as another user, which must reach this folder.
  await chmod(home, 0o755);
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Started {
  readonly npm: ChildProcess;
  readonly url: string;
  /** PID of the embedded PostgreSQL. */
  readonly postgres: number;
}

/** Runs `npm start` in a separate process group, as a service manager does. */
async function npmStart(folder: string): Promise<Started> {
  const npm = spawn('npm', ['start'], {
    cwd: packageRoot,
    env: { ...process.env, ...processEnvironment, PORT: '0', FLEETGRAPH_HOME: folder, LOG_LEVEL: 'info' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  await eventually(() => Promise.resolve(output.includes('Fleetgraph is ready on port ')), {
    what: 'npm start',
    timeoutMs: 120_000,
  });
  const up = output.split('\n').find((line) => line.includes('embedded PostgreSQL is running'));
  const url = /http:\/\/127[.\d]+:\d+\/graphql/.exec(output)?.[0] ?? '';
  return { npm, url, postgres: Number(/"postgres":(\d+)/.exec(up ?? '')?.[1]) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('npm start', { timeout: 240_000 }, () => {
  // Concurrent, because each test waits 10 seconds for its client.
  test.concurrent.each(['SIGTERM', 'SIGINT'] as const)(
    'closes in order, including PostgreSQL, when npm, its shell and the platform receive %s at once',
    async (signal) => {
      const { npm, url, postgres } = await npmStart(join(home, signal));
      // A client that does not respond to the close of its socket, which delays the shutdown.
      const client = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
      await once(client, 'open');
      client.pause();
      expect(isAlive(postgres)).toBe(true);
      process.kill(-npm.pid!, signal);
      if (npm.exitCode === null && npm.signalCode === null) await once(npm, 'exit');
      await eventually(() => Promise.resolve(!isAlive(postgres)), { what: 'PostgreSQL to be gone' });
      client.terminate();
    },
  );
});
