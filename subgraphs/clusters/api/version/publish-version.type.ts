import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { KubernetesVersion } from '../entities/version.type.js';
import { ChangePayload } from '../entities/change-payload.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

@InputType({ description: 'A Kubernetes API that a version no longer serves.' })
export class RemovedApiInput {
  @Field(() => String, { description: 'API group, e.g. `batch`.' })
  group: string;

  @Field(() => String, { description: 'API version in the group, e.g. `v1beta1`.' })
  version: string;

  @Field(() => String, { description: 'The kind of objects, e.g. `CronJob`.' })
  kind: string;

  @Field(() => String, { description: 'Name of the resource in paths, e.g. `cronjobs`.' })
  resource: string;

  @Field(() => String, {
    nullable: true,
    description: 'The apiVersion to use instead, e.g. `batch/v1`; omitted if there is none.',
  })
  replacement?: string | null;
}

@InputType({ description: 'A Kubernetes version to publish.' })
export class PublishKubernetesVersionInput {
  @Field(() => ID, {
    description: 'The version: a newer patch, or the next even minor version, e.g. `1.36.1`.',
  })
  id: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Time of the release. Default: now.' })
  releasedAt?: Date | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Changes of the version, a sentence each: at most 50 of at most 500 characters. See KubernetesVersion.changes.',
  })
  changes?: string[] | null;

  @Field(() => [RemovedApiInput], {
    nullable: true,
    description:
      'APIs that the version no longer serves, at most 100; only with a new minor version. Upgrade checks look for objects that were written with them.',
  })
  removedApis?: RemovedApiInput[] | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({ description: 'Payload of publishKubernetesVersion.' })
export class PublishKubernetesVersionPayload extends ChangePayload {
  @Field(() => KubernetesVersion, {
    nullable: true,
    description: 'The version. Null if the request was rejected.',
  })
  kubernetesVersion: KubernetesVersion | null;
}
