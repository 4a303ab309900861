import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeOptions } from '../../kernel/process/node-options.js';
import { packageRoot } from '../../kernel/package-root.js';
import type { CpuReading, ProbeAnswers } from './cpu-probe.js';

const PROBE = join(packageRoot, 'dist/bench/platform/cpu-probe.js');
const START_DEADLINE = 60_000;

/** A process that the benchmark started. */
export interface BenchProcess extends AsyncDisposable {
  readonly pid: number;
  /** What it announced: the address where it listens, if it does. */
  readonly url: string;
  /** Its CPU time so far. */
  cpu(): Promise<CpuReading>;
  /** Where the CPU time of its main thread goes while `work` lasts. */
  profile(work: () => Promise<unknown>): Promise<ProbeAnswers['profiled']>;
}

export interface ProcessOptions {
  /** What the process is called in messages. */
  readonly name: string;
  /** Node.js arguments: the script and its own arguments. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The line of its output that says that it is ready; the first group is the address. */
  readonly ready?: RegExp;
}

/** Starts a Node.js process and waits until it says that it is ready. Throws with its output when it does not. */
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
        await askProbe(child, 'profile');
        await work();
        return askProbe(child, 'profiled');
      },
      [Symbol.asyncDispose]: () => end(child),
    };
  } catch (error) {
    await end(child);
    throw error;
  }
}

/** Starts a part of the built platform, as `fleetgraph <args>` does. */
export function startRole(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<BenchProcess> {
  const main = join(packageRoot, 'dist/main.js');
  return startProcess({
    name: `fleetgraph ${args.join(' ')}`,
    args: [...nodeOptions, main, ...args],
    env,
  });
}

/** `fleetgraph start` with a state folder of its own and more settings; its `url` is where GraphQL is answered. */
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
    const timer = setTimeout(() => fail('did not get ready'), START_DEADLINE);
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

async function askProbe<Question extends keyof ProbeAnswers>(
  child: ChildProcess,
  question: Question,
): Promise<ProbeAnswers[Question]> {
  const answer = once(child, 'message');
  child.send(question);
  const [told] = (await answer) as [ProbeAnswers[Question]];
  return told;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(timer);
}
