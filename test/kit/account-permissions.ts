import { logEvents } from '../../engine/events/event-transaction.js';
import { newId } from '../../kernel/ids.js';
import type { OpenDatabase } from '../../kernel/postgres/database.js';
import { graphqlRequest, testToken } from './platform.js';

/** Who gets a role, and where. */
interface GrantRequest {
  readonly to: string;
  readonly role: string;
  readonly scope?: object;
  readonly expiresAt?: string;
  readonly effect?: 'DENY';
}

/** An account with one administrator, `root`, and without permissions of anyone else. */
export interface RestrictedAccount {
  readonly account: string;
  /** Grants a role as `root`; returns the id of the permission. */
  grant(request: GrantRequest): Promise<string>;
  revoke(permissionId: string): Promise<void>;
}

interface Changed {
  readonly permissions: readonly { readonly id: string }[];
  readonly userErrors: readonly object[];
}

const GRANT = `mutation ($input: GrantPermissionsInput!) {
  changed: grantPermissions(input: $input) { permissions { id } userErrors { code message } } }`;
const REVOKE = `mutation ($input: RevokePermissionsInput!) {
  changed: revokePermissions(input: $input) { permissions { id } userErrors { code message } } }`;

/** Makes `root` the only administrator of an account, through the graph at `url`. */
export async function restrictAccount(url: string, account: string): Promise<RestrictedAccount> {
  const token = await testToken(account, { subject: 'root' });
  const change = async (query: string, input: object): Promise<string> => {
    const { data, errors } = await graphqlRequest<{ changed: Changed }>(url, {
      ...{ query, variables: { input }, token },
    });
    const { permissions = [], userErrors = [] } = data?.changed ?? {};
    if (errors || userErrors.length > 0) throw new Error(JSON.stringify([errors, userErrors]));
    return permissions[0]?.id ?? '';
  };
  const grant = ({ to, role, ...more }: GrantRequest) =>
    change(GRANT, {
      permissions: [{ principal: { kind: 'USER', name: to }, roleId: `role_${role}`, ...more }],
    });
  const revoke = async (id: string) => void (await change(REVOKE, { permissionIds: [id] }));
  await grant({ to: 'root', role: 'administrator' });
  await revoke('permission_default');
  return { account, grant, revoke };
}

/** Writes a cluster; returns its id. */
export async function writeCluster(
  { prisma }: Pick<OpenDatabase, 'prisma'>,
  account: string,
  { labels = {}, regionId = 'cn-hangzhou', name }: { name: string; labels?: object; regionId?: string },
): Promise<string> {
  const id = newId('cluster');
  await prisma.cluster.create({
    data: {
      ...{ id, account, regionId, labels, name, state: 'RUNNING', type: 'MANAGED_KUBERNETES' },
      ...{ profile: 'DEFAULT', spec: 'PRO', product: 'ACK_PRO', zoneIds: [], version: '1.34.1' },
      ...{ timeZone: 'UTC', createdAt: new Date() },
    },
  });
  return id;
}

/** Appends an event of each cluster, with `message`. */
export async function appendEvents(
  { prisma }: Pick<OpenDatabase, 'prisma'>,
  account: string,
  ...events: readonly (readonly [clusterId: string, message: string])[]
): Promise<void> {
  await logEvents(
    prisma,
    account,
    new Date(),
    events.map(([clusterId, message]) => ({
      ...{ category: 'PROVISIONING', type: 'NODE_READY', reason: 'NodeReady', level: 'INFO' },
      ...{ message, clusterId, data: {} },
    })) as never,
  );
}
