import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type MaybePromise, mapMaybePromise } from '../../../kernel/maybe-promise.js';
import { boundErrors, boundText } from '../../../protocol/error-bounds.js';
import { type BugReport, formatErrors } from '../../../protocol/format-errors.js';
import { type SubgraphResult, toWire, toWireInTurns } from '../../../protocol/wire.js';
import type { RequestContext } from '../subgraph.js';
import { FIELDS_PER_TURN } from './lists-in-turns.js';

export interface ResultOptions {
  readonly context: RequestContext;
  /** Whether the data can be serialized without conversion. */
  readonly isPlain: boolean;
  readonly report: BugReport;
}

/** Formats the result of an execution: data as JSON values, errors with their codes. */
export function formatResult(
  result: ExecutionResult,
  { context, isPlain, report }: ResultOptions,
): MaybePromise<SubgraphResult> {
  if (!('data' in result)) return requestFailure(result.errors ?? []);
  const { errors } = result;
  return mapMaybePromise(isPlain ? result.data : wireData(result.data, context), (wire) => {
    const data = wire as SubgraphResult['data'] & object;
    return errors
      ? { data, errors: formatBounded(errors, (error) => formatErrors(error, report)) }
      : { data };
  });
}

/** Result of a request that was not executed, e.g. because a scalar rejects a value or a variable is missing. */
export function requestFailure(errors: readonly GraphQLError[]): SubgraphResult {
  const format = ({ message, extensions }: GraphQLError) => [
    {
      message: boundText(message),
      extensions: extensions['code'] === undefined ? { code: 'INVALID_INPUT' } : extensions,
    },
  ];
  return { errors: formatBounded(errors, format) };
}

/** Result of a subscription whose source could not be opened. */
export function streamFailure(result: ExecutionResult, report: BugReport): SubgraphResult {
  const errors: GraphQLFormattedError[] = [];
  for (const error of result.errors ?? []) {
    errors.push(...(error.path ? formatErrors(error, report) : (requestFailure([error]).errors ?? [])));
  }
  return { errors };
}

/** Converts the error to a GraphQLError, so that it is formatted like an error of a resolver. */
export function toLocatedError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

/** Converts data to JSON values; large data in several turns of the event loop. */
function wireData(data: unknown, { work }: RequestContext): MaybePromise<unknown> {
  return work && work.total > FIELDS_PER_TURN ? toWireInTurns(data, work) : toWire(data);
}

/** Formats a limited number of errors, each of which may be logged, and adds the number of omitted ones. */
function formatBounded(
  errors: readonly GraphQLError[],
  format: (error: GraphQLError) => GraphQLFormattedError[],
): GraphQLFormattedError[] {
  return boundErrors(errors, format, (omitted) => [omitted.toJSON()]).flat();
}
