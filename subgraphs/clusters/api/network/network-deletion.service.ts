import { nameOfKind, throwNotFound } from '../../../../engine/not-found.js';
import type { Platform } from '../../../../engine/platform.js';
import { deleteScope, release } from '../../../../engine/ledger/ledger.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { throwProblem } from '../../../../kernel/result.js';
import { changeNetwork } from './network-change.js';
import { releaseVpc, releaseVSwitches } from '../../changes/network-quotas.js';
import {
  type NetworkUser,
  usersOfSecurityGroup,
  usersOfVpc,
  usersOfVSwitch,
} from '../../store/network-users.store.js';
import { countVSwitches, deleteVSwitch, findVSwitch } from '../../store/vswitch.store.js';
import {
  countSecurityGroups,
  deleteSecurityGroup,
  findSecurityGroup,
} from '../../store/security-group.store.js';
import { deleteVpc, lockVpc } from '../../store/vpc.store.js';
import { deleteCloudResources, findCloudResource } from '../../store/cloud-resource.store.js';

const ID = ['input', 'id'];
const MUTATIONS = {
  VPC: 'deleteVpc',
  VSWITCH: 'deleteVSwitch',
  SECURITY_GROUP: 'deleteSecurityGroup',
  LOAD_BALANCER: 'deleteLoadBalancer',
  EIP: 'deleteEip',
} as const;

/** Kinds of network resources that mutations delete. */
export type NetworkResourceKind = keyof typeof MUTATIONS;

interface DeletionInput {
  readonly id: string;
  readonly clientToken?: string | null;
}

/** Deletes network resources of an account that nothing uses. */
export class NetworkDeletionService {
  constructor(private readonly platform: Pick<Platform, 'database' | 'clock'>) {}

  /** Returns the id of the deleted resource. Rejects with `NOT_FOUND` and `RESOURCE_IN_USE`. */
  async delete(
    actor: Actor,
    kind: NetworkResourceKind,
    request: { readonly input: DeletionInput; readonly dryRun?: boolean | null | undefined },
  ): Promise<string> {
    const { account } = actor;
    const { id } = request.input;
    const read = (_database: unknown, _account: string, deleted: string) => Promise.resolve(deleted);
    const change = { actor, mutation: MUTATIONS[kind], ...request, read };
    const deleted = await changeNetwork(this.platform, change, async (tx) => {
      await DELETIONS[kind](tx, account, id);
      return { id, type: `${kind}_DELETED`, message: `The ${nameOfKind(kind)} ${id} was deleted.` };
    });
    return deleted ?? id;
  }
}

type Deletion = (tx: Transaction, account: string, id: string) => Promise<void>;

const DELETIONS: Readonly<Record<NetworkResourceKind, Deletion>> = {
  async VPC(tx, account, id) {
    const vpc = (await lockVpc(tx, account, id)) ?? throwNotFound('VPC', id, ID);
    rejectUsed(`The VPC ${id}`, await usersOfVpc(tx, id));
    const vSwitches = await countVSwitches(tx, { vpcId: id });
    const groups = await countSecurityGroups(tx, { vpcId: id });
    if (vSwitches + groups > 0)
      throwProblem(
        'RESOURCE_IN_USE',
        `The VPC ${id} has ${vSwitches} vSwitches and ${groups} security groups. Delete them first.`,
        { path: ID },
      );
    await deleteVpc(tx, id);
    await deleteScope(tx, account, id);
    await releaseVpc(tx, vpc);
  },
  async VSWITCH(tx, account, id) {
    const found = await findVSwitch(tx, account, id);
    if (!found) return throwNotFound('VSWITCH', id, ID);
    await lockVpc(tx, account, found.vpcId);
    rejectUsed(`The vSwitch ${id}`, await usersOfVSwitch(tx, id));
    if (!(await deleteVSwitch(tx, id))) return throwNotFound('VSWITCH', id, ID);
    await releaseVSwitches(tx, { account, vpcId: found.vpcId, amount: 1 });
  },
  async SECURITY_GROUP(tx, account, id) {
    const found = await findSecurityGroup(tx, account, id);
    if (!found) return throwNotFound('SECURITY_GROUP', id, ID);
    await lockVpc(tx, account, found.vpcId);
    rejectUsed(`The security group ${id}`, await usersOfSecurityGroup(tx, id));
    if (!(await deleteSecurityGroup(tx, id))) return throwNotFound('SECURITY_GROUP', id, ID);
    await deleteScope(tx, account, id);
  },
  LOAD_BALANCER: (tx, account, id) => deleteRetained(tx, { account, id, type: 'LOAD_BALANCER' }),
  EIP: (tx, account, id) => deleteRetained(tx, { account, id, type: 'EIP' }),
};

interface Retained {
  readonly account: string;
  readonly id: string;
  readonly type: 'LOAD_BALANCER' | 'EIP';
}

/** Deletes a resource that a cluster's deletion retained. */
async function deleteRetained(tx: Transaction, { account, id, type }: Retained): Promise<void> {
  const found = await findCloudResource(tx, { account, id, type });
  if (!found) return throwNotFound(type, id, ID);
  if (!found.retained) rejectUsed(`The ${nameOfKind(type)} ${id}`, [found]);
  const count = await deleteCloudResources(tx, [id]);
  // Another request deleted it after it was read.
  if (count === 0) return throwNotFound(type, id, ID);
  const resource = type === 'EIP' ? 'eips' : 'load-balancers';
  await release(tx, { account, resource, scope: '', amount: count });
}

function rejectUsed(resource: string, users: readonly NetworkUser[]): void {
  if (users.length === 0) return;
  const names = users.map(({ clusterId }) => clusterId).join(', ');
  throwProblem('RESOURCE_IN_USE', `${resource} is used by ${names}. Delete what uses it first.`, {
    path: ID,
  });
}
