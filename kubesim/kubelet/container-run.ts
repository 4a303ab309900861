import type { KubeletClient } from '../kubelet-client.js';
import type { Container, Pod } from '../kubernetes/kinds/core.js';
import { type ContentSource, environmentOf, mountedFiles } from './pod-content.js';
import type { Program } from './program.js';
import { imageFiles, initialState, programOf, type Surroundings } from './programs.js';
import type { ExitCode, ShellState } from './shell/run.js';

/** Most steps of a program that are simulated; one that has not ended by then runs until it is stopped. */
const MAX_STEPS = 1_000;
const MAX_LOG_STEPS = 100_000;
/** Most characters of output that are kept. */
const MAX_OUTPUT = 1024 * 1024;

/** A container with its program, environment and files. */
export interface ContainerRun extends Surroundings {
  readonly pod: Pod;
  readonly program: Program;
}

/** What a program has done: its end, and the file that a container writes its last message to. */
export interface Outcome {
  /** Seconds after which it ends; undefined if it runs until it is stopped. */
  readonly end: { readonly seconds: number; readonly code: number; readonly message: string } | undefined;
}

/** The run of a container. Throws MissingContent. */
export function containerRun(source: ContentSource, pod: Pod, container: Container): ContainerRun {
  const env = environmentOf(source, pod, container);
  const files = new Map([...imageFiles(container.image), ...mountedFiles(source, pod, container)]);
  return { pod, env, files, program: programOf(pod, container, env) };
}

/** Called with the state of a program while it waits, from `from` seconds after its start on. */
type Observer = (state: ShellState, from: number) => void;

/** The end of a program, by running it ahead of time. */
export function outcomeOf(
  run: ContainerRun,
  { terminationMessagePath }: Container,
  observe?: Observer,
): Outcome {
  const state = initialState(run.pod, run, new Date(0));
  const steps = run.program.run(state);
  let elapsed = 0;
  for (let count = 0; count < MAX_STEPS; count += 1) {
    const { done, value } = steps.next();
    if (done) {
      if (value === undefined) break;
      const message = state.files.get(terminationMessagePath ?? '/dev/termination-log') ?? '';
      return { end: { seconds: elapsed, code: value, message } };
    }
    if (value.seconds === undefined) continue;
    observe?.(state, elapsed);
    elapsed += value.seconds;
  }
  observe?.(state, elapsed);
  return { end: undefined };
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
  const steps = run.program.run(initialState(run.pod, run, new Date(startedAt)));
  const output = new LineSplitter();
  let at = startedAt;
  for (let count = 0; count < MAX_LOG_STEPS && at <= until && output.size < MAX_OUTPUT; count += 1) {
    const { done, value } = steps.next();
    if (done) break;
    at += scaled(value.seconds ?? 0);
    if (value.output !== undefined) output.add(value.output, at);
  }
  return output.end(at).filter((line) => line.at <= until);
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

/** The exit code of a command in a running container, as for `exec` probes. */
export function execCode(run: ContainerRun, command: readonly string[], state: ShellState): ExitCode {
  const [image, ...args] = ['', ...command];
  const program = programOf(run.pod, { name: '', image, command: args }, run.env);
  const steps = program.run({ ...state, env: new Map(run.env), files: new Map(state.files) });
  for (let count = 0; count < MAX_STEPS; count += 1) {
    const { done, value } = steps.next();
    if (done) return value;
  }
  return undefined;
}
