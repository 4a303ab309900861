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

/** Secrets that a platform without configuration makes for itself at its first start. */
export type Secrets = z.infer<typeof secretsSchema>;

/** The folder in which an all-in-one platform keeps what must survive a restart; this process' until disposed. */
export interface StateDirectory extends AsyncDisposable {
  readonly path: string;
  /** Whether secrets were made before. */
  readonly hasSecrets: boolean;
  /** The secrets; new ones, which are not written yet, when there are none. Throws `SecretsError`. */
  secrets(): Promise<Secrets>;
  /** Writes new secrets down, before anything is made with them. */
  writeSecrets(secrets: Secrets): Promise<void>;
  /** Writes a file that only its owner may read; answers its path. */
  writePrivate(name: string, text: string): Promise<string>;
}

/** The state folder cannot be made, read or written. */
class StateDirectoryError extends Error {}

/** What to do where the data cannot be read without the secrets. */
const START_ANEW = 'start anew with `fleetgraph reset`, which deletes the data';

/** The secrets of a state folder cannot be used; the message names the file, what is wrong with it, and the ways on. */
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

/** Where the secrets of a state folder are. */
export function secretsFile(folder: string): string {
  return join(resolve(folder), SECRETS_FILE);
}

/**
 * Opens the folder for this process alone, and makes it at the first time. Throws `StateDirectoryError`, or
 * `FolderInUseError` when another process uses it.
 */
export async function openStateDirectory(folder: string): Promise<StateDirectory> {
  const path = resolve(folder);
  const file = secretsFile(path);
  const lock = await writable(path, async () => {
    // As root the database server, another user, must be able to pass through; the secrets themselves are 0600.
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
 * Makes a folder, and those above it where they are missing. One level at a time: Node.js' recursive `mkdir` never ends
 * where the system answers ENOENT although the parent exists, as below /proc.
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

/** Reads the secrets of a state folder, also while another process uses it; undefined when there are none. Throws `SecretsError`. */
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

// The parser's message would quote the text, which is secret.
function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SecretsError(file, 'is damaged (no JSON)');
  }
}

function newSecrets(): Secrets {
  return { platform: randomSecret(), auth: randomSecret(), postgres: randomSecret() };
}

/** Codes of a folder that cannot be made or written. */
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

/** Written aside, flushed and renamed: a crash leaves the old file or the new one, never half of it. */
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
