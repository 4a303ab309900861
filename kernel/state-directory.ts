import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const secretsForm = z.object({
  platform: z.string().min(32),
  auth: z.string().min(32),
  postgres: z.string().min(16),
});

/** Secrets that a platform without configuration makes for itself at its first start. */
export type Secrets = z.infer<typeof secretsForm>;

/** The folder in which an all-in-one platform keeps what must survive a restart. */
export interface StateDirectory {
  readonly path: string;
  readonly secrets: Secrets;
  /** Writes a file that only its owner may read; answers its path. */
  writePrivate(name: string, text: string): Promise<string>;
}

/** Opens the folder, makes it and its secrets at the first time. */
export async function openStateDirectory(folder: string): Promise<StateDirectory> {
  const path = resolve(folder);
  // As root the database server, another user, must be able to pass through; the secrets themselves are 0600.
  await mkdir(path, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  return {
    path,
    secrets: await secrets(path),
    async writePrivate(name, text) {
      await replaceFile(join(path, name), text);
      return join(path, name);
    },
  };
}

async function secrets(path: string): Promise<Secrets> {
  const file = join(path, 'secrets.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) return secretsForm.parse(JSON.parse(text));
  const made: Secrets = { platform: randomSecret(), auth: randomSecret(), postgres: randomSecret() };
  await replaceFile(file, JSON.stringify(made, null, 2));
  return made;
}

/** Written aside, flushed and renamed: a crash leaves the old file or the new one, never half of it. */
async function replaceFile(file: string, text: string): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(aside, text, { mode: 0o600 });
  const handle = await open(aside, 'r+');
  await handle.sync();
  await handle.close();
  await rename(aside, file);
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
