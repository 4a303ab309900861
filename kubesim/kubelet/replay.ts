import type { Clock } from '../../kernel/clock.js';
import { applyChange, type Change } from './container-changes.js';
import type { Program } from './program.js';
import { initialState, type Surroundings } from './programs.js';
import type { Pod } from '../kubernetes/kinds/core.js';
import type { ShellState } from './shell/run.js';
import type { ExitCode, Step } from './shell/step.js';

/** A change of a container, in simulated seconds after its start. */
export type ReplayedChange = Change & { readonly seconds: number };

/** A container with its program, environment and files, and what clients have changed in it. */
export interface ContainerRun extends Surroundings {
  readonly pod: Pod;
  readonly program: Program;
  /** Whether its program has a standard input (`stdin: true`). */
  readonly hasInput: boolean;
  /** By their time. */
  readonly changes: readonly ReplayedChange[];
}

/** Runs the program of a container from its start, without waiting, with the changes at their times. */
export class Replay {
  readonly state: ShellState;
  /** Simulated seconds since the start. */
  elapsed = 0;
  private readonly steps: Generator<Step, ExitCode>;
  private sleeping = 0;
  private applied = 0;

  constructor(
    private readonly run: ContainerRun,
    startedAt: ReturnType<Clock['now']>,
  ) {
    this.state = initialState(run.pod, run, { startedAt, hasInput: run.hasInput });
    this.steps = run.program.run(this.state);
  }

  /** The next step. A program that waits for input which does not come runs until it is stopped. */
  next(): IteratorResult<Step, ExitCode> {
    this.apply();
    if (this.sleeping > 0) return this.pass(this.sleeping);
    const result = this.steps.next();
    if (result.done) return result;
    const { seconds, waits } = result.value;
    if (waits) {
      const change = this.run.changes[this.applied];
      return change ? this.pass(change.seconds - this.elapsed) : { done: true, value: undefined };
    }
    if (seconds === undefined) return result;
    this.sleeping = seconds;
    return this.pass(seconds);
  }

  /** Lets the changes happen that are left, after the last step of a program that runs until it is stopped. */
  *remainingChanges(): Generator<number, void> {
    for (const { seconds } of this.run.changes.slice(this.applied)) {
      this.elapsed = seconds;
      this.apply();
      yield seconds;
    }
  }

  /** Lets time pass, at most up to the next change. */
  private pass(limit: number): IteratorYieldResult<Step> {
    const next = this.run.changes[this.applied]?.seconds ?? Infinity;
    const seconds = Math.min(limit, next - this.elapsed);
    this.sleeping = Math.max(0, this.sleeping - seconds);
    this.elapsed += seconds;
    return { done: false, value: { seconds } };
  }

  private apply(): void {
    for (
      let change = this.run.changes[this.applied];
      change && change.seconds <= this.elapsed;
      change = this.run.changes[this.applied]
    ) {
      applyChange(this.state, change);
      this.applied += 1;
    }
  }
}
