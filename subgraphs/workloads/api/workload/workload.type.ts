import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { KubernetesObject } from '../../../../engine/kubernetes/client.js';
import type { WorkloadKindName, WorkloadRef } from '../../../../engine/kubernetes/workload-ref.js';
import type * as model from '../../model/workload.rules.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { JSONScalar } from '../../../runtime/graph/scalars.js';
import { Cluster } from '../entities/entities.type.js';

export const WorkloadKind = graphEnum<WorkloadKindName>('WorkloadKind', 'Kinds of workloads of Kubernetes.', {
  DEPLOYMENT: 'Interchangeable pods with rolling updates.',
  STATEFUL_SET: 'Pods with an identity and storage of their own.',
  DAEMON_SET: 'One pod on each node.',
  JOB: 'Pods that run to completion.',
  CRON_JOB: 'Creates jobs on a schedule.',
  REPLICA_SET: 'Interchangeable pods without updates; mostly created by a deployment.',
});
export type WorkloadKind = WorkloadKindName;

@Directive('@key(fields: "id")')
@Directive('@key(fields: "resourceId")')
@ObjectType({ description: 'A Kubernetes controller that runs pods in a cluster.' })
export class Workload implements model.Workload {
  @Field(() => ID, { description: 'Id of the workload: stands for its cluster, kind, namespace and name.' })
  id: string;

  @Field(() => Cluster, { description: 'Cluster of the workload.' })
  cluster: Pick<Cluster, 'id'>;

  @Field(() => String, { description: 'Namespace of the workload.' })
  namespace: string;

  @Field(() => String, { description: 'Name, unique for its kind in the namespace.' })
  name: string;

  @Field(() => WorkloadKind, { description: 'Kind of the workload.' })
  kind: WorkloadKind;

  @Field(() => Int, { description: 'Desired number of pods.' })
  replicas: number;

  @Field(() => Int, { description: 'Number of its pods that are ready.' })
  readyReplicas: number;

  @Field(() => [String], { description: 'Images of its containers, without duplicates.' })
  images: string[];

  @Field(() => JSONScalar, { description: 'Labels, as an object of strings.' })
  labels: Readonly<Record<string, string>>;

  @Field(() => Date, { nullable: true, description: 'Creation time of the workload.' })
  createdAt: Date | null;

  readonly ref: WorkloadRef;
  readonly object: KubernetesObject;
}

export const WorkloadConnection = connectionOf('Workload', () => Workload);

@InputType({ description: 'Filter of workloads; all conditions are combined with AND.' })
export class WorkloadFilter {
  @Field(() => ID, { nullable: true, description: 'Workloads of this cluster.' })
  clusterId?: string | null;

  @Field(() => String, { nullable: true, description: 'Workloads in this namespace.' })
  namespace?: string | null;

  @Field(() => WorkloadKind, { nullable: true, description: 'Workloads of this kind.' })
  kind?: WorkloadKind | null;

  @Field(() => String, { nullable: true, description: 'Workloads whose name contains this text.' })
  nameContains?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Workloads whose labels match a Kubernetes label selector, e.g. `app=web,tier!=cache`.',
  })
  labelSelector?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Also workloads that another workload created: replica sets of deployments, jobs of cron jobs. Default: only when `kind` is given.',
  })
  includeOwned?: boolean | null;
}
