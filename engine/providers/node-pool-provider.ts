import { notFound } from '../not-found.js';
import type { Problem } from '../../kernel/result.js';
import type { Instance, VSwitchPlace } from './infrastructure-provider.js';

/** How a machine is paid: by use, by subscription, or as a spot instance that can be reclaimed. */
export type ChargeType = 'POSTPAID' | 'PREPAID' | 'SPOT';

/** A taint of a Kubernetes node. */
export interface NodeTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** Sizes between which a scaling group keeps its number of instances. */
export interface ScalingBounds {
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredSize: number;
}

/** Something that a scaling group has done. */
export interface ScalingActivity {
  readonly at: Date;
  readonly kind: 'SCALE_OUT' | 'SCALE_IN' | 'ATTACH' | 'CHANGE' | 'DELETE';
  readonly status: 'SUCCESSFUL' | 'PARTIAL' | 'FAILED';
  /** Instances that it was about. */
  readonly instances: number;
  readonly description: string;
}

/** The group that makes and takes away the instances of one node pool. */
export interface ScalingGroup extends ScalingBounds {
  readonly id: string;
  readonly nodePoolId: string;
  /** DELETED: somebody has deleted it; it is not made again. */
  readonly state: 'ACTIVE' | 'DELETED';
  readonly totalInstances: number;
  /** Newest first; the provider keeps some. */
  readonly activities: readonly ScalingActivity[];
}

/** A machine of an account that belongs to no cluster. */
export interface UnattachedInstance {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly regionId: string;
  readonly zoneId: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly chargeType: ChargeType;
  /** undefined: the provider does not say. */
  readonly vpcId?: string | undefined;
  readonly state: 'RUNNING' | 'STOPPED';
  /** CREATED by hand, REMOVED from a cluster, or left by a FAILED_CREATION. */
  readonly origin: 'CREATED' | 'REMOVED' | 'FAILED_CREATION';
  readonly formerClusterId?: string | undefined;
  readonly releasable: boolean;
  readonly createdAt: Date;
}

export interface UnattachedInstanceFilter {
  readonly regionId?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** Why an instance of this id cannot be released; undefined when it can. */
export function releaseProblem(id: string, found: UnattachedInstance | undefined): Problem | undefined {
  if (!found) return notFound('INSTANCE', id);
  if (found.releasable) return undefined;
  const message = `The instance ${id} is paid by subscription and cannot be released before that ends.`;
  return { code: 'INSTANCE_NOT_RELEASABLE', message };
}

/** A machine that is to join a cluster. */
export interface AttachRequest {
  /** The node's id: the caller's key. */
  readonly id: string;
  /** The Kubernetes node's name. */
  readonly name: string;
  readonly nodePoolId: string;
  readonly machineId: string;
  /** AUTO replaces its system disk, by one of `imageId`. */
  readonly mode: 'MANUAL' | 'AUTO';
  readonly imageId?: string;
  /** Of AUTO: a script that it runs at the first start from its new system disk. */
  readonly userData?: string;
  /** Where it gets its address; in the cluster's when left out. */
  readonly vSwitches?: readonly VSwitchPlace[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly NodeTaint[];
}

/** What a provider has for node pools beyond single instances. Calls are idempotent by the ids given. */
export interface NodePoolProvider {
  /** Makes the group of a pool, or gives it these bounds; a DELETED one stays as it is. */
  ensureScalingGroup(clusterId: string, nodePoolId: string, bounds: ScalingBounds): Promise<ScalingGroup>;
  /** The groups of a cluster, DELETED ones included. */
  scalingGroups(clusterId: string): Promise<readonly ScalingGroup[]>;
  /** Takes the group away with its pool. */
  deleteScalingGroup(clusterId: string, nodePoolId: string): Promise<void>;
  /** The account's machines that belong to no cluster, by id. */
  unattachedInstances(
    account: string,
    filter: UnattachedInstanceFilter,
  ): Promise<readonly UnattachedInstance[]>;
  /** Releases a machine; why not, when it cannot be. */
  releaseUnattachedInstance(account: string, id: string): Promise<Problem | undefined>;
  /** Lets machines join; one answer for each request, in order, FAILED ones with their failure. */
  attachInstances(clusterId: string, requests: readonly AttachRequest[]): Promise<readonly Instance[]>;
  /** Changes how an instance is paid. Throws TerminalError when its family does not allow it. */
  convertInstance(clusterId: string, id: string, chargeType: ChargeType): Promise<Instance>;
  /** Restarts an instance, or gives it a new system disk; one that is starting is left alone. */
  repairInstance(clusterId: string, id: string, action: 'RESTART' | 'RESET'): Promise<Instance>;
}
