import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import { Operation } from './stubs.type.js';

/** Fields of the payload of every mutation. */
@ObjectType()
export abstract class ChangePayload {
  @Field(() => Operation, {
    nullable: true,
    description: 'Null: the change is complete when the mutation returns.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Errors of the request; empty when it was accepted.' })
  userErrors: UserError[];
}
