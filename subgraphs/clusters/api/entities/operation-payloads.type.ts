import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import { Operation } from './operation.type.js';

/** Payload of a mutation whose resource is the operation itself. */
@ObjectType()
abstract class OperationPayload {
  @Field(() => Operation, { nullable: true, description: 'The operation. Null if the request was rejected.' })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Client errors; empty on success.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'Payload of cancelOperation.' })
export class CancelOperationPayload extends OperationPayload {}

@ObjectType({ description: 'Payload of pauseOperation.' })
export class PauseOperationPayload extends OperationPayload {}

@ObjectType({ description: 'Payload of resumeOperation.' })
export class ResumeOperationPayload extends OperationPayload {}
