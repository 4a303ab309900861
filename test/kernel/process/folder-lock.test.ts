import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderInUseError, lockFolder } from '../../../kernel/process/folder-lock.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetgraph-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a folder is locked by one of many that try at once, and free again once it is released', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
  const locks = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const refusals = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  expect(locks).toHaveLength(1);
  expect(refusals.every((error) => error instanceof FolderInUseError)).toBe(true);
  await locks[0]?.[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ['is gone', '4194304 12345'],
  ['had the pid that another process has now', `${process.pid} 1`],
  ['was killed while it wrote', ''],
])('the lock of a process that %s is taken over', async (_, left) => {
  await writeFile(join(folder, 'process'), left);
  await using lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(
    `Another Fleetgraph process (${process.pid}) uses ${folder}`,
  );
  expect(lock).toBeDefined();
});
