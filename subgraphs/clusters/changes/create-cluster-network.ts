import type { NetworkPlugin } from '../model/cluster-kind.enums.js';
import type { Product } from '../../../kernel/product.js';
import { throwNotFound } from '../../../engine/not-found.js';
import { reserve } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import { newId } from '../../../kernel/ids.js';
import { type Problem, throwProblem, ProblemError } from '../../../kernel/result.js';
import { type Cidr, freeCidr, parseCidr, SERVICE_RANGES } from '../model/cidr.rules.js';
import { ensureDefaultVpc } from './default-vpc.js';
import { rejectGroupWithoutDns } from './dns-access.js';
import { reserveNodeNetwork } from './node-network.js';
import { networkReferenceProblems } from './network-references.js';
import { openSecurityGroup } from './network-quotas.js';
import {
  DEFAULT_NODE_MASK,
  freePodRange,
  type GroupRule,
  type NetworkRequest,
  overlapProblems,
  type UsedRange,
} from '../model/network.rules.js';
import * as store from '../store/network.store.js';
import { findSecurityGroup, insertSecurityGroup } from '../store/security-group.store.js';
import { lockVpc } from '../store/vpc.store.js';
import { insertClusterNetwork, networksIn } from '../store/cluster-network.store.js';
import { insertCloudResources } from '../store/cloud-resource.store.js';

const SERVICE_PREFIX = 20;
const PATH = ['input', 'network'];

/** A validated new cluster whose network is to be created. */
export interface ClusterNetworkRequest {
  readonly account: string;
  readonly clusterId: string;
  readonly name: string;
  readonly product: Product;
  readonly regionId: string;
  readonly plugin: NetworkPlugin;
  /** Zones that the request names; null: the vSwitches determine the zones. */
  readonly zoneIds: readonly string[] | null;
  /** Zones of the region. */
  readonly allZoneIds: readonly string[];
  /** Initial desired number of nodes. */
  readonly nodes: number;
  /** Number of the account's masters, and their acceptable instance types. */
  readonly masters: number;
  readonly masterTypes: readonly string[];
  readonly request: NetworkRequest | null;
  readonly at: Date;
}

/** The VPC and vSwitches of a cluster. */
interface NetworkLocation {
  readonly vpc: store.VpcRow;
  readonly vSwitches: readonly store.VSwitchRow[];
}

/**
 * Creates the network of a new cluster: finds or creates its VPC, vSwitches and security group, allocates CIDR blocks
 * for pods and Services that are unused in the VPC, and reserves the quotas. Returns the zones of its vSwitches.
 * Rejects with NOT_FOUND, NETWORK_MISMATCH, CIDR_OVERLAP, SECURITY_GROUP_RULE_MISSING, QUOTA_EXCEEDED.
 */
export async function createClusterNetwork(
  tx: Transaction,
  desired: ClusterNetworkRequest,
): Promise<readonly string[]> {
  const { account, clusterId, plugin, request, regionId } = desired;
  const missing = await networkReferenceProblems(tx, { account, regionId, network: request });
  if (missing.length > 0) throw new ProblemError(missing);
  const place =
    request?.vpcId == null
      ? await defaultNetworkLocation(tx, desired)
      : await requestedNetworkLocation(tx, desired, request.vpcId);
  const { vpc, vSwitches } = place;
  const usedRanges = await takenRanges(tx, vpc);
  const pods = podRange(desired, usedRanges);
  const services = serviceRange(
    desired,
    pods ? [...usedRanges, { cidr: pods, owner: 'its pods' }] : usedRanges,
  );
  const securityGroupId = await groupOf(tx, { desired, vpc, pods });
  await insertClusterNetwork(tx, {
    clusterId,
    account,
    vpcId: vpc.id,
    vSwitchIds: vSwitches.map(({ id }) => id),
    securityGroupId,
    plugin,
    podCidr: pods?.text ?? null,
    serviceCidr: services.text,
    nodeCidrMask: pods ? (request?.nodeCidrMask ?? DEFAULT_NODE_MASK) : null,
  });
  await connectMasters(tx, desired);
  await createEndpoint(tx, desired);
  return [...new Set(vSwitches.map(({ zoneId }) => zoneId))];
}

