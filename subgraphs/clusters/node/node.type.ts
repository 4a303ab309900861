import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { connectionOf } from '../../../kernel/graph/connection.type.js';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A machine of a cluster.' })
export class Node {
  @Field(() => ID, { description: 'Id of the node, `node_…`.' })
  id: string;

  @Field(() => String, { description: "The Kubernetes node's name." })
  name: string;

  @Field(() => String, {
    description: 'State of the machine: `pending`, `starting`, `running`, `removing` or `failed`.',
  })
  state: string;

  @Field(() => String, { description: 'Readiness in Kubernetes: `Ready`, `NotReady` or `Unknown`.' })
  status: string;
}

export const NodeConnection = connectionOf('Node', () => Node);
