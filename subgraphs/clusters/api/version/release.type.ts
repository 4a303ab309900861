import { Field, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import type * as model from '../../model/version.enums.js';

export const SupportStatus = graphEnum<model.SupportStatus>(
  'SupportStatus',
  'Support status of a Kubernetes version.',
  {
    SUPPORTED: 'The newest patch of one of the newest three minor versions.',
    PATCH_EXPIRED: 'The minor version is supported, but only its newest patch.',
    MINOR_EXPIRED: 'The minor version is older than the newest three: without support.',
  },
);
export type SupportStatus = model.SupportStatus;

@ObjectType({ description: 'A Kubernetes API that is no longer served.' })
export class RemovedApi {
  @Field(() => String, { description: 'The minor version of Kubernetes that removed it, e.g. `1.25`.' })
  removedIn: string;

  @Field(() => String, { description: 'API group, e.g. `batch`.' })
  group: string;

  @Field(() => String, { description: 'API version in the group, e.g. `v1beta1`.' })
  version: string;

  @Field(() => String, { description: 'The kind of objects, e.g. `CronJob`.' })
  kind: string;

  @Field(() => String, {
    nullable: true,
    description: 'The apiVersion to use instead, e.g. `batch/v1`. Null if there is none.',
  })
  replacement: string | null;
}
