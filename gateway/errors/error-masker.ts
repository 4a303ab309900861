import { GraphQLError } from 'graphql';
import { boundError, boundErrors } from '../../protocol/error-bounds.js';
import { isKnownCode } from '../../protocol/format-errors.js';
import type { Log } from '../../kernel/log.js';

/** Makes of any error what a client may see. */
export class ErrorMasker {
  /** `foreign`: what subgraphs say is shown as it is, because their codes are not those of the registry. */
  constructor(
    private readonly log: Log,
    private readonly foreign = false,
  ) {}

  /**
   * Errors with a code of the registry pass. Everything else is a bug: the client gets the request id and nothing
   * more, the log gets the error, unless the subgraph that sent it has logged it.
   */
  error(error: unknown, requestId: string): GraphQLError {
    if (!(error instanceof GraphQLError)) return this.bug(error, requestId);
    const { serviceName, ...extensions } = error.extensions;
    if (extensions['requestId'] === requestId) return boundError(error);
    if (!isKnownCode(extensions['code']) && !(this.foreign && serviceName !== undefined)) {
      const told = serviceName !== undefined && extensions['code'] === 'INTERNAL_SERVER_ERROR';
      return told ? masked(requestId, error) : this.bug(error, requestId);
    }
    const { message, nodes, source, positions, path, originalError: err } = error;
    // What we have refused because of an error of our own is told to both.
    if (err && !(err instanceof GraphQLError)) this.log.error({ err, requestId }, 'a request was refused');
    return boundError(new GraphQLError(message, { nodes, source, positions, path, extensions }));
  }

  /** The first errors of an answer, and one that says how many more there are; what is left out is not logged. */
  errors(errors: readonly unknown[], requestId: string): GraphQLError[] {
    return boundErrors(
      errors,
      (error) => this.error(error, requestId),
      (more) => more,
    );
  }

  private bug(err: unknown, requestId: string): GraphQLError {
    this.log.error({ err, requestId }, 'a request failed');
    return masked(requestId, err instanceof GraphQLError ? err : undefined);
  }
}

function masked(requestId: string, error?: GraphQLError): GraphQLError {
  return new GraphQLError('Internal error. Report it with the requestId.', {
    path: error?.path,
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
  });
}