/** The endpoint of the Kubernetes API: a load balancer, and a public address if requested. */
async function createEndpoint(tx: Transaction, desired: ClusterNetworkRequest): Promise<void> {
  const { account, clusterId, request, at } = desired;
  const resource = { account, clusterId, retained: false, createdAt: at };
  const rows: store.CloudResourceRow[] = [
    { ...resource, id: newId('cloudResource'), type: 'LOAD_BALANCER', name: `${desired.name}-api` },
  ];
  if (request?.publicEndpoint) {
    await reserve(tx, { account, resource: 'eips', scope: '', amount: 1, path: [...PATH, 'publicEndpoint'] });
    rows.push({ ...resource, id: newId('cloudResource'), type: 'EIP', name: `${desired.name}-api` });
  }
  await insertCloudResources(tx, rows);
}

async function connectMasters(tx: Transaction, desired: ClusterNetworkRequest): Promise<void> {
  const { account, clusterId, masters, masterTypes: instanceTypes } = desired;
  const nodes = { account, clusterId, instanceTypes, count: masters, securityGroupId: null };
  const { shortage } = await reserveNodeNetwork(tx, nodes);
  if (shortage) throw new ProblemError([{ ...shortage, path: PATH }]);
}

function defaultNetworkLocation(
  tx: Transaction,
  { account, regionId, zoneIds, allZoneIds, at }: ClusterNetworkRequest,
) {
  return ensureDefaultVpc(tx, { account, regionId, zoneIds: zoneIds ?? allZoneIds, at });
}

async function requestedNetworkLocation(
  tx: Transaction,
  desired: ClusterNetworkRequest,
  vpcId: string,
): Promise<NetworkLocation> {
  const { account, request } = desired;
  const vpc = await lockVpc(tx, account, vpcId);
  // Another transaction deleted it after the references were checked.
  if (!vpc) return throwNotFound('VPC', vpcId, [...PATH, 'vpcId']);
  const all = (await new store.NetworkStore(tx).vSwitchesOfVpcs(account, [vpc.id])).get(vpc.id) ?? [];
  const chooseRange = request?.vSwitchIds
    ? request.vSwitchIds.map((id, index) => vSwitchById(all, id, index))
    : all.filter(({ zoneId }) => desired.zoneIds?.includes(zoneId) ?? true);
  checkZones(chooseRange, desired);
  return { vpc, vSwitches: [...new Set(chooseRange)] };
}

function vSwitchById(all: readonly store.VSwitchRow[], id: string, index: number): store.VSwitchRow {
  const found = all.find((vSwitch) => vSwitch.id === id);
  const path = [...PATH, 'vSwitchIds', String(index)];
  return (
    found ??
    throwProblem('NETWORK_MISMATCH', `The VPC has no vSwitch ${id.slice(0, 60)}. Vpc.vSwitches lists them.`, {
      path,
    })
  );
}

function checkZones(chosen: readonly store.VSwitchRow[], { zoneIds }: ClusterNetworkRequest): void {
  const zones = chosen.map(({ zoneId }) => zoneId);
  const without = zoneIds?.find((zone) => !zones.includes(zone));
  if (without !== undefined) {
    throwProblem('NETWORK_MISMATCH', `No vSwitch of the cluster is in the zone ${without}.`, {
      path: ['input', 'zoneIds'],
    });
  }
  if (chosen.length === 0)
    throwProblem('NETWORK_MISMATCH', 'The VPC has no vSwitch; make one first.', { path: [...PATH, 'vpcId'] });
}

/** All CIDR blocks that are in use in the VPC. */
async function takenRanges(tx: Transaction, vpc: store.VpcRow): Promise<UsedRange[]> {
  const range = (text: string | null, owner: string): UsedRange[] => {
    const cidr = text === null ? undefined : parseCidr(text);
    return cidr ? [{ cidr, owner }] : [];
  };
  const clusters = await networksIn(tx, vpc.id);
  return [
    ...range(vpc.cidr, `the addresses of the VPC ${vpc.id}`),
    ...clusters.flatMap(({ clusterId, podCidr, serviceCidr }) => [
      ...range(podCidr, `the pods of ${clusterId} in the same VPC`),
      ...range(serviceCidr, `the Services of ${clusterId} in the same VPC`),
    ]),
  ];
}

