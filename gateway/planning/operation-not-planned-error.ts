import { GraphQLError } from 'graphql';

/** What the planner can't do is told to the client, who can ask in another way; why, to the log (see Mask). */
export class OperationNotPlannedError extends GraphQLError {
  constructor(override readonly originalError: Error) {
    super(
      'The gateway could not plan this operation. Ask for less in one operation, ' +
        'or name the object types in place of an interface.',
      { originalError, extensions: { code: 'OPERATION_NOT_PLANNED' } },
    );
  }
}
