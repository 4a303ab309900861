import { throwNotFound } from '../../../../engine/not-found.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Database, Transaction } from '../../../../kernel/postgres/database.js';
import { newId } from '../../../../kernel/ids.js';
import { type Problem, throwProblem, ProblemError } from '../../../../kernel/result.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { validateName } from '../../model/name.rules.js';
import { clustersOfSecurityGroup } from '../../changes/closed-dns.js';
import { HIGH_RISK } from '../../store/high-risk.store.js';
import { type Cidr, contains, parseCidr } from '../../model/cidr.rules.js';
import { changeNetwork } from './network-change.js';
import { openSecurityGroup, reserveVpc, reserveVSwitches } from '../../changes/network-quotas.js';
import type * as input from './network.input.js';
import { overlapProblems, rangeProblems, ruleProblems, type GroupRule } from '../../model/network.rules.js';
import * as store from '../../store/network.store.js';
import { renameVpc, insertVpc, lockVpc } from '../../store/vpc.store.js';
import {
  findSecurityGroup,
  updateSecurityGroup,
  insertSecurityGroup,
} from '../../store/security-group.store.js';
import { vSwitchesIn, insertVSwitches } from '../../store/vswitch.store.js';

const ID = ['input', 'id'];
/** Maximum number of clusters that a message lists. */
const MAX_LISTED_USERS = 5;

/**
 * Creates and changes VPCs, vSwitches and security groups of an account. Returns the resource; null in a dry run that
 * would create it.
 */
