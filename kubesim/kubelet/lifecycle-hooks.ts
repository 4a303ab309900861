import type { Container, LifecycleHandler } from '../kubernetes/kinds/core.js';
import type { ReplayedFile } from './container-changes.js';
import { execOutcome } from './container-run.js';
import type { ContainerRun } from './replay.js';
import type { ShellState } from './shell/run.js';

/** What a hook of a container did. */
export interface HookOutcome {
  readonly succeeds: boolean;
  /** Simulated seconds that it takes. */
  readonly seconds: number;
  /** The files that it has changed. */
  readonly files: readonly ReplayedFile[];
}

const NO_FILES: readonly ReplayedFile[] = [];

/** Runs a hook of a container in its present state. A command that does not end takes `limit` seconds. */
export function runHook(
  { exec, httpGet, sleep }: LifecycleHandler,
  { run, container, state, limit }: HookTarget,
): HookOutcome {
  if (sleep) return { succeeds: true, seconds: Math.min(sleep.seconds, limit), files: NO_FILES };
  if (exec) return runCommand(exec.command ?? [], { run, state, limit });
  const { server } = run.program;
  const port = httpGet && portOf(container, httpGet.port);
  const succeeds = !!server && port !== undefined && (server.ports?.includes(port) ?? true);
  return { succeeds, seconds: 0, files: NO_FILES };
}

interface HookTarget {
  readonly run: ContainerRun;
  readonly container: Container;
  readonly state: ShellState;
  readonly limit: number;
}

function runCommand(
  command: readonly string[],
  { run, state, limit }: Omit<HookTarget, 'container'>,
): HookOutcome {
  const { code, seconds, files } = execOutcome(run, command, state);
  const isEnded = code !== undefined && seconds <= limit;
  return {
    succeeds: isEnded && code === 0,
    seconds: Math.min(seconds, limit),
    files: changedFiles(state.files, files),
  };
}

function changedFiles(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly ReplayedFile[] {
  const written = [...after]
    .filter(([path, text]) => before.get(path) !== text)
    .map(([path, text]) => ({ type: 'file', path, text }) as const);
  const removed = [...before.keys()]
    .filter((path) => !after.has(path))
    .map((path) => ({ type: 'file', path, text: undefined }) as const);
  return [...written, ...removed];
}

function portOf({ ports }: Container, port: number | string): number | undefined {
  return typeof port === 'string' ? ports?.find(({ name }) => name === port)?.containerPort : port;
}
