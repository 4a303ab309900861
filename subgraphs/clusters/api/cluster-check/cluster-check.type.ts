import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { ChangePayload } from '../entities/change-payload.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import type * as model from '../../model/cluster-check.enums.js';

export const ClusterCheckType = graphEnum<model.CheckType>('ClusterCheckType', 'Purpose of a check.', {
  UPGRADE: 'Checks whether the Kubernetes version of the cluster can be upgraded.',
});
export type ClusterCheckType = model.CheckType;

const ClusterCheckState = graphEnum<model.CheckState>('ClusterCheckState', 'Result of a check.', {
  PASSED: 'No item blocks the change; see the warnings.',
  BLOCKED: 'Items of level BLOCKING failed: the change is rejected until they are fixed.',
});

export const CheckLevel = graphEnum<model.CheckLevel>('CheckLevel', 'Severity of a failed check item.', {
  INFO: 'Information only; no action is needed.',
  WARNING: 'The change is accepted, but something may fail.',
  BLOCKING: 'The change is rejected until the item is fixed.',
});
export type CheckLevel = model.CheckLevel;

export const CheckResult = graphEnum('CheckResult', 'Result of an item.', {
  PASSED: 'The item passed.',
  FAILED: 'The item failed; see fix.',
});
export type CheckResult = keyof typeof CheckResult;

@ObjectType({ description: 'One item of a check.' })
export class ClusterCheckItem {
  @Field(() => String, {
    description:
      'Name: VERSION_POLICY, SOURCE_SUPPORT, NEWEST_PATCH, CLUSTER_STATE, NODES_READY, VERSION_SKEW, KUBERNETES_API, REMOVED_APIS, LONG_REMOVED_APIS or NO_ROLLBACK.',
  })
  name: string;

  @Field(() => CheckLevel, { description: 'Severity if the item fails.' })
  level: CheckLevel;

  @Field(() => CheckResult, { description: 'Result of the item.' })
  result: CheckResult;

  @Field(() => String, { description: 'Finding (human-readable).' })
  message: string;

  @Field(() => String, { nullable: true, description: 'How to fix the item. Null if it passed.' })
  fix: string | null;
}

@ObjectType({ implements: Resource, description: 'A check of a cluster.' })
export class ClusterCheck {
  @Field(() => ID, { description: 'Id of the check, `check_…`. The newest 20 of each cluster are kept.' })
  id: string;

  @Field(() => ClusterCheckType, { description: 'Purpose of the check.' })
  type: ClusterCheckType;

  @Field(() => String, { nullable: true, description: 'The requested version.' })
  version: string | null;

  @Field(() => ClusterCheckState, { description: 'Result of the check.' })
  state: model.CheckState;

  @Field(() => [ClusterCheckItem], { description: 'All items, in a fixed order.' })
  items: unknown;

  @Field(() => DateTimeScalar, { description: 'Time of the check.' })
  createdAt: Date;
}

@InputType({ description: 'Check to run.' })
export class RunClusterCheckInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  clusterId: string;

  @Field(() => ClusterCheckType, { description: 'Purpose of the check.' })
  type: ClusterCheckType;

  @Field(() => String, { description: 'The version of the upgrade, as patch or minor (its newest patch).' })
  version: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({ description: 'Payload of runClusterCheck.' })
export class RunClusterCheckPayload extends ChangePayload {
  @Field(() => ClusterCheck, { nullable: true, description: 'The check. Null if the request was rejected.' })
  clusterCheck: ClusterCheck | null;
}
