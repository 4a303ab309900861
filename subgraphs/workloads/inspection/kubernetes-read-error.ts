import {
  KubernetesStatusError,
  KubernetesUnavailable,
  rejectionProblem,
} from '../../../engine/kubernetes/kubernetes-error.js';
import { type Problem, ProblemError } from '../../../kernel/result.js';

/** Returns the problem of a failed read; rethrows unexpected errors. */
export function toReadProblem(error: unknown): Problem {
  if (error instanceof KubernetesStatusError) return rejectionProblem(error);
  if (error instanceof KubernetesUnavailable && error.problems[0]) return error.problems[0];
  throw error;
}

/** Throws the problem of a failed read. */
export function throwReadError(error: unknown): never {
  throw new ProblemError([toReadProblem(error)]);
}
