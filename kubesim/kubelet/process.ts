import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import type { StandardInput } from './shell/input.js';
import type { ExitCode, Step } from './shell/step.js';

/** The streams of a process, and its end from outside. */
export interface ProcessStreams {
  readonly stdin: Readable | undefined;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Ends the process: the client has gone, or the container has ended. */
  readonly killed: AbortSignal;
}

/** Exit code of a process that was killed. */
export const KILLED = 137;
/** Steps of a process without a pause, and the pause in milliseconds: an endless loop must not keep the thread busy. */
const STEPS_PER_TURN = 100;
const PAUSE_MS = 10;
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Runs a program in real time; resolves with its exit code. */
export async function runProcess(
  steps: Generator<Step, ExitCode>,
  input: StandardInput,
  options: ProcessStreams & { scaled(seconds: number): number },
): Promise<number> {
  const { stdin, killed } = options;
  const chunks = stdin?.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer> | undefined;
  if (!chunks) input.end();
  try {
    for (let count = 1; !killed.aborted; count += 1) {
      const { done, value } = steps.next();
      if (done) return value ?? (await untilKilled(killed));
      await take(value, options);
      if (value.waits) await unlessKilled(nextInput(chunks, input), killed);
      if (count % STEPS_PER_TURN === 0) await setTimeout(PAUSE_MS);
    }
  } catch (error) {
    if (!killed.aborted) throw error;
  }
  return KILLED;
}

async function take(
  { output, error, seconds }: Step,
  { stdout, stderr, killed, scaled }: ProcessStreams & { scaled(seconds: number): number },
): Promise<void> {
  if (output !== undefined) await write(stdout, output, killed);
  if (error !== undefined) await write(stderr, error, killed);
  if (seconds !== undefined)
    await setTimeout(Math.min(MAX_TIMEOUT, scaled(seconds)), undefined, { signal: killed });
}

/** Writes and waits until the stream takes more: a client that does not read stops the process. */
export async function write(stream: Writable, data: string | Buffer, killed: AbortSignal): Promise<void> {
  if (!stream.writable || stream.write(data)) return;
  await once(stream, 'drain', { signal: killed });
}

/** Ends a stream; resolves when it has passed on everything, or the client has disconnected. */
export async function drained(stream: Writable, disconnected: AbortSignal): Promise<void> {
  stream.end();
  await finished(stream, { signal: disconnected }).catch(() => undefined);
}

async function nextInput(chunks: AsyncIterator<Buffer> | undefined, input: StandardInput): Promise<void> {
  const chunk = await chunks?.next();
  if (!chunk || chunk.done) input.end();
  else input.push(chunk.value);
}

async function unlessKilled(work: Promise<void>, killed: AbortSignal): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([work, once(killed, 'abort', { signal: done.signal })]);
  } finally {
    done.abort();
  }
}

function untilKilled(killed: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    if (killed.aborted) return resolve(KILLED);
    killed.addEventListener('abort', () => resolve(KILLED), { once: true });
  });
}
