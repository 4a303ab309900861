import { ACCOUNT_GROUP } from '../../../../access/model/group-name.js';
import { groupKey, principalId, serviceAccountKey } from '../../../../access/model/principal.js';
import { tokenScopesOf } from '../../../../access/model/verb.js';
import { keyText, newSecret, serviceAccountSubject } from '../../../../access/service-account-key.js';
import type { EventType } from '../../../../engine/events/event-kinds.js';
import { idResult } from '../../../../engine/operations/client-tokens.js';
import { throwNotFound } from '../../../../engine/not-found.js';
import type { Actor } from '../../../../kernel/actor.js';
import { newId } from '../../../../kernel/ids.js';
import { type Result, throwProblem, toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { type AccessChange, type AccessPlatform, changePermissions } from '../../changes/access-change.js';
import type { AccessStores } from '../../changes/administrators.js';
import { requireRole, requireVerb } from '../../changes/delegation.js';
import { checkDescription, checkName } from '../../model/role.rules.js';
import { isValidKey, type ServiceAccount, type ServiceAccountKey } from '../../model/service-account.js';
import {
  checkedScopes,
  checkKeyEnd,
  MAX_ENDED_KEYS,
  MAX_SERVICE_ACCOUNTS,
  MAX_VALID_KEYS,
} from '../../model/service-account.rules.js';
import type { ServiceAccountStore } from '../../store/service-account.store.js';
import type { TargetStore } from '../../store/target.store.js';
import type {
  CreateServiceAccountInput,
  CreateServiceAccountKeyInput,
  DeleteServiceAccountInput,
  RevokeServiceAccountKeyInput,
} from './service-account.type.js';

/** Service accounts belong to the whole account. */
const ACCOUNT = {
  scope: { regionId: null, clusterId: null, clusterSelector: null, namespaces: [] },
  cluster: undefined,
  path: ['input'],
} as const;

/** The stores that changes of service accounts need. */
export interface ServiceAccountStores extends AccessStores {
  readonly serviceAccounts: ServiceAccountStore;
  readonly targets: TargetStore;
}

/** A mutation of service accounts. */
interface Mutation<I> {
  readonly name: string;
  readonly input: I & { readonly clientToken?: string | null };
  readonly dryRun: boolean | null | undefined;
}

/** A new key, and its text, which is shown once. */
export interface NewKey {
  readonly key: ServiceAccountKey | null;
  readonly bearerToken: string | null;
}

/** Creates and deletes service accounts and their keys. */
export class ServiceAccountService {
  constructor(
    private readonly platform: AccessPlatform,
    private readonly stores: ServiceAccountStores,
  ) {}

  /** Rejects with INVALID_INPUT, DUPLICATE_NAME, LIMIT_EXCEEDED and FORBIDDEN. */
  create(
    context: RequestContext,
    input: CreateServiceAccountInput,
    dryRun?: boolean | null,
  ): Promise<Result<ServiceAccount | null>> {
    const { serviceAccounts, principals } = this.stores;
    return this.change(context, { name: 'createServiceAccount', input, dryRun }, async (change) => {
      const { tx, account, actor, at } = change;
      await requireVerb(change, 'serviceAccounts.create', ACCOUNT);
      const { name } = input;
      checkName(name, ['input', 'name']);
      const description = checkDescription(input.description ?? '', ['input', 'description']);
      if (await serviceAccounts.hasName(account, name, tx))
        throwProblem('DUPLICATE_NAME', `The account has a service account ${name}.`, {
          path: ['input', 'name'],
        });
      if ((await serviceAccounts.count(account, tx)) >= MAX_SERVICE_ACCOUNTS)
        throwProblem('LIMIT_EXCEEDED', `An account has at most ${MAX_SERVICE_ACCOUNTS} service accounts.`);
      const createdBy = await principals.ensureActor(tx, actor, at);
      const id = newId('serviceAccount');
      const holder = principalId(account, serviceAccountKey(id));
      await serviceAccounts.create(tx, {
        ...{ id, account, name, description, principalId: holder, createdBy, createdAt: at },
      });
      emit(change, 'SERVICE_ACCOUNT_CREATED', { name, message: `The service account ${name} was created.` });
      return { id };
    });
  }

  /** Rejects with NOT_FOUND and FORBIDDEN. */
  delete(
    context: RequestContext,
    input: DeleteServiceAccountInput,
    dryRun?: boolean | null,
  ): Promise<Result<ServiceAccount | null>> {
    return this.change(context, { name: 'deleteServiceAccount', input, dryRun }, async (change) => {
      await requireVerb(change, 'serviceAccounts.delete', ACCOUNT);
      const found = await this.find(change, input.id, ['input', 'id']);
      await this.stores.serviceAccounts.delete(change.tx, found);
      const { name } = found;
      emit(change, 'SERVICE_ACCOUNT_DELETED', { name, message: `The service account ${name} was deleted.` });
      return { id: found.id };
    });
  }

  /**
   * Rejects with INVALID_INPUT, NOT_FOUND, LIMIT_EXCEEDED while two keys are valid, and FORBIDDEN for a caller who lacks what
   * the service account may do with the scopes of the key.
   */
  createKey(
    { actor }: RequestContext,
    input: CreateServiceAccountKeyInput,
    dryRun?: boolean | null,
  ): Promise<Result<NewKey>> {
    return toResult(async () => {
      let bearerToken: string | null = null;
      const request = { actor, mutation: 'createServiceAccountKey', input, dryRun, result: idResult };
      const { key } = await changePermissions(this.platform, request, {
        make: async (change) => {
          const { id, secret } = await this.makeKey(change, input);
          bearerToken = keyText(id, secret);
          return { id };
        },
        read: async (tx, { id }) => ({ key: await this.readKey(actor.account, id, tx) }),
      });
      return { key, bearerToken: dryRun ? null : bearerToken };
    });
  }

  /** Rejects with NOT_FOUND and FORBIDDEN. A key that is revoked already stays as it is. */
  revokeKey(
    { actor }: RequestContext,
    input: RevokeServiceAccountKeyInput,
    dryRun?: boolean | null,
  ): Promise<Result<ServiceAccountKey | null>> {
    return toResult(async () => {
      const request = { actor, mutation: 'revokeServiceAccountKey', input, dryRun, result: idResult };
      const { key } = await changePermissions(this.platform, request, {
        make: async (change) => {
          await requireVerb(change, 'serviceAccountKeys.revoke', ACCOUNT);
          const { tx, account, at } = change;
          const found = await this.stores.serviceAccounts.findKey(account, input.id, tx);
          if (!found) return throwNotFound('SERVICE_ACCOUNT_KEY', input.id, ['input', 'id']);
          await this.stores.serviceAccounts.revokeKey(tx, account, found.id, at);
          const { name } = await this.find(change, found.serviceAccountId, ['input', 'id']);
          const message = `A key of the service account ${name} was revoked.`;
          if (found.revokedAt === null)
            emit(change, 'SERVICE_ACCOUNT_KEY_REVOKED', { name, message, keyId: found.id });
          return { id: found.id };
        },
        read: async (tx, { id }) => ({ key: await this.readKey(actor.account, id, tx) }),
      });
      return key;
    });
  }

  private async makeKey(
    change: AccessChange,
    input: CreateServiceAccountKeyInput,
  ): Promise<{ readonly id: string; readonly secret: string }> {
    const { tx, account, actor, at } = change;
    const { serviceAccounts, principals } = this.stores;
    await requireVerb(change, 'serviceAccountKeys.create', ACCOUNT);
    const found = await this.find(change, input.serviceAccountId, ['input', 'serviceAccountId']);
    checkKeyEnd(input.expiresAt, at, ['input', 'expiresAt']);
    const scopes = checkedScopes(input.scopes, actor.scopes ?? [], ['input', 'scopes']);
    await this.requireIdentified(change);
    await this.requireRightsOf(change, found, { scopes, until: input.expiresAt });
    await this.makeRoom(change, found);
    const createdBy = await principals.ensureActor(tx, actor, at);
    const id = newId('serviceAccountKey');
    const { secret, digest } = newSecret();
    const row = {
      ...{ id, account, serviceAccountId: found.id, scopes, createdBy, createdAt: at },
      ...{ expiresAt: input.expiresAt, lastUsedAt: null, revokedAt: null },
    };
    await serviceAccounts.createKey(tx, row, digest);
    const { name } = found;
    const message = `A key of the service account ${name} was created, until ${input.expiresAt.toISOString()}.`;
    emit(change, 'SERVICE_ACCOUNT_KEY_CREATED', { name, message, keyId: id });
    return { id, secret };
  }

  /** A key does not say whether the holder of the account is identified, so it counts as if it were. */
  private async requireIdentified({ tx, account, actor }: AccessChange): Promise<void> {
    if (actor.verified !== false) return;
    if (await this.stores.serviceAccounts.isIdentified(tx, account)) return;
    throwProblem('FORBIDDEN', 'The holder of the account is not identified. Call verifyAccount first.');
  }

  /**
   * The caller could use the key, so it must have what the key gives, until the key ends. Denials of the service account do not
   * count.
   */
  private async requireRightsOf(
    change: AccessChange,
    { principalId: holder }: ServiceAccount,
    { scopes, until }: { readonly scopes: readonly string[]; readonly until: Date },
  ): Promise<void> {
    const { tx, account, at } = change;
    const { permissions, roles, targets } = this.stores;
    const principalIds = [holder, principalId(account, groupKey(ACCOUNT_GROUP))];
    const own = await permissions.all(account, { principalIds, activeAt: at }, tx);
    const allowing = own.filter(({ effect }) => effect === 'ALLOW');
    const roleOf = await roles.byIds(
      account,
      allowing.map(({ roleId }) => roleId),
      tx,
    );
    const clusters = await targets.clusters(
      account,
      allowing.flatMap(({ clusterId }) => clusterId ?? []),
      tx,
    );
    for (const permission of allowing) {
      const { name, verbs } = roleOf.get(permission.roleId) ?? { name: permission.roleId, verbs: [] };
      const reached = verbs.filter((verb) => tokenScopesOf(verb).every((scope) => scopes.includes(scope)));
      const cluster = clusters.get(permission.clusterId ?? '');
      await requireRole(
        change,
        { name, verbs: reached },
        { scope: permission, cluster, path: ['input'], until },
      );
    }
  }

  /** Rejects a third valid key, and forgets keys that ended long ago. */
  private async makeRoom({ tx, account, at }: AccessChange, { id, name }: ServiceAccount): Promise<void> {
    const keys = await this.stores.serviceAccounts.keysOf(account, [id], tx);
    if (keys.filter((key) => isValidKey(key, at)).length >= MAX_VALID_KEYS)
      throwProblem(
        'LIMIT_EXCEEDED',
        `The service account ${name} has ${MAX_VALID_KEYS} valid keys. Revoke one first.`,
        { path: ['input', 'serviceAccountId'] },
      );
    const ended = keys.filter((key) => !isValidKey(key, at)).slice(MAX_ENDED_KEYS - 1);
    await this.stores.serviceAccounts.deleteKeys(
      tx,
      account,
      ended.map((key) => key.id),
    );
  }

  private async find(
    { tx, account }: AccessChange,
    id: string,
    path: readonly string[],
  ): Promise<ServiceAccount> {
    return (
      (await this.stores.serviceAccounts.find(account, id, tx)) ?? throwNotFound('SERVICE_ACCOUNT', id, path)
    );
  }

  private async readKey(
    account: string,
    id: string,
    tx: Parameters<ServiceAccountStore['findKey']>[2],
  ): Promise<ServiceAccountKey | null> {
    return (await this.stores.serviceAccounts.findKey(account, id, tx)) ?? null;
  }

  private change<I>(
    { actor }: RequestContext,
    { name: mutation, input, dryRun }: Mutation<I>,
    make: (change: AccessChange) => Promise<{ readonly id: string }>,
  ): Promise<Result<ServiceAccount | null>> {
    return toResult(async () => {
      const request = { actor, mutation, input, dryRun, result: idResult };
      const { serviceAccount } = await changePermissions(this.platform, request, {
        make,
        read: async (tx, { id }) => ({
          serviceAccount: (await this.stores.serviceAccounts.find(actor.account, id, tx)) ?? null,
        }),
      });
      return serviceAccount;
    });
  }
}

interface ChangedAccount {
  /** Name of the service account. */
  readonly name: string;
  readonly message: string;
  readonly keyId?: string;
}

/** The reason of each event, as Kubernetes writes them. */
const reasons = {
  SERVICE_ACCOUNT_CREATED: 'ServiceAccountCreated',
  SERVICE_ACCOUNT_DELETED: 'ServiceAccountDeleted',
  SERVICE_ACCOUNT_KEY_CREATED: 'ServiceAccountKeyCreated',
  SERVICE_ACCOUNT_KEY_REVOKED: 'ServiceAccountKeyRevoked',
} as const satisfies Partial<Record<EventType, string>>;

function emit(
  {
    tx,
    account,
    actor,
  }: { readonly tx: AccessChange['tx']; readonly account: string; readonly actor: Actor },
  type: keyof typeof reasons,
  { name, message, keyId }: ChangedAccount,
): void {
  const data = { subject: serviceAccountSubject(name), actor: actor.subject, ...(keyId && { keyId }) };
  tx.emit(account, { category: 'ACCESS', type, reason: reasons[type], message, data });
}
