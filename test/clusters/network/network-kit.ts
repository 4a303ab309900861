import { expect } from 'vitest';
import { readQuotaUsage } from '../../../engine/ledger/ledger.js';
import { openClusters } from '../kit.js';
import { proCluster } from '../requests.js';

interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path: string[] | null;
}
const ERRORS = 'userErrors { code message path ... on QuotaExceededError { resource limit used } }';

const NETWORK = `cluster { id network { plugin podCidr serviceCidr nodeCidrMask
  vpc { id name creator cidr clusterCount vSwitches { id zone { id } } } vSwitches { id zone { id } }
  securityGroup { id creator rules { protocol cidr } } } }`;

interface Created {
  readonly cluster: {
    readonly id: string;
    readonly network: {
      readonly plugin: string;
      readonly podCidr: string | null;
      readonly serviceCidr: string;
      readonly nodeCidrMask: number | null;
      readonly vpc: {
        readonly id: string;
        readonly name: string;
        readonly creator: string;
        readonly cidr: string;
        readonly clusterCount: number;
      };
      readonly vSwitches: { readonly id: string; readonly zone: { readonly id: string } }[];
      readonly securityGroup: {
        readonly id: string;
        readonly creator: string;
        readonly rules: { readonly protocol: string; readonly cidr: string }[];
      };
    };
  } | null;
}

/** The clusters subgraph, and functions to test networks. */
export type Networks = Awaited<ReturnType<typeof openNetworks>>;

export async function openNetworks() {
  const clusters = await openClusters();
  let accounts = 0;
  let names = 0;
  const mutate = async <T>(account: string, name: string, input: object, fields: string) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { payload: ${name}(input: $input) { ${fields} ${ERRORS} } }`;
    type MutationData = { payload: T & { userErrors: UserError[] } };
    const { data, errors } = await clusters.run<MutationData>(query, { input }, account);
    expect(errors ?? []).toEqual([]);
    return data.payload;
  };
  /** Creates a network resource and returns its id. */
  const create = async (account: string, name: string, input: object, field: string): Promise<string> => {
    const fields = `made: ${field} { id }`;
    const { made: part, userErrors } = await mutate<{ made: { id: string } }>(account, name, input, fields);
    expect(userErrors).toEqual([]);
    return part.id;
  };
  return {
    clusters,
    mutate,
    /** Returns the name of an unused account. */
    fresh: () => `net-${(accounts += 1)}`,
    vpc: (account: string, more: object = {}) =>
      create(
        account,
        'createVpc',
        { name: 'net', regionId: 'cn-hangzhou', cidr: '192.168.0.0/16', ...more },
        'vpc',
      ),
    vSwitch: (account: string, vpcId: string, zone: string, cidr: string) =>
      create(
        account,
        'createVSwitch',
        { vpcId, zoneId: `cn-hangzhou-${zone}`, name: `sw-${zone}`, cidr },
        'vSwitch',
      ),
    group: (account: string, vpcId: string, rules: object[]) =>
      create(account, 'createSecurityGroup', { vpcId, name: 'group', rules }, 'securityGroup'),
    remove: (account: string, id: string) =>
      mutate<{ deletedId: string | null }>(account, deletionOf(id), { id }, 'deletedId'),
    create: (account: string, more: object = {}) =>
      mutate<Created>(account, 'createCluster', proCluster(`net-${(names += 1)}`, { ...more }), NETWORK),
    used: async (account: string, resource: string, scope = '') =>
      (await readQuotaUsage(clusters.platform.database.prisma, account, [{ resource, scope }]))[0]?.used,
    [Symbol.asyncDispose]: () => clusters[Symbol.asyncDispose](),
  };
}

const DELETIONS: Readonly<Record<string, string>> = {
  vpc: 'deleteVpc',
  vsw: 'deleteVSwitch',
  sg: 'deleteSecurityGroup',
};

/** The mutation that deletes the network resource of this id. */
export function deletionOf(id: string): string {
  return DELETIONS[id.split('_')[0] ?? ''] ?? 'deleteVpc';
}
