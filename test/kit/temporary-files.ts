import { readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const MEMORY = '/dev/shm';
/** Bytes that a whole test run needs at most. */
const NEEDED = 4 * 2 ** 30;

/**
 * Folder for the temporary files of tests: in memory if there is room, otherwise the system's. A run
 * creates and deletes some hundred thousand files of databases. ext4 does not reuse an inode within minutes of its
 * deletion and searches past all such inodes for each new file, which took up to a quarter of a run's CPU.
 */
export function temporaryFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= NEEDED && isExecutable(MEMORY) ? MEMORY : tmpdir();
  } catch {
    // Not Linux.
    return tmpdir();
  }
}

/** Whether programs may be executed from the mounted file system. */
function isExecutable(mountPoint: string): boolean {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const options = mounts.find((line) => line.split(' ')[1] === mountPoint)?.split(' ')[3];
  return options !== undefined && !options.split(',').includes('noexec');
}
