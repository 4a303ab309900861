import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Product } from '../../../runtime/graph/product.type.js';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A Kubernetes cluster of the account.' })
export class Cluster {
  @Field(() => ID, { description: 'Id of the cluster, `cluster_…`.' })
  id: string;

  @Directive('@external')
  @Field(() => Product, { description: 'The product that the cluster is.' })
  product: Product;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'Long-running change with its type, progress and result.' })
export class Operation {
  @Field(() => ID, { description: 'Id of the operation, `operation_…`.' })
  id: string;
}
