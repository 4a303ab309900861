import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../../../kernel/graph/user-error.type.js';
import { Operation } from '../operation/operation.type.js';

@ObjectType({ description: 'Answer of a change of an operation.' })
abstract class OperationPayload {
  @Field(() => Operation, {
    nullable: true,
    description: 'The operation; null when the request was refused.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'Answer of pauseOperation.' })
export class PauseOperationPayload extends OperationPayload {}

@ObjectType({ description: 'Answer of resumeOperation.' })
export class ResumeOperationPayload extends OperationPayload {}
