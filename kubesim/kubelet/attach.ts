import { once } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { RemoteCommand } from '../streams/remote-command.js';
import type { ContainerAccess, RunningContainer } from './exec.js';
import { linesOf, type LogReader, runningSource } from './logs.js';
import { drained, write } from './process.js';
import { Replay } from './replay.js';
import type { Step } from './shell/step.js';
import { Terminal } from './terminal.js';

/** Milliseconds between two reads of the log of a program that is not simulated. */
const POLL_INTERVAL_MS = 500;
/** Most steps of a program that are followed. */
const MAX_STEPS = 100_000;
/** Steps after which other work of the process has its turn. */
const STEPS_OF_A_TURN = 500;
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Sends the output of a container's program from now on, and the client's input to it, until one of them ends. */
export async function attach(
  access: ContainerAccess & { readonly logs: LogReader },
  target: RunningContainer,
  { tty, streams }: { readonly tty: boolean; readonly streams: RemoteCommand },
): Promise<void> {
  using session = access.sessions.open(target.pod.metadata.uid, target.status);
  const ended = AbortSignal.any([session.signal, streams.disconnected]);
  const { stdin, ...outputs } = tty ? terminalStreams(streams) : streams;
  const view = { access, target, ended, ...outputs };
  if (stdin && target.container.stdin) void sendInput(view, stdin).catch(() => undefined);
  const { requests } = access.simulated.runOf(target.pod, target.container).program;
  try {
    await (requests ? followLog(view) : followProgram(view));
  } catch (error) {
    if (!ended.aborted) throw error;
  }
  if (tty) await drained(outputs.stdout, streams.disconnected);
  await streams.end({ metadata: {}, status: 'Success' });
}

/** The streams of a client behind a terminal, whose outputs are one. */
function terminalStreams({
  stdin,
  stdout,
}: RemoteCommand): Pick<RemoteCommand, 'stdin' | 'stdout' | 'stderr'> {
  const terminal = new Terminal(stdout, () => undefined);
  if (stdin) void terminal.read(stdin).catch(() => undefined);
  const output = terminal.output();
  return { stdin: stdin && terminal.input, stdout: output, stderr: output };
}

interface View extends Pick<RemoteCommand, 'stdout' | 'stderr'> {
  readonly access: ContainerAccess & { readonly logs: LogReader };
  readonly target: RunningContainer;
  readonly ended: AbortSignal;
}

/** Records what the client sends; what the container does not take is not read. */
async function sendInput({ access, target }: View, stdin: Readable): Promise<void> {
  const { pod, container, status } = target;
  const instance = { podUid: pod.metadata.uid, name: container.name, restartCount: status.restartCount };
  const at = () => access.client.clock.now().getTime();
  for await (const data of stdin as AsyncIterable<Buffer>)
    if (!access.changes.add(instance, { type: 'input', data, at: at() })) return;
  if (container.stdinOnce) access.changes.add(instance, { type: 'input', data: undefined, at: at() });
}

/** Sends the lines of the log as they are written. */
async function followLog({ access, target, ended, stdout }: View): Promise<void> {
  const source = runningSource(target.pod, target.status, target.startedAt);
  let from = access.client.clock.now().getTime();
  for (;;) {
    await setTimeout(POLL_INTERVAL_MS, undefined, { signal: ended });
    const to = access.client.clock.now().getTime();
    for (const { text } of linesOf(access.logs, source, { from, to }))
      await write(stdout, `${text}\n`, ended);
    from = to;
  }
}

/**
 * Sends the outputs of the program at their times. A change of the container starts its replay again: what was printed before the
 * change stays the same.
 */
async function followProgram(view: View): Promise<void> {
  const { access, target, ended } = view;
  const now = access.client.clock.now().getTime();
  let shown = await outputsBefore(view, now);
  for (;;) {
    const changed = new AbortController();
    const unsubscribe = access.changes.onChange(({ podUid, name }) => {
      if (podUid === target.pod.metadata.uid && name === target.container.name) changed.abort();
    });
    const stop = AbortSignal.any([ended, changed.signal]);
    try {
      shown = await show(view, shown, stop);
      // After the last output: until a change, or the end of the container.
      if (!stop.aborted) await once(stop, 'abort');
    } finally {
      unsubscribe();
    }
    if (ended.aborted) return;
  }
}

/** Number of outputs up to a time. */
async function outputsBefore({ access, target }: View, now: number): Promise<number> {
  const { pod, container, startedAt } = target;
  const replay = new Replay(access.simulated.runOf(pod, container), startedAt);
  let outputs = 0;
  for (let count = 0; count < MAX_STEPS; count += 1) {
    await endOfTurn(count);
    const { done, value } = replay.next();
    if (done || startedAt.getTime() + access.client.scaled(replay.elapsed) > now) break;
    if (value.output !== undefined || value.error !== undefined) outputs += 1;
  }
  return outputs;
}

/** Sends the outputs after the first ones until the signal aborts; returns the number of outputs that were sent in all. */
async function show(view: View, first: number, stop: AbortSignal): Promise<number> {
  const { access, target } = view;
  const { pod, container, startedAt } = target;
  const replay = new Replay(access.simulated.runOf(pod, container), startedAt);
  let outputs = 0;
  for (let count = 0; count < MAX_STEPS; count += 1) {
    await endOfTurn(count);
    const { done, value } = replay.next();
    if (done) break;
    if (value.output === undefined && value.error === undefined) {
      if (outputs < first) continue;
      const time = startedAt.getTime() + access.client.scaled(replay.elapsed);
      await until(view, time, stop);
      // What a container that has ended has printed before is sent.
      if (stop.aborted && time > access.client.clock.now().getTime()) break;
    } else {
      outputs += 1;
      if (outputs > first) await send(view, value);
    }
  }
  return Math.max(first, outputs);
}

/** Waits for the next turn of the event loop after some steps: programs may print without waiting. */
async function endOfTurn(step: number): Promise<void> {
  if (step > 0 && step % STEPS_OF_A_TURN === 0) await setImmediate();
}

async function until({ access }: View, time: number, stop: AbortSignal): Promise<void> {
  const wait = Math.min(MAX_TIMEOUT, time - access.client.clock.now().getTime());
  if (wait > 0) await setTimeout(wait, undefined, { signal: stop }).catch(() => undefined);
}

async function send({ stdout, stderr, ended }: View, { output, error }: Step): Promise<void> {
  if (output !== undefined) await write(stdout, output, ended);
  if (error !== undefined) await write(stderr, error, ended);
}
