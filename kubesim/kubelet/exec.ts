import type { Container, ContainerStatus, Pod } from '../kubernetes/kinds/core.js';
import type { RemoteCommand } from '../streams/remote-command.js';
import { stateAfter } from './container-run.js';
import { ContainerFiles } from './container-files.js';
import type { ContainerSessions } from './container-sessions.js';
import type { ContainerChanges } from './container-changes.js';
import type { KubeletClient } from '../kubelet-client.js';
import { drained, KILLED, runProcess } from './process.js';
import { execProgram } from './programs.js';
import { StandardInput } from './shell/input.js';
import type { SimulatedContainers } from './simulated-containers.js';
import { Terminal } from './terminal.js';

/** A running container of a pod. */
export interface RunningContainer {
  readonly pod: Pod;
  readonly container: Container;
  readonly status: ContainerStatus;
  readonly startedAt: Date;
}

/** What streams to containers share. */
export interface ContainerAccess {
  readonly client: Pick<KubeletClient, 'clock' | 'scaled' | 'requestTokens'>;
  readonly simulated: SimulatedContainers;
  readonly changes: ContainerChanges;
  readonly sessions: ContainerSessions;
}

/** Exit code of a process that the terminal interrupts. */
const INTERRUPTED = 130;

/** Runs a command in a container and sends its outcome. */
export async function exec(
  access: ContainerAccess,
  target: RunningContainer,
  {
    command,
    tty,
    streams,
  }: { readonly command: readonly string[]; readonly tty: boolean; readonly streams: RemoteCommand },
): Promise<void> {
  const { pod, container, status, startedAt } = target;
  const { clock } = access.client;
  const program = execProgram(command, tty);
  if (!program) return streams.end(notExecutable(status, command[0] ?? ''));
  using session = access.sessions.open(pod.metadata.uid, status);
  await access.client.requestTokens(pod);
  const instance = { podUid: pod.metadata.uid, name: container.name, restartCount: status.restartCount };
  const run = access.simulated.runOf(pod, container);
  const now = clock.now();
  const present = stateAfter(run, startedAt, (now.getTime() - startedAt.getTime()) / access.client.scaled(1));
  using files = new ContainerFiles(present.files, instance, {
    changes: access.changes,
    now: () => clock.now().getTime(),
  });
  const input = new StandardInput();
  const state = { ...present, env: new Map(run.env), files, input, startedAt: now, elapsed: 0 };
  const killed = AbortSignal.any([session.signal, streams.disconnected]);
  const options = { killed, scaled: (seconds: number) => access.client.scaled(seconds) };
  const code = tty
    ? await inTerminal(streams, (io) =>
        runProcess(program(state), input, {
          ...options,
          ...io,
          killed: AbortSignal.any([killed, io.killed]),
        }),
      )
    : await runProcess(program(state), input, { ...streams, ...options });
  await streams.end(outcome(code));
}

/** Runs a process in a terminal: its outputs are one, and the client can interrupt it. */
async function inTerminal(
  { stdin, stdout, disconnected }: RemoteCommand,
  run: (
    io: Pick<RemoteCommand, 'stdin' | 'stdout' | 'stderr'> & { readonly killed: AbortSignal },
  ) => Promise<number>,
): Promise<number> {
  const interrupt = new AbortController();
  const terminal = new Terminal(stdout, () => interrupt.abort());
  if (stdin) void terminal.read(stdin).catch(() => undefined);
  const output = terminal.output();
  const code = await run({
    stdin: stdin && terminal.input,
    stdout: output,
    stderr: output,
    killed: interrupt.signal,
  });
  await drained(output, disconnected);
  return code === KILLED && interrupt.signal.aborted ? INTERRUPTED : code;
}

/** The `Status` of a process that has ended with a code. */
function outcome(code: number): object {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** The `Status` of a command that does not exist, with the message of containerd. */
function notExecutable({ containerID = '' }: ContainerStatus, command: string): object {
  const problem = command.includes('/')
    ? `stat ${command}: no such file or directory`
    : 'executable file not found in $PATH';
  const message = `error executing command in container: failed to exec in container: failed to start exec "${containerID.replace('containerd://', '')}": OCI runtime exec failed: exec failed: unable to start container process: exec: "${command}": ${problem}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}
