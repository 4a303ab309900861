import { GraphQLError } from 'graphql';

/** The client gets a coded error so that it can change its operation; the cause is logged (see ErrorMasker). */
export class OperationNotPlannedError extends GraphQLError {
  constructor(override readonly originalError: Error) {
    super(
      'The gateway could not plan this operation. Request less in one operation, ' +
        'or select object types instead of an interface.',
      { originalError, extensions: { code: 'OPERATION_NOT_PLANNED' } },
    );
  }
}
