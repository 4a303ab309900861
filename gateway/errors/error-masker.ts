import { GraphQLError } from 'graphql';
import { boundError, boundErrors } from '../../protocol/error-bounds.js';
import { isKnownCode } from '../../protocol/format-errors.js';
import type { Log } from '../../kernel/log.js';

/** Masks errors for clients. */
export class ErrorMasker {
  /** `foreign`: passes errors of subgraphs through, because their codes are not in the registry. */
  constructor(
    private readonly log: Log,
    private readonly foreign = false,
  ) {}

  /**
   * Errors with a code of the registry pass. All others are bugs: the client only gets the request id, and the
   * error is logged unless the subgraph has already logged it.
   */
  error(error: unknown, requestId: string): GraphQLError {
    if (!(error instanceof GraphQLError)) return this.bug(error, requestId);
    const { serviceName, ...extensions } = error.extensions;
    if (extensions['requestId'] === requestId) return boundError(error);
    if (!isKnownCode(extensions['code']) && !(this.foreign && serviceName !== undefined)) {
      const isLogged = serviceName !== undefined && extensions['code'] === 'INTERNAL_SERVER_ERROR';
      return isLogged ? masked(requestId, error) : this.bug(error, requestId);
    }
    const { message, nodes, source, positions, path, originalError: err } = error;
    // An internal cause of a coded error is logged as well.
    if (err && !(err instanceof GraphQLError)) this.log.error({ err, requestId }, 'request rejected');
    return boundError(new GraphQLError(message, { nodes, source, positions, path, extensions }));
  }

  /**
   * Masks the first errors of a response and appends one with the number of omitted errors, which are not
   * logged.
   */
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
