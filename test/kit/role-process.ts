import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeOptionsOf } from '../../kernel/process/node-options.js';
import { packageRoot } from '../../kernel/package-root.js';

/**
 * The environment of every process of the platform. They share compiled code and do not warm up the planner: each halves the CPU of
 * a start.
 */
export const processEnvironment = {
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  LOG_LEVEL: 'warn',
  PLANNER_WARM_UP: 'false',
  NODE_COMPILE_CACHE: join(packageRoot, 'node_modules/.cache/fleetgraph-tests'),
};

/** A role of the built platform as a separate process. */
export interface RoleProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  /** URL that the role printed; empty for the engine. */
  readonly url: string;
  /** Kills the process with SIGKILL. */
  kill(): Promise<void>;
}

/** Starts `fleetgraph <args>` from dist/ and waits for the line of its output that it is ready. */
export async function startRole(
  args: readonly string[],
  env: Record<string, string>,
  ready = /^ready (.*)$/,
): Promise<RoleProcess> {
  const child = spawn(
    process.execPath,
    [...nodeOptionsOf(args[0], env), join(packageRoot, 'dist/main.js'), ...args],
    {
      env: { ...processEnvironment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (output.length < 200) output.push(text);
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = ready.exec(line);
      if (match) resolve((match[1] ?? '').trim());
    });
    // The output is complete when the pipes are closed, possibly after the exit.
    child.once('close', () =>
      reject(new Error(`fleetgraph ${args.join(' ')} ended before it was ready:\n${output.join('')}`)),
    );
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return {
    child,
    pid: child.pid!,
    url,
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}
