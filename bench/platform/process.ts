import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeOptions, nodeOptionsOf } from '../../kernel/process/node-options.js';
import { packageRoot } from '../../kernel/package-root.js';
import type { CpuReading, ProbeResults } from './cpu-probe.js';

const PROBE = join(packageRoot, 'dist/bench/platform/cpu-probe.js');
const START_TIMEOUT_MS = 60_000;

/** A process that the benchmark started. */
export interface BenchProcess extends AsyncDisposable {
  readonly pid: number;
  /** The address that it printed when it was ready. */
  readonly url: string;
  /** CPU time since its start. */
  cpu(): Promise<CpuReading>;
  /** CPU profile of its main thread during `work`. */
  profile(work: () => Promise<unknown>): Promise<ProbeResults['stopProfile']>;
}

export interface ProcessOptions {
  /** Name in error messages. */
  readonly name: string;
  /** Node.js arguments: the script and its own arguments. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Line of its output that means ready; the first group is the address. */
  readonly ready?: RegExp;
}

/** Starts a Node.js process and waits until it is ready. Throws with its output when it ends or times out. */
export async function startProcess(options: ProcessOptions): Promise<BenchProcess> {
  const child = spawn(process.execPath, ['--import', PROBE, ...options.args], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  try {
    const url = await readiness(child, options);
    return {
      pid: child.pid!,
      url,
      cpu: () => askProbe(child, 'cpu'),
      profile: async (work) => {
        await askProbe(child, 'startProfile');
        await work();
        return askProbe(child, 'stopProfile');
      },
      [Symbol.asyncDispose]: () => end(child),
    };
  } catch (error) {
    await end(child);
    throw error;
  }
}

/** Starts a role of the built platform, as `fleetgraph <args>` does. */
export function startRole(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<BenchProcess> {
  const main = join(packageRoot, 'dist/main.js');
  return startProcess({
    name: `fleetgraph ${args.join(' ')}`,
    args: [...nodeOptionsOf(args[0], env), main, ...args],
    env,
  });
}

/** Starts `fleetgraph start` with its own state folder; `url` is the GraphQL endpoint. */
export function startPlatform(
  home: string,
  databaseUrl: string,
  speed: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchProcess> {
  return startProcess({
    name: 'fleetgraph start',
    args: [...nodeOptions, join(packageRoot, 'dist/main.js'), 'start'],
    env: {
      FLEETGRAPH_HOME: home,
      DATABASE_URL: databaseUrl,
      PORT: '0',
      SIMULATION_SPEED: String(speed),
      ...settings,
    },
    ready: /^\s*GraphQL\s+(\S+)/,
  });
}

function readiness(child: ChildProcess, { name, ready = /^ready ?(.*)$/ }: ProcessOptions): Promise<string> {
  const output: string[] = [];
  child.stderr!.setEncoding('utf8').on('data', (text: string) => output.length < 200 && output.push(text));
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${name} ${why}:\n${output.join('').slice(0, 4_000)}`));
    const timer = setTimeout(() => fail('was not ready in time'), START_TIMEOUT_MS);
    child.once('error', reject);
    child.once('close', () => fail('ended before it was ready'));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const match = ready.exec(line);
      if (!match) return;
      clearTimeout(timer);
      resolve((match[1] ?? '').trim());
    });
  });
}

async function askProbe<Request extends keyof ProbeResults>(
  child: ChildProcess,
  request: Request,
): Promise<ProbeResults[Request]> {
  const message = once(child, 'message');
  child.send(request);
  const [result] = (await message) as [ProbeResults[Request]];
  return result;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(timer);
}
