import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { workerFile } from '../kernel/process/worker-file.js';
import type { prepareDatabase, PrepareOptions } from './prepare-database.js';

/** What the process is to prepare. */
export interface Preparation {
  readonly url: string;
  readonly options: PrepareOptions | undefined;
}

/** The last message of the process: why it failed, if it did. */
export interface PreparationResult {
  readonly error?: string;
}

/**
 * Prepares the database in a process of its own. The platform's database client, whose queries WebAssembly plans, would leave 50 MB in
 * a process with simulated kubelets, which does not use it; V8 does not return them at the end of a thread either.
 */
export const prepareDatabaseInProcess: typeof prepareDatabase = async (url, options) => {
  const program = fileURLToPath(workerFile('prepare-database-process', import.meta.url));
  const child = fork(program, { execArgv: ['--enable-source-maps'], serialization: 'advanced' });
  const exit = once(child, 'exit');
  let result: PreparationResult | undefined;
  child.once('message', (message: PreparationResult) => (result = message));
  // By a message, not by arguments or the environment: the URL may contain a password. The error comes with the exit.
  child.send({ url, options } satisfies Preparation, () => undefined);
  const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
  const ended = `the preparation of the database ended with ${signal ?? code}`;
  if (!result || result.error !== undefined) throw new Error(result?.error ?? ended);
};
