import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Problem } from '../kernel/result.js';

/** Maximum number of errors of a response; an additional one counts the others. */
export const MAX_ERRORS = 100;
/** Maximum length of an error's message in characters: messages quote values, which may be as long as the request. */
const MAX_MESSAGE = 1000;
/** Maximum number of locations of an error. */
const MAX_LOCATIONS = 10;
/** Maximum number of steps of a path into the input, and of characters of each. */
const MAX_STEPS = 20;
const MAX_STEP = 100;
/** Maximum length of an error's extensions as JSON, in characters; of longer ones only the code is kept. */
const MAX_EXTENSIONS = 8000;

/** The text, truncated to the maximum; a truncated text ends with `…`. */
export function boundText(text: string, maximum = MAX_MESSAGE): string {
  // Do not split a surrogate pair.
  return text.length <= maximum ? text : `${text.slice(0, maximum - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A problem with a message and path of bounded length: both may quote the caller's input. */
export function boundProblem(problem: Problem): Problem {
  const { message, path } = problem;
  const steps = path?.slice(0, MAX_STEPS).map((step) => boundText(step, MAX_STEP));
  return { ...problem, message: boundText(message), ...(steps ? { path: steps } : {}) };
}

/** An error with a message, locations and extensions of bounded length; the same error when it is within the bounds. */
export function boundError(error: GraphQLError): GraphQLError {
  const small = hasSmallExtensions(error);
  if (small && isShort(error)) return error;
  const { message, nodes, positions, source, path, originalError, extensions } = error;
  return new GraphQLError(boundText(message), {
    nodes: nodes?.slice(0, MAX_LOCATIONS),
    positions: positions?.slice(0, MAX_LOCATIONS),
    source,
    path,
    originalError,
    extensions: small ? extensions : { code: extensions['code'] },
  });
}

/** The first `MAX_ERRORS` errors, mapped by `bound`, and an error with the number of omitted ones, if any. */
export function boundErrors<Original, Bound>(
  errors: readonly Original[],
  bound: (error: Original) => Bound,
  boundOmitted: (error: GraphQLError) => Bound,
): Bound[] {
  const bounded = errors.slice(0, MAX_ERRORS).map(bound);
  const omitted = errors.length - bounded.length;
  if (omitted > 0) bounded.push(boundOmitted(errorsOmitted(omitted)));
  return bounded;
}

/** The error that counts the omitted ones. */
function errorsOmitted(omitted: number): GraphQLError {
  return new GraphQLError(`${omitted} more errors are omitted. Request less in one operation to see them.`, {
    extensions: { code: 'ERRORS_OMITTED', omitted },
  });
}

/** The error of an operation whose response would exceed the limit. */
export function responseTooLarge(limit: number): GraphQLError {
  return new GraphQLError(
    `The response would exceed ${limit} bytes. Request smaller pages or fewer fields.`,
    { extensions: { code: 'RESPONSE_TOO_LARGE', limit: 'responseBytes', maximum: limit } },
  );
}

function isShort({ message, nodes = [], positions = [] }: GraphQLError): boolean {
  return message.length <= MAX_MESSAGE && nodes.length <= MAX_LOCATIONS && positions.length <= MAX_LOCATIONS;
}

function hasSmallExtensions({ extensions }: Pick<GraphQLFormattedError, 'extensions'>): boolean {
  return (JSON.stringify(extensions)?.length ?? 0) <= MAX_EXTENSIONS;
}
