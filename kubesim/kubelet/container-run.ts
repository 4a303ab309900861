import type { KubeletClient } from '../kubelet-client.js';
import type { Container, Pod } from '../kubernetes/kinds/core.js';
import { ContainerConfigError, type ContentSource, environmentOf, mountedFiles } from './pod-content.js';
import type { Program } from './program.js';
import { imageFiles, programOf } from './programs.js';
import { type ContainerRun, Replay, type ReplayedChange } from './replay.js';
import { sharedFiles, sharesFiles } from './shared-volumes.js';
import { StandardInput } from './shell/input.js';
import type { ShellState } from './shell/run.js';
import type { ExitCode } from './shell/step.js';

/** Most steps of a program that are simulated; one that has not ended by then runs until it is stopped. */
const MAX_STEPS = 1_000;
const MAX_LOG_STEPS = 100_000;
/** Most characters of output that are kept. */
const MAX_OUTPUT = 1024 * 1024;

/** What a program has done: its end, and the file that a container writes its last message to. */
export interface Outcome {
  /** Seconds after which it ends; undefined if it runs until it is stopped. */
  readonly end: ContainerEnd | undefined;
}

/** The end of a program. */
export interface ContainerEnd {
  /** Seconds after its start. */
  readonly seconds: number;
  readonly code: number;
  readonly message: string;
  /** Its files, if it leaves some in volumes. */
  readonly files?: ReadonlyMap<string, string>;
}

/** The run of a container, with changes at their times. Throws ContainerConfigError. */
export function containerRun(
  source: ContentSource,
  { pod, container }: { readonly pod: Pod; readonly container: Container },
  changes: readonly ReplayedChange[],
): ContainerRun {
  const env = environmentOf(source, pod, container);
  const files = new Map([...imageFiles(container.image), ...mountedFiles(source, pod, container)]);
  return {
    ...{ pod, env, files, changes },
    hasInput: container.stdin ?? false,
    program: programOf(pod, container, env),
  };
}

/** Called with the state of a program while it waits, from `from` seconds after its start on. */
type Observer = (state: ShellState, from: number) => void;

/** The end of a program, by running it ahead of time. */
export function outcomeOf(run: ContainerRun, container: Container, observe?: Observer): Outcome {
  const replay = new Replay(run, new Date(0));
  for (let count = 0; count < MAX_STEPS; count += 1) {
    const from = replay.elapsed;
    const { done, value } = replay.next();
    if (done) {
      if (value === undefined) break;
      return { end: { seconds: replay.elapsed, code: value, ...leftBy(run, container, replay.state) } };
    }
    if (value.seconds !== undefined) observe?.(replay.state, from);
  }
  observe?.(replay.state, replay.elapsed);
  for (const seconds of replay.remainingChanges()) observe?.(replay.state, seconds);
  return { end: undefined };
}

/** What a container leaves at its end. */
function leftBy({ pod }: ContainerRun, container: Container, state: ShellState) {
  const message = messageOf(state, container);
  return sharesFiles(pod, container)
    ? { message, files: sharedFiles(pod, container, state.files) }
    : { message };
}

/** What a container has written to the file of its last message. */
function messageOf({ files }: ShellState, { terminationMessagePath }: Container): string {
  return files.get(terminationMessagePath ?? '/dev/termination-log') ?? '';
}

/** The state of a container a number of simulated seconds after its start. */
export function stateAfter(run: ContainerRun, startedAt: Date, seconds: number): ShellState {
  const replay = new Replay(run, startedAt);
  for (let count = 0; count < MAX_STEPS && replay.elapsed <= seconds; count += 1)
    if (replay.next().done) break;
  for (const at of replay.remainingChanges()) if (at > seconds) break;
  return replay.state;
}

/** Lines that a container has written up to a time, with their times in milliseconds. */
export function outputLines(
  run: ContainerRun,
  {
    startedAt,
    until,
    scaled,
  }: { readonly startedAt: number; readonly until: number } & Pick<KubeletClient, 'scaled'>,
): { readonly at: number; readonly text: string }[] {
  const replay = new Replay(run, new Date(startedAt));
  const output = new LineSplitter();
  const now = () => startedAt + scaled(replay.elapsed);
  for (let count = 0; count < MAX_LOG_STEPS && now() <= until && output.size < MAX_OUTPUT; count += 1) {
    const { done, value } = replay.next();
    if (done) break;
    for (const text of [value.output, value.error])
      if (text !== undefined) output.add(text.toString(), now());
  }
  return output.end(now()).filter((line) => line.at <= until);
}

/** Lines of output that arrives in pieces. */
class LineSplitter {
  private readonly lines: { at: number; text: string }[] = [];
  private rest = '';
  /** Characters so far. */
  size = 0;

  add(text: string, at: number): void {
    this.size += text.length;
    const parts = `${this.rest}${text}`.split('\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) this.lines.push({ at, text: part });
  }

  /** All lines, with the last one even if it has no end. */
  end(at: number): readonly { readonly at: number; readonly text: string }[] {
    return this.rest === '' ? this.lines : [...this.lines, { at, text: this.rest }];
  }
}

interface CommandOutcome {
  readonly code: ExitCode;
  readonly output: string;
  /** Simulated seconds; Infinity if it does not end. */
  readonly seconds: number;
  readonly steps: number;
  readonly files: ReadonlyMap<string, string>;
}

/** Most characters of the output of a probe that are kept. */
const MAX_PROBE_OUTPUT = 10 * 1024;

/** Exit code of a command with too many arguments. */
const TOO_LONG = 126;

/** The program of a command; undefined if its arguments are too long. */
function commandProgram({ pod, env }: ContainerRun, command: readonly string[]): Program | undefined {
  try {
    return programOf(pod, { name: '', image: '', command }, env);
  } catch (error) {
    if (error instanceof ContainerConfigError) return undefined;
    throw error;
  }
}

/** The exit code and the output of a command in a running container, as for `exec` probes, its seconds, and the files after it. */
export function execOutcome(
  run: ContainerRun,
  command: readonly string[],
  state: ShellState,
): CommandOutcome {
  const program = commandProgram(run, command);
  if (!program) return { code: TOO_LONG, output: '', seconds: 0, steps: 0, files: state.files };
  const input = StandardInput.none();
  const files = new Map(state.files);
  const steps = program.run({ ...state, input, env: new Map(run.env), files });
  let output = '';
  let seconds = 0;
  for (let count = 0; count < MAX_STEPS; count += 1) {
    const { done, value } = steps.next();
    if (done)
      return { code: value, output, seconds: value === undefined ? Infinity : seconds, steps: count, files };
    seconds += value.seconds ?? 0;
    const text = `${value.output?.toString() ?? ''}${value.error ?? ''}`;
    output = `${output}${text}`.slice(0, MAX_PROBE_OUTPUT);
  }
  return { code: undefined, output, seconds: Infinity, steps: MAX_STEPS, files };
}
