import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another live process uses the folder. */
export class FolderInUseError extends Error {}

/** Name of the lock file in the folder: the process that holds it and when that process began. */
const LOCK_FILE = 'process';

/**
 * Takes a folder for this process, until disposed or until the process ends however it ends. Throws `FolderInUseError`
 * at once when a live process holds it. The file of a process that was killed is replaced: a pid alone would not do,
 * because the system gives it to another process later.
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const lock = join(folder, LOCK_FILE);
  const own = `${process.pid} ${startTimeOf(process.pid)}\n`;
  const temporary = `${lock}.${randomBytes(4).toString('hex')}`;
  await writeFile(temporary, own, { mode: 0o600 });
  try {
    // A link is made whole or not at all, and never over a file that is there.
    while (!(await linked(temporary, lock))) await removeStale(folder, lock);
  } finally {
    await rm(temporary, { force: true });
  }
  return {
    async [Symbol.asyncDispose]() {
      if ((await textOf(lock)) === own) await rm(lock, { force: true });
    },
  };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a process that is gone; throws when its process lives. */
async function removeStale(folder: string, lock: string): Promise<void> {
  const found = await textOf(lock);
  if (found === undefined) return;
  const [pid, startTime] = found.trim().split(' ', 2);
  if (startTime !== '' && startTimeOf(Number(pid)) === startTime)
    throw new FolderInUseError(
      `Another Fleetgraph process (${pid}) uses ${folder}. Stop it, or set FLEETGRAPH_HOME to another folder.`,
    );
  const stale = `${lock}.${randomBytes(4).toString('hex')}`;
  await rename(lock, stale).catch(() => undefined);
  // Another start may have replaced the stale lock in between: its lock is put back.
  if ((await textOf(stale)) !== found) await linked(stale, lock).catch(() => false);
  await rm(stale, { force: true });
}

function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

/** When a process began, as the system tells it; empty when there is no such process. */
function startTimeOf(pid: number): string {
  if (!Number.isInteger(pid) || pid <= 0) return '';
  try {
    if (process.platform === 'linux') return linuxStartTime(pid);
    const output = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.trim().replaceAll(/\s+/g, '_');
  } catch {
    return '';
  }
}

/** Field 22 of /proc/PID/stat (proc(5)), in ticks since the system booted; the name before it may have spaces. */
function linuxStartTime(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = afterName;
  return state === 'Z' || state === 'X' ? '' : (afterName[19] ?? '');
}
