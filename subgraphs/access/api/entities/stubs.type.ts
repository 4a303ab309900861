import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'A Kubernetes cluster.' })
export class Cluster {
  @Field(() => ID, { description: 'Id of the cluster.' })
  id: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'A region of the cloud.' })
export class Region {
  @Field(() => ID, { description: 'Id of the region, e.g. `cn-hangzhou`.' })
  id: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'A long-running change.' })
export class Operation {
  @Field(() => ID, { description: 'Id of the operation.' })
  id: string;
}
