import { z } from 'zod';
import { hashHex } from '../random.js';
import { SMALLEST_NODE } from '../catalog.js';
import type { Cloud, CloudCluster } from './cloud.js';
import {
  type DetachedInstanceRecord,
  CloudApiError,
  type InstanceFailure,
  type InstanceRecord,
} from './records.js';

/** How a machine is paid: by use, by subscription, or as a spot instance that can be reclaimed. */
export const chargeTypeSchema = z.enum(['POSTPAID', 'PREPAID', 'SPOT']);

const machineStateSchema = z.enum(['RUNNING', 'STOPPED']);

const text = z.string().min(1).max(200);

export const detachedInstanceSchema = z.object({
  account: text,
  name: text.optional(),
  zoneId: text,
  instanceType: text,
  imageId: text,
  chargeType: chargeTypeSchema.default('POSTPAID'),
  vpcId: text.optional(),
  state: machineStateSchema.optional(),
  /** Names of files on the system disk, so that it shows when they are lost. */
  files: z.array(text).max(100).default([]),
});

/** Creates a detached instance, as in the cloud's console. Throws CloudApiError. */
export function createDetachedInstance(
  cloud: Cloud,
  id: string,
  body: z.infer<typeof detachedInstanceSchema>,
): DetachedInstanceRecord {
  const known = cloud.machines.get(id);
  if (known) return known;
  if (inCluster(cloud, id)) throw new CloudApiError(409, 'ID_TAKEN', `${id} is a node of a cluster.`);
  const { catalog } = cloud.parts;
  const zone = catalog.zones.get(body.zoneId);
  if (!zone) throw new CloudApiError(422, 'UNKNOWN_ZONE', `There is no zone ${body.zoneId}.`);
  if (!catalog.instanceTypes.has(body.instanceType))
    throw new CloudApiError(422, 'UNKNOWN_INSTANCE_TYPE', `There is no instance type ${body.instanceType}.`);
  const { files, name = id, ...fields } = body;
  return cloud.saveDetachedInstance({
    ...fields,
    id,
    name,
    regionId: zone.regionId,
    systemDisk: { id: newDisk(id, 0), files },
    origin: 'CREATED',
    createdAt: cloud.now(),
  });
}

/** Releases a machine. A subscription cannot be released before it ends. Throws CloudApiError. */
export function releaseMachine(cloud: Cloud, account: string, id: string): DetachedInstanceRecord {
  const machine = cloud.machines.get(id);
  if (!machine || machine.account !== account)
    throw new CloudApiError(404, 'NOT_FOUND', `There is no machine ${id}.`);
  if (machine.chargeType === 'PREPAID') {
    const message = `${id} is paid by subscription and cannot be released before it ends.`;
    throw new CloudApiError(409, 'INSTANCE_NOT_RELEASABLE', message);
  }
  cloud.removeDetachedInstance(machine);
  return machine;
}

export interface MachineQuery {
  readonly account: string;
  readonly regionId?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** The machines of an account that belong to no cluster, oldest id first. */
export function machinesOf(cloud: Cloud, { account, regionId, ids }: MachineQuery): DetachedInstanceRecord[] {
  return [...cloud.machines.values()]
    .filter((one) => one.account === account && (regionId === undefined || one.regionId === regionId))
    .filter((one) => ids === undefined || ids.includes(one.id))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Whether a machine of that id is a node of some cluster. */
function inCluster(cloud: Cloud, machineId: string): boolean {
  for (const { instances } of cloud.clusters.values())
    for (const instance of instances.values())
      if (instance.machineId === machineId && instance.state !== 'FAILED') return true;
  return false;
}

/** Why a machine cannot become a node of the cluster. */
export function attachProblem(
  cloud: Cloud,
  cluster: CloudCluster,
  machineId: string,
): InstanceFailure | undefined {
  const machine = cloud.machines.get(machineId);
  const { account } = cluster.record;
  if (!machine && inCluster(cloud, machineId))
    return { code: 'INSTANCE_IN_USE', message: `${machineId} belongs to a cluster.` };
  if (machine?.account !== account)
    return { code: 'NOT_FOUND', message: `There is no machine ${machineId}.` };
  const elsewhere = misplaced(machine, cluster);
  if (elsewhere) return { code: 'INSTANCE_NOT_ATTACHABLE', message: `${machineId} ${elsewhere}.` };
  const type = cloud.parts.catalog.instanceTypes.get(machine.instanceType);
  const { vcpus, memoryGiB } = SMALLEST_NODE;
  if (type && type.vcpus >= vcpus && type.memoryGiB >= memoryGiB) return undefined;
  return {
    code: 'INSTANCE_TYPE_TOO_SMALL',
    message: `${machine.instanceType} is too small; nodes need at least ${vcpus} vCPU and ${memoryGiB} GiB.`,
  };
}

/** Where a machine is that cannot be reached from the cluster; undefined when it can. */
function misplaced(
  { regionId, vpcId, state }: DetachedInstanceRecord,
  { record }: CloudCluster,
): string | undefined {
  if (regionId !== record.regionId) return `is in ${regionId}, not in ${record.regionId}`;
  const home = record.network?.vpcId;
  if (vpcId !== undefined && home !== undefined && vpcId !== home) return `is in ${vpcId}, not in ${home}`;
  return state === 'STOPPED' ? 'is stopped' : undefined;
}

/**
 * What becomes of the machine of an instance that leaves its cluster: one that is not to be released, or that is paid
 * by subscription and so cannot be, stays as a machine of the account.
 */
export function detachInstance(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const { instanceType, zoneId } = instance;
  if (!isKept(instance) || !instanceType || !zoneId) return;
  const { account, regionId, network, id: formerClusterId } = cluster.record;
  cloud.saveDetachedInstance({
    id: machineIdOf(instance),
    account,
    name: instance.name,
    regionId,
    zoneId,
    instanceType,
    imageId: instance.imageId ?? '',
    chargeType: instance.chargeType ?? 'POSTPAID',
    vpcId: network?.vpcId,
    systemDisk: instance.systemDisk ?? { id: newDisk(instance.id, 0), files: [] },
    origin: instance.ran || instance.attached ? 'REMOVED' : 'FAILED_CREATION',
    formerClusterId,
    createdAt: instance.createdAt,
  });
}

function isKept({ chargeType, release, master, state, orphaned }: InstanceRecord): boolean {
  if (state === 'FAILED' && orphaned) return false;
  return chargeType === 'PREPAID' || (release === false && !master);
}

/** The cloud's id of an instance's machine; the instance's own id is its caller's. */
export function machineIdOf({ machineId, id }: Pick<InstanceRecord, 'machineId' | 'id'>): string {
  return machineId ?? `i-${hashHex(id)}`;
}

/** The id of a machine's system disk; each replacement has another number. */
export function newDisk(id: string, number: number): string {
  return `d-${hashHex(`${id}/${number}`)}`;
}

/** A machine as the API shows it. */
export function detachedInstanceResponse(machine: DetachedInstanceRecord): unknown {
  return {
    state: 'RUNNING',
    ...machine,
    releasable: machine.chargeType !== 'PREPAID',
    createdAt: new Date(machine.createdAt).toISOString(),
  };
}
