import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { Product } from '../../../runtime/graph/product.type.js';
import type * as model from '../../model/quota.enums.js';
import type * as rules from '../../model/quota.rules.js';

export const QuotaScope = graphEnum<model.QuotaScope>('QuotaScope', 'Scope of the limit of a quota.', {
  ACCOUNT: 'The whole account.',
  CLUSTER: 'Each cluster.',
  NODE_POOL: 'Each node pool.',
  NODE: 'Each node.',
  INSTANCE: 'Each instance of the cloud.',
  LOAD_BALANCER: 'Each load balancer.',
  VPC: 'Each virtual network.',
  ROUTE_TABLE: 'Each route table.',
  SECURITY_GROUP: 'Each security group.',
});
export type QuotaScope = model.QuotaScope;

@Directive('@key(fields: "id")')
@Directive('@key(fields: "resourceId")')
@ObjectType({ description: 'A limit of the account with its usage.' })
export class Quota implements rules.Quota {
  @Field(() => ID, { description: 'Id of the quota; stable.' })
  id: string;

  @Field(() => String, {
    description: 'The counted resource, e.g. `payg-vcpu` or `ACK_PRO/nodesPerCluster`.',
  })
  resource: string;

  @Field(() => String, { description: 'The counted resource (human-readable).' })
  description: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Maximum amount. Null for no fixed number; see description.',
  })
  limit: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Limit of an account without a raised limit. Null for no fixed number; see description.',
  })
  defaultLimit: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Limit that applies: `limit`, or the lower limit of another resource, e.g. of scaling groups for node pools.',
  })
  effectiveLimit: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Resource whose lower limit applies, so that it must be raised too. Null if none is lower.',
  })
  limitedBy: string | null;

  @Field(() => Int, {
    description:
      'Amount in use. For a quota of each cluster, node pool, … that is not of one of them (scopeId is null): the ' +
      'highest use among them. Pods of serverless clusters are counted each minute. 0 where the platform does not ' +
      'count (see counted).',
  })
  used: number;

  @Field(() => String, { description: 'Unit of limit and used.' })
  unit: string;

  @Field(() => Boolean, { description: 'Whether requestQuotaIncrease can raise it.' })
  adjustable: boolean;

  @Field(() => QuotaScope, { description: 'Scope of the limit.' })
  scope: QuotaScope;

  @Field(() => ID, {
    nullable: true,
    description:
      'Id of the cluster, node pool, … that the usage is of. Null for the account and for the general limit.',
  })
  scopeId: string | null;

  @Field(() => Product, {
    nullable: true,
    description: 'Product that the quota applies to. Null for every product.',
  })
  product: Product | null;

  @Field(() => Int, { nullable: true, description: 'Remaining amount. Null without a fixed limit.' })
  available: number | null;

  @Field(() => Boolean, {
    description:
      'Whether the platform counts the usage. It does not for limits of a single node or instance, which are checked on creation, and for limits without a fixed number.',
  })
  counted: boolean;
}

@InputType({ description: 'Filter of quotas; all conditions are combined with AND.' })
export class QuotaFilter implements rules.QuotaSelection {
  @Field(() => String, { nullable: true, description: 'Quotas of this resource, e.g. `payg-vcpu`.' })
  resource?: string | null;

  @Field(() => Product, { nullable: true, description: 'Quotas of this product.' })
  product?: Product | null;

  @Field(() => QuotaScope, { nullable: true, description: 'Quotas of this scope.' })
  scope?: QuotaScope | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Quotas of this cluster with its use, as in Cluster.quotas; none when the account has no such cluster.',
  })
  clusterId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True: quotas that requestQuotaIncrease can raise; false: the others.',
  })
  adjustable?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Only quotas with usage.' })
  onlyUsed?: boolean | null;
}

/** The fields of a cluster that this subgraph needs; the gateway fetches them from the subgraph that owns clusters. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'A Kubernetes cluster.' })
export class Cluster {
  @Field(() => ID, { description: 'Id of the cluster.' })
  id: string;

  @Directive('@external')
  @Field(() => Product, { description: 'The product that the cluster is.' })
  product: Product;
}
