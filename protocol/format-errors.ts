import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isDatabaseUnavailable } from '../kernel/postgres/database-unavailable.js';
import { isUntranslatableCharacter } from '../kernel/postgres/untranslatable-character.js';
import { errorRegistry } from '../kernel/errors.js';
import { type Problem, ProblemError } from '../kernel/result.js';
import { boundError, boundProblem } from './error-bounds.js';
import { isQueryCanceled } from '../kernel/postgres/query-canceled.js';

// Does not name the part: the error of a refused connection does not contain it.
const PART_AWAY = 'A part of the platform is unavailable or read-only. Retry.';
const STATEMENT_TOO_SLOW = 'The database statement timed out. Request less, or retry.';
const UNSTORABLE_TEXT = 'A string of the request contains the character U+0000. Remove it.';

/** Called with each error that is a bug. */
export type BugReport = (bug: unknown, path: GraphQLFormattedError['path']) => void;

/** A problem as a GraphQL error: its code, path and details are the extensions. */
export function formatProblem(problem: Problem, path?: GraphQLFormattedError['path']): GraphQLFormattedError {
  const { code, message, path: input, details } = boundProblem(problem);
  return {
    message,
    ...(path ? { path } : {}),
    extensions: { ...details, ...(input ? { path: input } : {}), code },
  };
}

/** The GraphQL error of the first problem, for a ProblemError outside of a resolver. */
export function toGraphQLError(error: ProblemError): GraphQLError {
  const [problem] = error.problems;
  if (!problem) return new GraphQLError(error.message);
  const { message, extensions } = formatProblem(problem);
  return new GraphQLError(message, { originalError: error, ...(extensions ? { extensions } : {}) });
}

/**
 * The errors in the response of a subgraph for an error that a resolver threw. A ProblemError becomes its problems with
 * their codes; an error with a code of the registry keeps it; any other is reported as a bug and masked. Errors of an
 * unavailable or slow PostgreSQL are reported as well, and have codes of their own.
 */
export function formatErrors(error: GraphQLError, report: BugReport): GraphQLFormattedError[] {
  const cause = causeOf(error);
  if (cause instanceof ProblemError)
    return cause.problems.map((problem) => formatProblem(problem, error.path));
  if (isKnownCode(error.extensions['code'])) return [boundError(error).toJSON()];
  if (isUntranslatableCharacter(cause))
    return [formatProblem({ code: 'INVALID_INPUT', message: UNSTORABLE_TEXT }, error.path)];
  report(cause, error.path);
  if (isDatabaseUnavailable(cause))
    return [formatProblem({ code: 'SERVICE_UNAVAILABLE', message: PART_AWAY }, error.path)];
  if (isQueryCanceled(cause))
    return [formatProblem({ code: 'REQUEST_TIMEOUT', message: STATEMENT_TOO_SLOW }, error.path)];
  return [formatInternalError(error.path)];
}

/** The masked error of a bug. */
export function formatInternalError(path?: GraphQLFormattedError['path']): GraphQLFormattedError {
  return {
    message: 'Internal error.',
    ...(path ? { path } : {}),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** Whether the registry has the code, except INTERNAL_SERVER_ERROR. */
export function isKnownCode(code: unknown): boolean {
  return typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR' && Object.hasOwn(errorRegistry, code);
}

function causeOf(error: Error): unknown {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}
