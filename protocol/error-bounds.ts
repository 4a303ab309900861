import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Problem } from '../kernel/result.js';

/** Errors that one answer lists at the most; another one says how many more there are. */
export const MAX_ERRORS = 100;
/** Characters of an error's message: messages repeat values, which may be as long as the request. */
const MAX_MESSAGE = 1000;
/** Nodes of the document that one error points to. */
const MAX_LOCATIONS = 10;
/** Steps of a path into the input, and characters of each. */
const MAX_STEPS = 20;
const MAX_STEP = 100;
/** Characters of an error's extensions as JSON; of larger ones only the code is kept. */
const MAX_EXTENSIONS = 8000;

/** The text, cut where it is too long for a message; what was cut ends with `…`. */
export function boundText(text: string, maximum = MAX_MESSAGE): string {
  // Half of a surrogate pair is no character.
  return text.length <= maximum ? text : `${text.slice(0, maximum - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A problem without what the caller's input makes too long in it. */
export function boundProblem(problem: Problem): Problem {
  const { message, path } = problem;
  const steps = path?.slice(0, MAX_STEPS).map((step) => boundText(step, MAX_STEP));
  return { ...problem, message: boundText(message), ...(steps ? { path: steps } : {}) };
}

/** An error with a message, locations and extensions of bounded length; the error itself when there is nothing to cut. */
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

/** The first errors as `bound` makes them, and one that says how many more there are, if there are too many. */
export function boundErrors<Given, Told>(
  errors: readonly Given[],
  bound: (error: Given) => Told,
  more: (error: GraphQLError) => Told,
): Told[] {
  const told = errors.slice(0, MAX_ERRORS).map(bound);
  const omitted = errors.length - told.length;
  if (omitted > 0) told.push(more(errorsOmitted(omitted)));
  return told;
}

/** Says how many errors an answer leaves out. */
function errorsOmitted(omitted: number): GraphQLError {
  return new GraphQLError(`${omitted} more errors are not listed. Ask for less at once to see them.`, {
    extensions: { code: 'ERRORS_OMITTED', omitted },
  });
}

/** The answer to an operation that asks for more than an answer may have. */
export function responseTooLarge(limit: number): GraphQLError {
  return new GraphQLError(
    `The answer would have more than ${limit} bytes. Ask for shorter pages or fewer fields.`,
    { extensions: { code: 'RESPONSE_TOO_LARGE', limit: 'responseBytes', maximum: limit } },
  );
}

function isShort({ message, nodes = [], positions = [] }: GraphQLError): boolean {
  return message.length <= MAX_MESSAGE && nodes.length <= MAX_LOCATIONS && positions.length <= MAX_LOCATIONS;
}

function hasSmallExtensions({ extensions }: Pick<GraphQLFormattedError, 'extensions'>): boolean {
  return (JSON.stringify(extensions)?.length ?? 0) <= MAX_EXTENSIONS;
}
