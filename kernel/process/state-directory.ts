import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { lockFolder } from './folder-lock.js';

const secretsSchema = z.object({
  platform: z.string().min(32),
  auth: z.string().min(32),
  postgres: z.string().min(16),
});

/** Secrets that an unconfigured platform generates at its first start. */
export type Secrets = z.infer<typeof secretsSchema>;

/** The folder of an all-in-one platform's persistent state; locked by this process until disposed. */
export interface StateDirectory extends AsyncDisposable {
  readonly path: string;
  /** Whether the folder contains secrets. */
  readonly hasSecrets: boolean;
  /** The stored secrets, or new ones that are not written yet. Throws `SecretsError`. */
  secrets(): Promise<Secrets>;
  /** Writes new secrets, before their first use. */
  writeSecrets(secrets: Secrets): Promise<void>;
  /** Writes a file that only its owner may read and returns its path. */
  writePrivate(name: string, text: string): Promise<string>;
}

/** The state folder cannot be created, read or written. */
class StateDirectoryError extends Error {}

/** Remedy if the data cannot be read without the secrets. */
const START_ANEW = 'start anew with `fleetgraph reset`, which deletes the data';

/** The secrets of a state folder cannot be used; the message names the file, the problem and the remedies. */
export class SecretsError extends Error {
  constructor(
    file: string,
    fault: string,
    { remedy = START_ANEW, cause }: { readonly remedy?: string; readonly cause?: unknown } = {},
  ) {
    super(`${file} ${fault}. Restore it from a backup, or ${remedy}.`, { cause });
  }
}

const SECRETS_FILE = 'secrets.json';

/** Path of the file with the secrets of a state folder. */
export function secretsFile(folder: string): string {
  return join(resolve(folder), SECRETS_FILE);
}

/**
 * Locks the folder for this process and creates it if it is missing. Throws `StateDirectoryError`, or `FolderInUseError`
 * if another process uses it.
 */
export async function openStateDirectory(folder: string): Promise<StateDirectory> {
  const path = resolve(folder);
  const file = secretsFile(path);
  const lock = await writable(path, async () => {
    // Started by root, the database server runs as another user and must be able to traverse the folder; the secrets are 0600.
    await makeFolder(path, process.getuid?.() === 0 ? 0o711 : 0o700);
    await access(path, constants.W_OK | constants.X_OK);
    return lockFolder(path);
  });
  return {
    path,
    hasSecrets: (await secretsText(file)) !== undefined,
    secrets: async () => (await readSecrets(path)) ?? newSecrets(),
    writeSecrets: (secrets) => writable(path, () => replaceFile(file, JSON.stringify(secrets, null, 2))),
    async writePrivate(name, text) {
      await writable(path, () => replaceFile(join(path, name), text));
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
  };
}

/**
 * Creates a folder and its missing parents, one level at a time: the recursive `mkdir` of Node.js never ends if the system
 * returns ENOENT although the parent exists, as below /proc.
 */
async function makeFolder(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    await makeFolder(dirname(path), mode);
    await makeFolder(path, mode);
  }
}

/** Reads the secrets of a state folder without locking it; undefined if there are none. Throws `SecretsError`. */
export async function readSecrets(folder: string): Promise<Secrets | undefined> {
  const file = secretsFile(folder);
  const text = await secretsText(file);
  if (text === undefined) return undefined;
  if (text.trim() === '') throw new SecretsError(file, 'is empty');
  const parsed = secretsSchema.safeParse(parseJson(file, text));
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => issue.path.join('.')).filter((name) => name !== '');
  throw new SecretsError(file, `is not what Fleetgraph wrote (${names.join(', ') || 'no object'})`);
}

async function secretsText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new StateDirectoryError(
      `Cannot read ${file} (${code}). Its owner must be the user that starts Fleetgraph.`,
      {
        cause: error,
      },
    );
  }
}

// The message of JSON.parse would quote the secrets.
function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SecretsError(file, 'is damaged (not JSON)');
  }
}

function newSecrets(): Secrets {
  return { platform: randomSecret(), auth: randomSecret(), postgres: randomSecret() };
}

/** Error codes of a folder that cannot be created or written. */
const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'EDQUOT', 'ENOENT']);

async function writable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !UNWRITABLE.has(code)) throw error;
    const remedy =
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'Free some space'
        : 'Make it writable for the user that starts Fleetgraph';
    throw new StateDirectoryError(
      `Cannot write to the state folder ${path} (${code}). ${remedy}, or set FLEETGRAPH_HOME to another folder.`,
      { cause: error },
    );
  }
}

/** Writes a temporary file, flushes and renames it: after a crash the file is the old one or the new one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(temporary, text, { mode: 0o600 });
  const handle = await open(temporary, 'r+');
  await handle.sync();
  await handle.close();
  await rename(temporary, file);
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
