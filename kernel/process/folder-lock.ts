import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another live process uses the folder. */
export class FolderInUseError extends Error {}

/** Name of the lock file; it contains the pid and the start time of the process that holds the lock. */
const LOCK_FILE = 'process';

/**
 * Locks a folder until disposed or until the process ends. Throws `FolderInUseError` immediately if a live process holds the
 * lock. The lock of a killed process is replaced; its start time is compared because the system reuses pids.
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const lock = join(folder, LOCK_FILE);
  const lockText = `${process.pid} ${startTimeOf(process.pid)}\n`;
  const temporary = `${lock}.${randomBytes(4).toString('hex')}`;
  await writeFile(temporary, lockText, { mode: 0o600 });
  try {
    // `link` is atomic and never replaces an existing file.
    while (!(await linked(temporary, lock))) await removeStale(folder, lock);
  } finally {
    await rm(temporary, { force: true });
  }
  return {
    async [Symbol.asyncDispose]() {
      if ((await textOf(lock)) === lockText) await rm(lock, { force: true });
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

/** Removes the lock of a process that has ended; throws if the process is alive. */
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
  // If another process has replaced the stale lock meanwhile, its lock is restored.
  if ((await textOf(stale)) !== found) await linked(stale, lock).catch(() => false);
  await rm(stale, { force: true });
}

function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

/** Start time of a process as reported by the system; empty if the process does not exist. */
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

/** Field 22 of /proc/PID/stat (proc(5)), in ticks since the system booted; the process name before it may contain spaces. */
function linuxStartTime(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = afterName;
  return state === 'Z' || state === 'X' ? '' : (afterName[19] ?? '');
}
