import type { Transaction } from '../../../kernel/postgres/database.js';
import { newId } from '../../../kernel/ids.js';
import { type Cidr, DEFAULT_VPC, freeCidr, parseCidr } from '../model/cidr.rules.js';
import { reserveVpc, reserveVSwitches } from './network-quotas.js';
import * as store from '../store/network.store.js';
import { findDefaultVpc, insertVpc, lockDefaultVpc } from '../store/vpc.store.js';
import { insertVSwitches } from '../store/vswitch.store.js';

/** Prefix length of the default vSwitches: 4,096 addresses less the four that the cloud reserves. */
const VSWITCH_PREFIX = 20;

/** The region and zones of a default network. */
export interface DefaultNetwork {
  readonly account: string;
  readonly regionId: string;
  readonly zoneIds: readonly string[];
  readonly at: Date;
}

/** The account's default VPC in the region with a vSwitch in each of the zones; creates what is missing. */
export async function ensureDefaultVpc(
  tx: Transaction,
  request: DefaultNetwork,
): Promise<{ readonly vpc: store.VpcRow; readonly vSwitches: readonly store.VSwitchRow[] }> {
  const { account, regionId, zoneIds } = request;
  await lockDefaultVpc(tx, account, regionId);
  const vpc = (await findDefaultVpc(tx, account, regionId)) ?? (await createVpc(tx, request));
  const existing = (await new store.NetworkStore(tx).vSwitchesOfVpcs(account, [vpc.id])).get(vpc.id) ?? [];
  const missing = zoneIds.filter((zone) => !existing.some(({ zoneId }) => zoneId === zone));
  const created = await createVSwitches(tx, { vpc, existing, missing, at: request.at });
  return { vpc, vSwitches: [...existing, ...created].filter(({ zoneId }) => zoneIds.includes(zoneId)) };
}

async function createVpc(tx: Transaction, { account, regionId, at }: DefaultNetwork): Promise<store.VpcRow> {
  const id = newId('vpc');
  await reserveVpc(tx, account, id);
  const row: store.VpcRow = {
    id,
    account,
    name: 'default',
    regionId,
    cidr: DEFAULT_VPC.text,
    creator: 'PLATFORM',
    createdAt: at,
  };
  await insertVpc(tx, row);
  return row;
}

interface MissingVSwitches {
  readonly vpc: store.VpcRow;
  readonly existing: readonly store.VSwitchRow[];
  readonly missing: readonly string[];
  readonly at: Date;
}

async function createVSwitches(
  tx: Transaction,
  { vpc, existing, missing, at }: MissingVSwitches,
): Promise<store.VSwitchRow[]> {
  if (missing.length === 0) return [];
  const { account, id: vpcId } = vpc;
  await reserveVSwitches(tx, { account, vpcId, amount: missing.length });
  const used = existing.map(({ cidr }) => parseCidr(cidr)).filter((cidr): cidr is Cidr => cidr !== undefined);
  const rows: store.VSwitchRow[] = [];
  for (const zoneId of missing) {
    const cidr = freeCidr([parseCidr(vpc.cidr) ?? DEFAULT_VPC], VSWITCH_PREFIX, used);
    if (!cidr) throw new Error(`the default VPC ${vpcId} has no room for a vSwitch`);
    used.push(cidr);
    const name = `default-${zoneId}`;
    rows.push({
      id: newId('vSwitch'),
      account,
      vpcId,
      zoneId,
      name,
      cidr: cidr.text,
      creator: 'PLATFORM',
      createdAt: at,
    });
  }
  await insertVSwitches(tx, rows);
  return rows;
}
