import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { KubernetesObject } from '../../../../engine/kubernetes/client.js';
import type { WorkloadRef } from '../../../../engine/kubernetes/workload-ref.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { JSONScalar } from '../../../runtime/graph/scalars.js';
import { Cluster } from '../entities/entities.type.js';

/** Kinds of workloads; the names of `engine/kubernetes/workload-ref.ts`. */
export enum WorkloadKind {
  DEPLOYMENT = 'DEPLOYMENT',
  STATEFUL_SET = 'STATEFUL_SET',
  DAEMON_SET = 'DAEMON_SET',
  JOB = 'JOB',
  CRON_JOB = 'CRON_JOB',
  REPLICA_SET = 'REPLICA_SET',
}

registerEnumType(WorkloadKind, {
  name: 'WorkloadKind',
  description: 'Kinds of workloads of Kubernetes.',
  valuesConfig: {
    DEPLOYMENT: { description: 'Interchangeable pods, updated by rolling.' },
    STATEFUL_SET: { description: 'Pods with an identity and storage of their own.' },
    DAEMON_SET: { description: 'One pod on each node.' },
    JOB: { description: 'Pods that run to completion.' },
    CRON_JOB: { description: 'Jobs by the clock.' },
    REPLICA_SET: { description: 'Interchangeable pods without updates; mostly made by a deployment.' },
  },
});

@Directive('@key(fields: "id")')
@Directive('@key(fields: "resourceId")')
@ObjectType({ description: 'Something that runs pods in a cluster.' })
export class Workload {
  @Field(() => ID, { description: 'Id of the workload: stands for its cluster, kind, namespace and name.' })
  id: string;

  @Field(() => Cluster, { description: 'The cluster it runs in.' })
  cluster: Cluster;

  @Field(() => String, { description: 'Namespace it is in.' })
  namespace: string;

  @Field(() => String, { description: 'Name, unique for its kind in the namespace.' })
  name: string;

  @Field(() => WorkloadKind, { description: 'What kind of workload it is.' })
  kind: WorkloadKind;

  @Field(() => Int, { description: 'Pods it shall have.' })
  replicas: number;

  @Field(() => Int, { description: 'Pods of it that are ready.' })
  readyReplicas: number;

  @Field(() => [String], { description: 'Images of its containers, each once.' })
  images: string[];

  @Field(() => JSONScalar, { description: 'Its labels: an object of strings.' })
  labels: Readonly<Record<string, string>>;

  @Field(() => Date, { nullable: true, description: 'When it was created.' })
  createdAt: Date | null;

  readonly ref: WorkloadRef;
  readonly object: KubernetesObject;
}

export const WorkloadConnection = connectionOf('Workload', () => Workload);

@InputType({ description: 'Which workloads; every condition given must hold.' })
export class WorkloadFilter {
  @Field(() => ID, { nullable: true, description: 'Of this cluster.' })
  clusterId?: string | null;

  @Field(() => String, { nullable: true, description: 'In this namespace.' })
  namespace?: string | null;

  @Field(() => WorkloadKind, { nullable: true, description: 'Of this kind.' })
  kind?: WorkloadKind | null;

  @Field(() => String, { nullable: true, description: 'With this text in the name.' })
  nameContains?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'With labels that a Kubernetes label selector takes, e.g. `app=web,tier!=cache`.',
  })
  labelSelector?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Also workloads that another workload made: replica sets of deployments, jobs of cron jobs. Default: only when `kind` asks for them.',
  })
  includeOwned?: boolean | null;
}
