import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findBinaries } from './binaries.js';
import { failureReason } from './failure.js';

/** The user that runs the server; empty: the user of this process. */
interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** Folders of the data and programs of an embedded PostgreSQL, and the user that runs it. */
export interface PostgresLayout {
  readonly data: string;
  readonly bin: string;
  readonly user: ServerUser;
}

/** The only role of the server. */
export const ROLE = 'fleetgraph';
const SHARED_ROOT = '/var/lib/fleetgraph';

/** Finds or creates folders that the server's user can reach, in `directory` if possible. */
export async function prepareLayout(directory: string): Promise<PostgresLayout> {
  const user = serverUser();
  const native = dirname(dirname((await findBinaries()).postgres));
  if (user.uid === undefined) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return { data: join(directory, 'data'), bin: join(native, 'bin'), user };
  }
  const reachable = canTraverse(dirname(directory), user.uid);
  const home = reachable ? directory : join(SHARED_ROOT, directory.replaceAll('/', '-').slice(1));
  await mkdir(dirname(home), { recursive: true, mode: 0o755 });
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chown(home, user.uid, user.gid ?? user.uid);
  return { data: join(home, 'data'), bin: join(await reachableBinaries(native, user.uid), 'bin'), user };
}

/** For root the user `postgres` if it exists, else `nobody`. Otherwise the user of this process. */
function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((flag) =>
        Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] })),
      );
      return { uid: uid!, gid: gid! };
    } catch {
      continue;
    }
  }
  throw new Error(
    'PostgreSQL cannot run as root, and there is neither a user postgres nor nobody; set DATABASE_URL',
  );
}

/** Whether the user may traverse the existing part of the path to the folder. */
function canTraverse(folder: string, uid: number): boolean {
  const parent = dirname(folder);
  const above = parent === folder || canTraverse(parent, uid);
  if (!above || !existsSync(folder)) return above;
  const { mode, uid: owner } = statSync(folder);
  return (mode & 0o001) !== 0 || (owner === uid && (mode & 0o100) !== 0);
}

async function reachableBinaries(native: string, uid: number): Promise<string> {
  if (canTraverse(native, uid)) return native;
  const version = execFileSync(join(native, 'bin/postgres'), ['--version'], { encoding: 'utf8' })
    .trim()
    .split(' ')
    .at(-1)!;
  const copy = join(SHARED_ROOT, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  // Copied to a temporary name and renamed, so that a killed process leaves no partial copy.
  const partial = `${copy}.${randomBytes(4).toString('hex')}`;
  await mkdir(SHARED_ROOT, { recursive: true, mode: 0o755 });
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  await rename(partial, copy).catch(() => rm(partial, { recursive: true }));
  return copy;
}

/** Suffix of the data folder while it is being initialised. */
const PARTIAL = '.initialising';

/** Removes the partial data folders of killed processes; the next start removes those that could not be removed now. */
async function removePartial(data: string): Promise<void> {
  const names = await readdir(dirname(data));
  const partial = names.filter((name) => name.startsWith(`${basename(data)}${PARTIAL}`));
  for (const name of partial)
    await rm(join(dirname(data), name), { recursive: true, force: true }).catch(() => undefined);
}

/** Whether the data folder contains a database. */
export function hasDatabase({ data }: PostgresLayout): boolean {
  return existsSync(join(data, 'PG_VERSION'));
}

/** Creates the data folder atomically. */
export async function initDatabase({ data, bin, user }: PostgresLayout, password: string): Promise<void> {
  await removePartial(data);
  // A new name: the initdb of a killed process may still write into its folder.
  const partial = `${data}${PARTIAL}${randomBytes(4).toString('hex')}`;
  const passwordFile = `${partial}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user.uid !== undefined) await chown(passwordFile, user.uid, user.gid!);
  const flags = [
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    `--username=${ROLE}`,
    '--encoding=UTF8',
    '--locale=C',
  ];
  try {
    await chmod(join(bin, 'initdb'), 0o755).catch(() => undefined);
    await waitForExit(
      spawn(join(bin, 'initdb'), ['-D', partial, '--no-instructions', ...flags], { ...user, cwd: '/' }),
    );
    await rename(partial, data);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function waitForExit(child: ChildProcess): Promise<void> {
  const output: string[] = [];
  child.stdout?.on('data', (text: Buffer) => output.push(text.toString()));
  child.stderr?.on('data', (text: Buffer) => output.push(text.toString()));
  return new Promise((accept, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? accept()
        : reject(new Error(`PostgreSQL could not create its data folder: ${failureReason(output)}`)),
    );
  });
}
