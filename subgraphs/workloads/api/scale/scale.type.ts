import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import { Operation } from '../entities/entities.type.js';
import { Workload } from '../workload/workload.type.js';

@InputType({ description: 'The desired size of a workload.' })
export class ScaleWorkloadInput {
  @Field(() => ID, { description: 'A deployment, stateful set or replica set.' })
  workloadId: string;

  @Field(() => Int, { description: 'Desired number of pods, 0 to 100,000.' })
  replicas: number;

  @Field(() => String, {
    nullable: true,
    description:
      'Namespace of the workload. Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD.',
  })
  namespace?: string | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({ description: 'Result of scaling a workload.' })
export class ScaleWorkloadPayload {
  @Field(() => Workload, {
    nullable: true,
    description: 'The workload (in a dry run: the expected one). Null if the request was rejected.',
  })
  workload: Workload | null;

  @Field(() => Operation, {
    nullable: true,
    description: 'Always null: Kubernetes has the new size before the mutation returns; the pods follow.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Client errors; empty on success.' })
  userErrors: UserError[];
}
