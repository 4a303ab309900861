import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';
import type { Env } from '../kernel/env.js';
import { lockFolder } from '../kernel/process/folder-lock.js';
import { type PostgresLayout, hasDatabase, prepareLayout } from '../kernel/embedded-postgres/layout.js';

/** Files that the platform writes into its state folder, besides the database; each has a suffix while it is written. */
const OWN_FILES = /^(secrets\.json|token|process)(\.|$)/;

/**
 * `fleetgraph reset`: deletes the database, secrets and token of the state folder; asks for a confirmation unless `confirmed`
 * is true. Returns a message. Throws `FolderInUseError` while a process uses the folder.
 */
export async function reset(env: Env, confirmed: boolean): Promise<string> {
  const folder = resolve(env.FLEETGRAPH_HOME);
  if (!(await isStateFolder(folder)))
    return `There is nothing to reset: ${folder} has neither a database nor secrets of Fleetgraph.`;
  await using lock = await lockFolder(folder);
  const layout = await prepareLayout(join(folder, 'postgres'));
  const data = hasDatabase(layout) ? layout.data : undefined;
  const databaseText = data ? `the database in ${data}, ` : '';
  if (!confirmed && !(await confirm(`This deletes ${databaseText}secrets and token of ${folder} for good.`)))
    return 'Nothing was deleted.';
  if (data) await stopServerOf(layout);
  await rm(dirname(layout.data), { recursive: true, force: true });
  await lock[Symbol.asyncDispose]();
  const files = await readdir(folder);
  for (const file of files) if (OWN_FILES.test(file)) await rm(join(folder, file));
  // Fails while the folder contains files of other programs, which are kept.
  await rmdir(folder).catch(() => undefined);
  const external = env.DATABASE_URL ? ' The database of DATABASE_URL was left as it is.' : '';
  return `${folder} was reset.${external}`;
}

/** Whether the folder is a state folder: the first start writes the secrets first. `reset` changes no other folder. */
async function isStateFolder(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const files = await readdir(folder);
  return files.includes('postgres') || files.some((file) => file.startsWith('secrets.json'));
}

async function confirm(warning: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error(`${warning} Confirm with --yes.`);
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const reply = await prompt.question(`${warning}\nType "reset" to go on: `);
  prompt.close();
  return reply.trim() === 'reset';
}

/** Stops the server of a killed process, if it still runs. */
async function stopServerOf({ bin, data, user }: PostgresLayout): Promise<void> {
  if (!existsSync(join(data, 'postmaster.pid'))) return;
  const options = { ...user, cwd: '/' };
  // Fails when the server has already stopped.
  await promisify(execFile)(
    join(bin, 'pg_ctl'),
    ['stop', '-D', data, '-m', 'immediate', '-w'],
    options,
  ).catch(() => undefined);
}
