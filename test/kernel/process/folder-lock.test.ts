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

test('lets one of many concurrent callers lock a folder and unlocks it on dispose', async () => {
  const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
  const locks = attempts.flatMap((settled) => (settled.status === 'fulfilled' ? [settled.value] : []));
  const rejections = attempts.flatMap((settled) =>
    settled.status === 'rejected' ? [settled.reason as unknown] : [],
  );
  expect(locks).toHaveLength(1);
  expect(rejections.every((error) => error instanceof FolderInUseError)).toBe(true);
  await locks[0]?.[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ['has ended', '4194304 12345'],
  ['has a reused pid', `${process.pid} 1`],
  ['was killed while writing the lock', ''],
])('takes over the lock of a process that %s', async (_, left) => {
  await writeFile(join(folder, 'process'), left);
  await using lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(
    `Another Fleetgraph process (${process.pid}) uses ${folder}`,
  );
  expect(lock).toBeDefined();
});
