import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type * as model from '../../model/pod.rules.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { JSONScalar } from '../../../runtime/graph/scalars.js';

@ObjectType({ description: 'A container of a pod.' })
export class Container implements model.Container {
  @Field(() => String, { description: 'Name, unique in the pod.' })
  name: string;

  @Field(() => String, { description: 'Image reference.' })
  image: string;

  @Field(() => Boolean, { description: 'Whether it is ready to serve.' })
  ready: boolean;

  @Field(() => Int, { description: 'Number of restarts.' })
  restarts: number;

  @Field(() => String, { description: '`waiting`, `running` or `terminated`.' })
  state: 'waiting' | 'running' | 'terminated';

  @Field(() => String, {
    nullable: true,
    description: 'Reason why the container is waiting or terminated, e.g. `CrashLoopBackOff`.',
  })
  reason: string | null;
}

@Directive('@key(fields: "resourceId")')
@ObjectType({ description: 'A pod: containers that run together on one node.' })
export class Pod implements model.Pod {
  @Field(() => ID, {
    description: 'Id of the pod, `pod_…`: stands for its cluster, namespace, name and uid.',
  })
  id: string;

  @Field(() => String, { description: 'uid of the Kubernetes object.' })
  uid: string;

  @Field(() => String, { description: 'Namespace of the pod.' })
  namespace: string;

  @Field(() => String, { description: 'Name, unique in the namespace.' })
  name: string;

  @Field(() => String, {
    description: 'Phase as in Kubernetes: `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.',
  })
  phase: string;

  @Field(() => Boolean, { description: 'Whether all its containers are ready to serve.' })
  ready: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Reason of the phase, e.g. why it cannot be scheduled.',
  })
  message: string | null;

  @Field(() => String, { nullable: true, description: 'IP address of the pod. Null until it has one.' })
  ip: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the Kubernetes node that the pod runs on. Null until it is scheduled.',
  })
  nodeName: string | null;

  @Field(() => Int, { description: 'Sum of the restarts of its containers.' })
  restarts: number;

  @Field(() => [Container], { description: 'Containers of the pod.' })
  containers: Container[];

  @Field(() => JSONScalar, { description: 'Labels, as an object of strings.' })
  labels: Readonly<Record<string, string>>;

  @Field(() => Date, { nullable: true, description: 'Creation time of the pod.' })
  createdAt: Date | null;
}

export const PodConnection = connectionOf('Pod', () => Pod);
