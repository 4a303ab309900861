import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A Kubernetes cluster of the account.' })
export class Cluster {
  @Field(() => ID, { description: 'Id of the cluster, `cluster_…`.' })
  id: string;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A Kubernetes controller that runs pods in a cluster.' })
export class Workload {
  @Field(() => ID, { description: 'Id of the workload: stands for its cluster, kind, namespace and name.' })
  id: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'Nodes of one cluster with the same configuration, scaled together.' })
export class NodePool {
  @Field(() => ID, { description: 'Id of the node pool, `nodepool_…`.' })
  id: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'Long-running change with its type, progress and result.' })
export class Operation {
  @Field(() => ID, { description: 'Id of the operation, `operation_…`.' })
  id: string;
}
