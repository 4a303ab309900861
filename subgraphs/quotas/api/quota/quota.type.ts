import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Product } from '../../../runtime/graph/product.type.js';

/** What one count of a quota belongs to. */
export enum QuotaScope {
  ACCOUNT = 'ACCOUNT',
  CLUSTER = 'CLUSTER',
  NODE_POOL = 'NODE_POOL',
  NODE = 'NODE',
  INSTANCE = 'INSTANCE',
  LOAD_BALANCER = 'LOAD_BALANCER',
  VPC = 'VPC',
  ROUTE_TABLE = 'ROUTE_TABLE',
  SECURITY_GROUP = 'SECURITY_GROUP',
}

registerEnumType(QuotaScope, {
  name: 'QuotaScope',
  description: 'What a quota counts for: its limit holds for each of these by itself.',
  valuesConfig: {
    ACCOUNT: { description: 'The whole account.' },
    CLUSTER: { description: 'Each cluster.' },
    NODE_POOL: { description: 'Each node pool.' },
    NODE: { description: 'Each node.' },
    INSTANCE: { description: 'Each instance of the cloud.' },
    LOAD_BALANCER: { description: 'Each load balancer.' },
    VPC: { description: 'Each virtual network.' },
    ROUTE_TABLE: { description: 'Each route table.' },
    SECURITY_GROUP: { description: 'Each security group.' },
  },
});

@Directive('@key(fields: "id")')
@Directive('@key(fields: "resourceId")')
@ObjectType({ description: 'A limit of the account, and how much of it is used.' })
export class Quota {
  @Field(() => ID, { description: 'Id of the quota; stable.' })
  id: string;

  @Field(() => String, { description: 'What is counted, e.g. `payg-vcpu` or `ACK_PRO/nodesPerCluster`.' })
  resource: string;

  @Field(() => String, { description: 'What is counted (human-readable).' })
  description: string;

  @Field(() => Int, {
    nullable: true,
    description: 'How much there may be; null: no fixed number, see description.',
  })
  limit: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How much an account may have that was granted nothing; null: no fixed number, see description.',
  })
  defaultLimit: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The limit that works: another one may be lower, as that of scaling groups for node pools. The same as limit otherwise.',
  })
  effectiveLimit: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The resource whose limit is lower than this one, so that it must be raised too; null otherwise.',
  })
  limitedBy: string | null;

  @Field(() => Int, {
    description:
      'How much is in use. For a quota of each cluster, node pool … that is not asked for one of them (scopeId is ' +
      'null): what the fullest of them uses. Pods of serverless clusters are counted each minute. 0 where the ' +
      'platform does not count (see counted).',
  })
  used: number;

  @Field(() => String, { description: 'The unit of limit and used.' })
  unit: string;

  @Field(() => Boolean, { description: 'Whether requestQuotaIncrease can raise it.' })
  adjustable: boolean;

  @Field(() => QuotaScope, { description: 'What the limit holds for.' })
  scope: QuotaScope;

  @Field(() => ID, {
    nullable: true,
    description:
      'Id of the one thing whose use this is, e.g. a cluster; null for the account or for the general limit.',
  })
  scopeId: string | null;

  @Field(() => Product, { nullable: true, description: 'The product that it limits; null: every product.' })
  product: Product | null;

  @Field(() => Int, { nullable: true, description: 'How much is left; null where there is no fixed limit.' })
  available: number | null;

  @Field(() => Boolean, {
    description:
      'Whether the platform counts the use. If not, the limit is one of a single thing (a node, an instance), which is ' +
      'measured against it when it is made, or has no fixed number.',
  })
  counted: boolean;
}

@InputType({ description: 'Which quotas to list; what is given must all hold.' })
export class QuotaFilter {
  @Field(() => String, { nullable: true, description: 'Quotas of this resource, e.g. `payg-vcpu`.' })
  resource?: string | null;

  @Field(() => Product, { nullable: true, description: 'Quotas that limit this product.' })
  product?: Product | null;

  @Field(() => QuotaScope, { nullable: true, description: 'Quotas that hold for each of these.' })
  scope?: QuotaScope | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Quotas of this cluster with its own use, as in Cluster.quotas; none when the account has no such cluster.',
  })
  clusterId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Quotas that can be raised, or that cannot.' })
  adjustable?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Only quotas of which something is used.' })
  onlyUsed?: boolean | null;
}

/** What quotas needs to know of a cluster; the gateway brings it from the subgraph that owns clusters. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'A Kubernetes cluster.' })
export class Cluster {
  @Field(() => ID, { description: 'Id of the cluster.' })
  id: string;

  @Directive('@external')
  @Field(() => Product, { description: 'The product that the cluster is.' })
  product: Product;
}
