import type { ChargeType } from './charge-type.js';
import { notFound } from '../not-found.js';
import type { Problem } from '../../kernel/result.js';
import type { Instance, VSwitchPlace } from './instance.js';

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

/** A scaling activity of a scaling group. */
interface ScalingActivity {
  readonly at: Date;
  readonly kind: 'SCALE_OUT' | 'SCALE_IN' | 'ATTACH' | 'CHANGE' | 'DELETE';
  readonly status: 'SUCCESSFUL' | 'PARTIAL' | 'FAILED';
  /** Number of affected instances. */
  readonly instances: number;
  readonly description: string;
}

/** The scaling group that creates and deletes the instances of one node pool. */
export interface ScalingGroup extends ScalingBounds {
  readonly id: string;
  readonly nodePoolId: string;
  /** DELETED: it was deleted outside the platform and is not created again. */
  readonly state: 'ACTIVE' | 'DELETED';
  readonly totalInstances: number;
  /** The most recent activities, newest first. */
  readonly activities: readonly ScalingActivity[];
}

/** An instance of an account that is a node of no cluster. */
export interface UnattachedInstance {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly regionId: string;
  readonly zoneId: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly chargeType: ChargeType;
  /** undefined when the provider does not report it. */
  readonly vpcId?: string | undefined;
  readonly state: 'RUNNING' | 'STOPPED';
  /** CREATED by hand, REMOVED from a cluster, or left by a FAILED_CREATION. */
  readonly origin: 'CREATED' | 'REMOVED' | 'FAILED_CREATION';
  readonly formerClusterId?: string | undefined;
  readonly releasable: boolean;
  readonly createdAt: Date;
}

interface UnattachedInstanceFilter {
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

/** An instance to attach to a cluster. */
export interface AttachRequest {
  /** The node's id: the caller's key. */
  readonly id: string;
  /** The Kubernetes node's name. */
  readonly name: string;
  readonly nodePoolId: string;
  readonly providerId: string;
  /** AUTO replaces its system disk, by one of `imageId`. */
  readonly mode: 'MANUAL' | 'AUTO';
  readonly imageId?: string;
  /** AUTO only: script that runs at the first boot of the new system disk. */
  readonly userData?: string;
  /** vSwitches of its address. Default: the cluster's. */
  readonly vSwitches?: readonly VSwitchPlace[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly NodeTaint[];
}

/** Node pools at a provider. Calls are idempotent by the given ids. */
export interface NodePoolProvider {
  /** Creates the group of a pool, or sets its bounds; a DELETED one is unchanged. */
  ensureScalingGroup(clusterId: string, nodePoolId: string, bounds: ScalingBounds): Promise<ScalingGroup>;
  /** The groups of a cluster, DELETED ones included. */
  scalingGroups(clusterId: string): Promise<readonly ScalingGroup[]>;
  /** Deletes the group with its pool. */
  deleteScalingGroup(clusterId: string, nodePoolId: string): Promise<void>;
  /** The account's unattached instances, sorted by id. */
  unattachedInstances(
    account: string,
    filter: UnattachedInstanceFilter,
  ): Promise<readonly UnattachedInstance[]>;
  /** Releases an unattached instance; returns the problem if it cannot be released. */
  releaseUnattachedInstance(account: string, id: string): Promise<Problem | undefined>;
  /** Attaches instances; returns one instance per request, in order, FAILED ones with their failure. */
  attachInstances(clusterId: string, requests: readonly AttachRequest[]): Promise<readonly Instance[]>;
  /** Changes the charge type of an instance. Throws TerminalError when its instance family does not allow it. */
  convertInstance(clusterId: string, id: string, chargeType: ChargeType): Promise<Instance>;
  /** Restarts an instance or replaces its system disk; does nothing while the instance is starting. */
  repairInstance(clusterId: string, id: string, action: 'RESTART' | 'RESET'): Promise<Instance>;
}
