import { systemClock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import type { Actor } from '../../../kernel/actor.js';
import { createAccessSubgraph } from '../../../subgraphs/access/subgraph.js';
import { testActor } from '../../kit/actor.js';
import { type AskAs, askSubgraphAs } from '../../kit/ask-subgraph.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';

/** The subgraph `access` on a separate database. */
export interface AccessWorld extends AsyncDisposable {
  readonly kit: TestDatabase;
  readonly ask: AskAs;
  /** Writes a cluster; returns its id. */
  cluster(account: string, more?: { readonly labels?: object; readonly regionId?: string }): Promise<string>;
}

export async function startAccess(): Promise<AccessWorld> {
  const kit = await createTestDatabase();
  const platform = { database: kit.database, clock: systemClock, rights: kit.rights };
  const subgraph = await createAccessSubgraph(platform);
  return {
    kit,
    ask: askSubgraphAs(subgraph),
    async cluster(account, { labels = {}, regionId = 'cn-hangzhou' } = {}) {
      const id = newId('cluster');
      await kit.database.prisma.cluster.create({
        data: {
          ...{ id, account, regionId, labels, name: id, state: 'RUNNING', type: 'MANAGED_KUBERNETES' },
          ...{ profile: 'DEFAULT', spec: 'PRO', product: 'ACK_PRO', zoneIds: [], version: '1.34.1' },
          ...{ timeZone: 'UTC', createdAt: new Date() },
        },
      });
      return id;
    },
    [Symbol.asyncDispose]: () => kit[Symbol.asyncDispose](),
  };
}

/** A user of an account, with a token of all scopes. */
export function user(account: string, subject: string, more: Partial<Actor> = {}): Actor {
  return { ...testActor(account, { subject }), ...more };
}

/** An input of `grantPermissions` that gives a user a role. */
export function toUser(name: string, role: string, more: object = {}) {
  return { principal: { kind: 'USER', name }, roleId: `role_${role}`, ...more };
}

const GRANT = `mutation ($input: GrantPermissionsInput!, $dryRun: Boolean) {
  grantPermissions(input: $input, dryRun: $dryRun) { permissions { id } userErrors { code message path } } }`;
const REVOKE = `mutation ($input: RevokePermissionsInput!) {
  revokePermissions(input: $input) { permissions { id } userErrors { code message path } } }`;

/** The result of a change of permissions. */
export interface Changed {
  readonly ids: readonly string[];
  readonly codes: readonly string[];
  readonly messages: readonly string[];
}

interface Payload {
  readonly permissions: readonly { readonly id: string }[];
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}

export async function grant(
  { ask }: AccessWorld,
  actor: Actor,
  permissions: readonly object[],
  { dryRun = false, clientToken }: { readonly dryRun?: boolean; readonly clientToken?: string } = {},
): Promise<Changed> {
  const input = { permissions, clientToken };
  const { data } = await ask<{ grantPermissions: Payload }>(actor, GRANT, { input, dryRun });
  return changedOf(data.grantPermissions);
}

export async function revoke(
  { ask }: AccessWorld,
  actor: Actor,
  permissionIds: readonly string[],
): Promise<Changed> {
  const { data } = await ask<{ revokePermissions: Payload }>(actor, REVOKE, { input: { permissionIds } });
  return changedOf(data.revokePermissions);
}

function changedOf({ permissions, userErrors }: Payload): Changed {
  return {
    ids: permissions.map(({ id }) => id),
    codes: userErrors.map(({ code }) => code),
    messages: userErrors.map(({ message }) => message),
  };
}

/** Makes `root` the only administrator of an account. */
export async function foundAccount(world: AccessWorld, account: string): Promise<Actor> {
  const root = user(account, 'root');
  await grant(world, root, [toUser('root', 'administrator')]);
  await revoke(world, root, ['permission_default']);
  return root;
}

interface KeyPayload {
  readonly key: { readonly id: string } | null;
  readonly bearerToken: string | null;
  readonly userErrors: readonly { readonly code: string }[];
}

interface ServiceAccountPayload {
  readonly serviceAccount: { readonly id: string; readonly principal: { readonly id: string } } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

/** Creates a service account; returns its id, empty if that was rejected. */
export async function createServiceAccount({ ask }: Pick<AccessWorld, 'ask'>, actor: Actor, name: string) {
  const { data } = await ask<{ createServiceAccount: ServiceAccountPayload }>(
    actor,
    `mutation ($name: String!) { createServiceAccount(input: { name: $name }) {
      serviceAccount { id principal { id } } userErrors { code } } }`,
    { name },
  );
  const { serviceAccount, userErrors } = data.createServiceAccount;
  return { id: serviceAccount?.id ?? '', codes: userErrors.map(({ code }) => code) };
}

const DAY = 24 * 3_600_000;

/** Creates a key that ends after a day. */
export async function createKey(
  { ask }: Pick<AccessWorld, 'ask'>,
  actor: Actor,
  serviceAccountId: string,
  {
    expiresAt = new Date(Date.now() + DAY),
    ...more
  }: { readonly expiresAt?: Date; readonly [name: string]: unknown } = {},
) {
  const { data } = await ask<{ createServiceAccountKey: KeyPayload }>(
    actor,
    `mutation ($input: CreateServiceAccountKeyInput!) { createServiceAccountKey(input: $input) {
      key { id } bearerToken userErrors { code } } }`,
    { input: { serviceAccountId, expiresAt, ...more } },
  );
  const { key, bearerToken, userErrors } = data.createServiceAccountKey;
  return { id: key?.id ?? '', bearerToken: bearerToken ?? '', codes: userErrors.map(({ code }) => code) };
}
