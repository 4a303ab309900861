import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import { Operation } from './operation.type.js';

/** Common fields of all payloads. */
@ObjectType()
export abstract class ChangePayload {
  @Field(() => Operation, {
    nullable: true,
    description:
      'Operation that carries out the change. Null if the request was rejected, was a dry run, or is already complete.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Client errors; empty on success.' })
  userErrors: UserError[];
}
