import { Field, ObjectType } from 'type-graphql';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { JSONScalar } from '../../../runtime/graph/scalars.js';

@ObjectType({ description: 'A namespace of a cluster.' })
export class Namespace {
  @Field(() => String, { description: 'Name, unique in the cluster.' })
  name: string;

  @Field(() => String, { description: 'Phase of its lifecycle: `Active` or `Terminating`.' })
  phase: string;

  @Field(() => Date, { nullable: true, description: 'Creation time of the namespace.' })
  createdAt: Date | null;

  @Field(() => JSONScalar, { description: 'Labels, as an object of strings.' })
  labels: Readonly<Record<string, string>>;
}

export const NamespaceConnection = connectionOf('Namespace', () => Namespace);