export class NetworkService {
  constructor(
    private readonly platform: Platform,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  /** Rejects with UNKNOWN_REGION, INVALID_INPUT, QUOTA_EXCEEDED. */
  async createVpc(
    actor: Actor,
    request: input.CreateVpcInput,
    dryRun?: boolean | null,
  ): Promise<store.VpcRow | null> {
    const region = (await this.catalog.read()).regions.get(request.regionId);
    const path = ['input', 'regionId'];
    const unknown: Problem[] = region
      ? []
      : [
          {
            code: 'UNKNOWN_REGION',
            message: `There is no region ${request.regionId}; see Query.regions.`,
            path,
          },
        ];
    check([
      ...validateName(request.name, ['input', 'name']),
      ...unknown,
      ...rangeProblems(request.cidr, 'vpc', ['input', 'cidr']),
    ]);
    const { account } = actor;
    const { name, cidr } = request;
    return changeNetwork(
      this.platform,
      { actor, mutation: 'createVpc', input: request, dryRun, read: read('vpcs') },
      async (tx, at) => {
        const id = newId('vpc');
        await reserveVpc(tx, account, id);
        const regionId = region?.id ?? request.regionId;
        await insertVpc(tx, { id, account, name, regionId, cidr, creator: 'USER', createdAt: at });
        return { id, type: 'VPC_CREATED', message: `The VPC ${name} (${cidr}) was made in ${regionId}.` };
      },
    );
  }

  async updateVpc(
    actor: Actor,
    request: input.UpdateVpcInput,
    dryRun?: boolean | null,
  ): Promise<store.VpcRow | null> {
    check(validateName(request.name, ['input', 'name']));
    return changeNetwork(
      this.platform,
      { actor, mutation: 'updateVpc', input: request, dryRun, read: read('vpcs') },
      async (tx) => {
        const { id } = await lockedVpc(tx, actor.account, request.id, ID);
        await renameVpc(tx, id, request.name);
        return { id, type: 'VPC_UPDATED', message: `The VPC ${id} is called ${request.name}.` };
      },
    );
  }

  /** Rejects with NOT_FOUND, UNKNOWN_ZONE, NETWORK_MISMATCH, CIDR_OVERLAP, INVALID_INPUT, QUOTA_EXCEEDED. */
  async createVSwitch(
    actor: Actor,
    request: input.CreateVSwitchInput,
    dryRun?: boolean | null,
  ): Promise<store.VSwitchRow | null> {
    check([
      ...validateName(request.name, ['input', 'name']),
      ...rangeProblems(request.cidr, 'vSwitch', ['input', 'cidr']),
    ]);
    const { regions } = await this.catalog.read();
    const { account } = actor;
    return changeNetwork(
      this.platform,
      { actor, mutation: 'createVSwitch', input: request, dryRun, read: read('vSwitches') },
      async (tx, at) => {
        const vpc = await lockedVpc(tx, account, request.vpcId, ['input', 'vpcId']);
        const { zoneId, name, cidr } = request;
        if (!regions.get(vpc.regionId)?.zoneIds.includes(zoneId)) {
          const message = `The VPC ${vpc.id} is in ${vpc.regionId}, which has no zone ${zoneId.slice(0, 60)}.`;
          throwProblem('UNKNOWN_ZONE', message, { path: ['input', 'zoneId'] });
        }
        await checkPlace(tx, vpc, cidr);
        await reserveVSwitches(tx, { account, vpcId: vpc.id, amount: 1 });
        const id = newId('vSwitch');
        const row = {
          id,
          account,
          vpcId: vpc.id,
          zoneId,
          name,
          cidr,
          creator: 'USER',
          createdAt: at,
        } as const;
        await insertVSwitches(tx, [row]);
        return {
          id,
          type: 'VSWITCH_CREATED',
          message: `The vSwitch ${name} (${cidr}) was made in ${zoneId}.`,
        };
      },
    );
  }

  /** Rejects with NOT_FOUND, INVALID_INPUT. */
  async createSecurityGroup(
    actor: Actor,
    request: input.CreateSecurityGroupInput,
    dryRun?: boolean | null,
  ): Promise<store.SecurityGroupRow | null> {
    check([...validateName(request.name, ['input', 'name']), ...ruleProblems(request.rules ?? [])]);
    const { account } = actor;
    const change = {
      actor,
      mutation: 'createSecurityGroup',
      input: request,
      dryRun,
      read: read('securityGroups'),
    };
    return changeNetwork(this.platform, change, async (tx, at) => {
      const { id: vpcId } = await lockedVpc(tx, account, request.vpcId, ['input', 'vpcId']);
      const id = newId('securityGroup');
      const { name } = request;
      const rules = (request.rules ?? []).map(toRule);
      await openSecurityGroup(tx, account, id);
      await insertSecurityGroup(tx, {
        id,
        account,
        vpcId,
        name,
        rules,
        creator: 'USER',
        createdAt: at,
      });
      return { id, type: 'SECURITY_GROUP_CREATED', message: `The security group ${name} was made.` };
    });
  }

  /** Rejects with NOT_FOUND, INVALID_INPUT, RISK_NOT_ACKNOWLEDGED. */
  async updateSecurityGroup(
    actor: Actor,
    request: input.UpdateSecurityGroupInput,
    dryRun?: boolean | null,
  ): Promise<store.SecurityGroupRow | null> {
    check([
      ...(request.name == null ? [] : validateName(request.name, ['input', 'name'])),
      ...ruleProblems(request.rules ?? []),
    ]);
    const change = {
      actor,
      mutation: 'updateSecurityGroup',
      input: request,
      dryRun,
      read: read('securityGroups'),
    };
    return changeNetwork(this.platform, change, async (tx) => {
      const { id } = await group(tx, actor.account, request.id);
      if (request.rules) await checkDns(tx, request, request.rules.map(toRule));
      await updateSecurityGroup(tx, id, { name: request.name, rules: request.rules?.map(toRule) });
      return { id, type: 'SECURITY_GROUP_UPDATED', message: `The security group ${id} was changed.` };
    });
  }
}

function check(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProblemError(problems);
}

/** Reads one resource of a kind. */
function read<K extends 'vpcs' | 'vSwitches' | 'securityGroups'>(kind: K) {
  return async (database: Database | Transaction, account: string, id: string) => {
    const [row] = await new store.NetworkStore(database)[kind](account, [id]);
    return (row ?? null) as RowOf[K] | null;
  };
}

interface RowOf {
  readonly vpcs: store.VpcRow;
  readonly vSwitches: store.VSwitchRow;
  readonly securityGroups: store.SecurityGroupRow;
}

async function lockedVpc(
  tx: Transaction,
  account: string,
  id: string,
  path: readonly string[],
): Promise<store.VpcRow> {
  return (await lockVpc(tx, account, id)) ?? throwNotFound('VPC', id, path);
}

async function group(tx: Transaction, account: string, id: string): Promise<store.SecurityGroupRow> {
  return (await findSecurityGroup(tx, account, id)) ?? throwNotFound('SECURITY_GROUP', id, ID);
}

/** Enqueues the clusters that use the group; rules that block their pods from DNS require an acknowledgement. */
async function checkDns(
  tx: Transaction,
  { id, acknowledgeRisk }: input.UpdateSecurityGroupInput,
  rules: readonly GroupRule[],
): Promise<void> {
  const { using, closed } = await clustersOfSecurityGroup(tx, id, rules);
  if (closed.length > 0 && !acknowledgeRisk) {
    const names = closed.slice(0, MAX_LISTED_USERS).join(', ');
    const message = `Without INGRESS UDP 53 from the container CIDR DNS does not work in ${closed.length} clusters: ${names}. Set acknowledgeRisk to do it nevertheless.`;
    throwProblem('RISK_NOT_ACKNOWLEDGED', message, { path: ['input', 'acknowledgeRisk'] });
  }
  await enqueueAll(tx, HIGH_RISK, using);
}

/** A vSwitch must be within its VPC and must not overlap with the others. */
async function checkPlace(tx: Transaction, vpc: store.VpcRow, text: string): Promise<void> {
  const path = ['input', 'cidr'];
  const [outer, cidr] = [parseCidr(vpc.cidr), parseCidr(text)] as [Cidr, Cidr];
  if (!contains(outer, cidr))
    throwProblem('NETWORK_MISMATCH', `${text} is not within ${vpc.cidr}, the addresses of the VPC.`, {
      path,
    });
  const others = await vSwitchesIn(tx, vpc.id);
  const used = others.flatMap((other) => {
    const range = parseCidr(other.cidr);
    return range ? [{ cidr: range, owner: `the addresses of the vSwitch ${other.id}` }] : [];
  });
  check(overlapProblems(cidr, used, path));
}

function toRule({ direction, protocol, fromPort, toPort, cidr }: input.SecurityGroupRuleInput): GroupRule {
  const first = fromPort ?? null;
  return { direction: direction ?? 'INGRESS', protocol, fromPort: first, toPort: toPort ?? first, cidr };
}
