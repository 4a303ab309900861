import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { goSettings } from '../../kernel/env.js';
import type { Log } from '../../kernel/log.js';

/** Milliseconds before a program that ended is started again; doubles with each end, until it has run for a minute. */
const RESTART = { first: 250, most: 10_000, stable: 60_000 };
/** Milliseconds that a program may take to end after SIGTERM. */
const GRACE_MS = 10_000;
/** Last lines of output that are logged when a program ends unexpectedly. */
const LAST_LINES = 20;
/** Milliseconds between two health checks. */
const CHECK_MS = 50;
/** Ends of a program during a wait for its health after which it is not expected to become healthy. */
const MAX_ENDS = 5;

export interface Program {
  /** Name in the log, such as `kube-apiserver`. */
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  /** Working directory. Default that of this process. */
  readonly cwd?: string;
  /** File of the process id and the path: after this process was killed, the next one ends what it left running. */
  readonly pidFile: string;
}

/** A program that runs until it is disposed. It is started again whenever it ends. */
export class SupervisedProcess implements AsyncDisposable {
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private delay = RESTART.first;
  private stopped = false;
  /** The last start, which an end waits for: it writes the file of the process id. */
  private starting: Promise<void> = Promise.resolve();
  private ends = 0;
  private lastOutput = '';

  private constructor(
    private readonly program: Program,
    private readonly log: Log,
    private readonly grace: number,
  ) {}

  /** Ends a process that an earlier supervisor left running, and starts the program. */
  static async start(program: Program, log: Log, { grace = GRACE_MS } = {}): Promise<SupervisedProcess> {
    await endLeftover(program.pidFile);
    const supervised = new SupervisedProcess(program, log.child({ program: program.name }), grace);
    try {
      await supervised.run();
      return supervised;
    } catch (error) {
      await supervised[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Path of the program. */
  get path(): string {
    return this.program.path;
  }

  /** Process id; undefined between an end and the next start. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Resolves when the check succeeds. Rejects with the reason when it does not in time, when the program has ended several times
   * meanwhile, or when the signal is aborted.
   */
  async untilHealthy(
    isHealthy: () => Promise<boolean>,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<void> {
    const { name } = this.program;
    const deadline = performance.now() + timeoutMs;
    const earlier = this.ends;
    while (!(await isHealthy())) {
      if (this.ends - earlier >= MAX_ENDS)
        throw new Error(`${name} ended ${MAX_ENDS} times: ${this.lastOutput}`);
      if (performance.now() > deadline) throw new Error(`${name} was not healthy in ${timeoutMs / 1000} s`);
      await delay(CHECK_MS, undefined, { signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.starting.catch(() => undefined);
    if (this.child) await end(this.child, this.grace);
    await rm(this.program.pidFile, { force: true });
  }

  private run(): Promise<void> {
    this.starting = this.startProgram();
    return this.starting;
  }

  private async startProgram(): Promise<void> {
    const { path, args, cwd, pidFile } = this.program;
    const startedAt = performance.now();
    const child = spawn(path, args, { cwd, env: goSettings(), stdio: ['ignore', 'ignore', 'pipe'] });
    this.child = child;
    const lines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
    });
    child.once('close', (code, signal) => {
      this.child = undefined;
      this.ends += 1;
      this.lastOutput = lines.at(-1) ?? `code ${code}`;
      if (this.stopped) return;
      this.log.warn({ code, signal, output: lines }, 'a program of a control plane has ended; restarting it');
      if (performance.now() - startedAt > RESTART.stable) this.delay = RESTART.first;
      this.timer = setTimeout(
        () => void this.run().catch((err: unknown) => this.log.error({ err })),
        this.delay,
      );
      this.delay = Math.min(this.delay * 2, RESTART.most);
    });
    await once(child, 'spawn');
    await writeFile(pidFile, `${child.pid}\n${path}\n`);
  }
}

/** Ends a process: SIGTERM, and SIGKILL after the grace period. */
async function end(child: ChildProcess, grace: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), grace);
  await closed;
  clearTimeout(kill);
}

/** Kills the processes of the pid files in a folder. */
export async function endLeftovers(folder: string): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  for (const file of files) if (file.endsWith('.pid')) await endLeftover(join(folder, file));
}

/** Kills the process of the pid file if it still runs the program; process ids are used again. */
async function endLeftover(pidFile: string): Promise<void> {
  const [id = '', path = ''] = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
  const pid = Number(id);
  if (!pid || !(await runs(pid, path))) return;
  process.kill(pid, 'SIGKILL');
  while (await runs(pid, path)) await new Promise((wake) => setTimeout(wake, 20));
}

async function runs(pid: number, path: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.startsWith(`${path}\0`);
}
