import type { OperationStage, OperationState } from '../contract.js';

const FINISHED: ReadonlySet<OperationState> = new Set(['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELED']);

/** Whether the state of an operation or stage is final. */
export function isFinished(state: OperationState): boolean {
  return FINISHED.has(state);
}

export interface StageTransition {
  readonly name: string;
  readonly to: OperationState;
  readonly at: Date;
  readonly message?: string;
}

/** The stages after the transition; undefined when it changes nothing (no such stage, same state, or finished). */
export function transitionStage(
  stages: readonly OperationStage[],
  move: StageTransition,
): OperationStage[] | undefined {
  const stage = stages.find(({ name }) => name === move.name);
  if (!stage || isFinished(stage.state) || stage.state === move.to) return undefined;
  const at = move.at.toISOString();
  const moved: OperationStage = {
    ...stage,
    state: move.to,
    startedAt: stage.startedAt ?? at,
    ...(isFinished(move.to) && { finishedAt: at }),
    ...(move.message !== undefined && { message: move.message }),
  };
  return stages.map((other) => (other === stage ? moved : other));
}

/** The stages of a finished operation: unfinished stages take the operation's state. */
export function finishStages(
  stages: readonly OperationStage[],
  end: OperationState,
  at: Date,
): OperationStage[] {
  const finishedAt = at.toISOString();
  return stages.map((stage) => {
    if (isFinished(stage.state)) return stage;
    // A stage that was not started before a failure was not attempted.
    const state = end === 'FAILED' && stage.state === 'PENDING' ? 'CANCELED' : end;
    return { ...stage, state, finishedAt };
  });
}

/** Fraction of the stages that succeeded. */
export function progressOf(stages: readonly OperationStage[]): number {
  if (stages.length === 0) return 0;
  return stages.filter(({ state }) => state === 'SUCCEEDED').length / stages.length;
}
