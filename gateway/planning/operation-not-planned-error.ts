import { GraphQLError } from 'graphql';

/** The client gets a coded error so that it can change its operation; the cause is logged (see ErrorMasker). */
export class OperationNotPlannedError extends GraphQLError {
  constructor(override readonly originalError: Error) {
    super(
      'The gateway could not plan this operation. Ask for less in one operation, ' +
        'or name the object types in place of an interface.',
      { originalError, extensions: { code: 'OPERATION_NOT_PLANNED' } },
    );
  }
}
