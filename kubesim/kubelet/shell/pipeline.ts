import type { StandardInput } from './input.js';
import type { ExitCode, Step } from './step.js';

/** Exit code of a command whose output is not read any more. */
const BROKEN_PIPE = 141;

/** A command of a pipeline, and its input. */
export interface Stage {
  readonly steps: Generator<Step, ExitCode>;
  readonly input: StandardInput;
}

/**
 * Runs the commands of a pipeline: the last one goes on until it waits for input, for which the one before it goes on. Returns the exit
 * code of the last, or undefined if one of them runs until it is stopped.
 */
export function* runPipeline(stages: readonly Stage[]): Generator<Step, ExitCode> {
  const codes = new Map<Stage, ExitCode>();
  for (const [index, stage] of [...stages.entries()].reverse())
    while (!codes.has(stage)) {
      yield* advance(stages, index, codes);
      if (codes.has(stage) && codes.get(stage) === undefined) return undefined;
    }
  const last = stages.at(-1);
  return last && codes.get(last);
}

/** One step of a command, or of one before it if it waits for input. */
function* advance(
  stages: readonly Stage[],
  index: number,
  codes: Map<Stage, ExitCode>,
): Generator<Step, void> {
  const [stage, next] = [stages[index], stages[index + 1]];
  if (!stage) return yield { waits: true };
  const { done, value } = stage.steps.next();
  if (done) {
    codes.set(stage, value);
    if (value !== undefined) next?.input.end();
    return;
  }
  if (value.waits && index > 0) return yield* supply(stages, index, codes);
  const { output, ...rest } = value;
  if (next && output !== undefined) pass(output, { from: stage, to: next, codes });
  yield next ? rest : value;
}

function pass(
  output: string | Buffer,
  { from, to, codes }: { readonly from: Stage; readonly to: Stage; readonly codes: Map<Stage, ExitCode> },
): void {
  // As by SIGPIPE, if what reads it has ended.
  if (codes.has(to)) codes.set(from, BROKEN_PIPE);
  else to.input.push(Buffer.from(output));
}

/** A step of the command before one that waits; the end of the input if there is none any more. */
function* supply(
  stages: readonly Stage[],
  index: number,
  codes: Map<Stage, ExitCode>,
): Generator<Step, void> {
  const before = stages[index - 1];
  if (before && !codes.has(before)) return yield* advance(stages, index - 1, codes);
  stages[index]?.input.end();
  yield {};
}