function podRange(desired: ClusterNetworkRequest, usedRanges: readonly UsedRange[]): Cidr | null {
  // Container instances and Terway pods get addresses of the vSwitches.
  if (desired.plugin === 'TERWAY' || desired.product.startsWith('ASK_')) return null;
  const requested = desired.request?.podCidr;
  const path = [...PATH, 'podCidr'];
  if (requested != null) return checked(requested, usedRanges, path);
  const mask = desired.request?.nodeCidrMask ?? DEFAULT_NODE_MASK;
  const ranges = usedRanges.map(({ cidr }) => cidr);
  const found = freePodRange({ product: desired.product, nodes: desired.nodes, mask }, ranges);
  return (
    found ??
    throwProblem('CIDR_OVERLAP', '10.0.0.0/8 has no free range left in this VPC; name one.', { path })
  );
}

function serviceRange(desired: ClusterNetworkRequest, usedRanges: readonly UsedRange[]): Cidr {
  const requested = desired.request?.serviceCidr;
  const path = [...PATH, 'serviceCidr'];
  return requested != null
    ? checked(requested, usedRanges, path)
    : chosen(SERVICE_RANGES, { prefix: SERVICE_PREFIX, usedRanges, path });
}

function checked(text: string, usedRanges: readonly UsedRange[], path: readonly string[]): Cidr {
  const cidr = parseCidr(text);
  if (!cidr) return throwProblem('INVALID_INPUT', `${text.slice(0, 50)} is no range.`, { path });
  const problems: Problem[] = overlapProblems(cidr, usedRanges, path);
  if (problems.length > 0) throw new ProblemError(problems);
  return cidr;
}

interface Choice {
  readonly prefix: number;
  readonly usedRanges: readonly UsedRange[];
  readonly path: readonly string[];
}

function chosen(within: readonly Cidr[], { prefix, usedRanges, path }: Choice): Cidr {
  const found = freeCidr(
    within,
    prefix,
    usedRanges.map(({ cidr }) => cidr),
  );
  const ranges = within.map(({ text }) => text).join(', ');
  return (
    found ??
    throwProblem('CIDR_OVERLAP', `${ranges} has no free /${prefix} left in this VPC; name a range.`, { path })
  );
}

interface Group {
  readonly desired: ClusterNetworkRequest;
  readonly vpc: store.VpcRow;
  readonly pods: Cidr | null;
}

async function groupOf(tx: Transaction, { desired, vpc, pods }: Group): Promise<string> {
  const requested = desired.request?.securityGroupId;
  return requested == null
    ? createSecurityGroup(tx, { desired, vpc, pods })
    : requestedSecurityGroup(tx, { desired, vpc, pods }, requested);
}

async function requestedSecurityGroup(
  tx: Transaction,
  { desired, pods }: Group,
  id: string,
): Promise<string> {
  const path = [...PATH, 'securityGroupId'];
  const group = await findSecurityGroup(tx, desired.account, id);
  if (!group) return throwNotFound('SECURITY_GROUP', id, path);
  rejectGroupWithoutDns(group, pods?.text ?? null, path);
  return id;
}

async function createSecurityGroup(tx: Transaction, { desired, vpc, pods }: Group): Promise<string> {
  const { account, name, at } = desired;
  const id = newId('securityGroup');
  const from = (cidr: string): GroupRule => ({
    direction: 'INGRESS',
    protocol: 'ALL',
    fromPort: null,
    toPort: null,
    cidr,
  });
  const rules = [from(vpc.cidr), ...(pods ? [from(pods.text)] : [])];
  await openSecurityGroup(tx, account, id);
  await insertSecurityGroup(tx, {
    id,
    account,
    vpcId: vpc.id,
    name,
    rules,
    creator: 'PLATFORM',
    createdAt: at,
  });
  return id;
}
