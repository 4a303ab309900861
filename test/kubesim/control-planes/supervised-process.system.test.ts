import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../../kernel/log.js';
import { SupervisedProcess } from '../../../kubesim/control-planes/supervised-process.js';
import { eventually } from '../../kit/eventually.js';
import { temporaryFolder } from '../../kit/temporary-files.js';

const log = createLog('silent');
let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-supervised-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const program = (name: string, script: string) => ({
  name,
  path: process.execPath,
  args: ['--eval', script],
  pidFile: join(folder, `${name}.pid`),
});
const WAITS = 'setInterval(() => undefined, 1000)';

test('a supervised process is started again when it was killed, and ends when it is disposed', async () => {
  const supervised = await SupervisedProcess.start(program('killed', WAITS), log);
  const killed = supervised.pid ?? 0;
  process.kill(killed, 'SIGKILL');
  const pid = await eventually(() => supervised.pid !== killed && supervised.pid, { what: 'a new process' });
  await supervised[Symbol.asyncDispose]();
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  expect(existsSync(join(folder, 'killed.pid'))).toBe(false);
});

test('a supervised process that ignores SIGTERM is killed when it is disposed', async () => {
  const started = join(folder, 'started');
  const script = `process.on('SIGTERM', () => undefined); require('fs').writeFileSync('${started}', ''); ${WAITS}`;
  const supervised = await SupervisedProcess.start(program('stubborn', script), log, { grace: 100 });
  await eventually(() => existsSync(started), { what: 'its signal handler' });
  const { pid } = supervised;
  await supervised[Symbol.asyncDispose]();
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});

test('the next start ends a process that a killed supervisor left running', async () => {
  const left = program('left', WAITS);
  const child = spawn(left.path, left.args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await writeFile(left.pidFile, `${child.pid}\n${left.path}\n`);
  await using supervised = await SupervisedProcess.start(left, log);
  await ended;
  expect(await readFile(left.pidFile, 'utf8')).toBe(`${supervised.pid}\n${left.path}\n`);
});

test('the next start does not end another program that has got the process id', async () => {
  const other = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(other, 'spawn');
  const reused = program('reused', WAITS);
  await writeFile(reused.pidFile, `${other.pid}\n${reused.path}\n`);
  await using supervised = await SupervisedProcess.start(reused, log);
  expect(supervised.pid).not.toBe(other.pid);
  expect(existsSync(`/proc/${other.pid}`)).toBe(true);
  other.kill();
});
