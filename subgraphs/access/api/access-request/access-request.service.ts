import { principalIdsOf } from '../../../../access/model/principal.js';
import { ADMINISTRATOR, predefinedRolesById } from '../../../../access/model/role-id.js';
import { type ScopeColumns, scopeOf } from '../../../../access/store/grants.js';
import { idResult } from '../../../../engine/operations/client-tokens.js';
import { throwNotFound } from '../../../../engine/not-found.js';
import { newId } from '../../../../kernel/ids.js';
import type { Page } from '../../../../kernel/page.js';
import { type Result, throwProblem, toResult } from '../../../../kernel/result.js';
import type { SortedPageRequest } from '../../../../kernel/sorting.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { type AccessChange, type AccessPlatform, changePermissions } from '../../changes/access-change.js';
import type { AccessStores } from '../../changes/administrators.js';
import { requireRole, requireVerb } from '../../changes/delegation.js';
import {
  type AccessRequest,
  type AccessRequestState,
  checkMessage,
  checkRequest,
  MAX_EMERGENCY_MINUTES,
  MAX_PENDING,
  requestAt,
} from '../../model/access-request.js';
import { scopeInWords } from '../../model/permission.js';
import { checkedScope, MAX_PERMISSIONS_OF_PRINCIPAL } from '../../model/permission.rules.js';
import type { Role } from '../../model/role.js';
import type { AccessRequestSelection, AccessRequestStore } from '../../store/access-request.store.js';
import type { TargetStore } from '../../store/target.store.js';
import type { BreakGlassInput, RefuseAccessRequestInput, RequestAccessInput } from './access-request.type.js';

const PATH = ['input', 'accessRequestId'];
const MINUTE = 60_000;
/** The scope of an emergency. */
const ACCOUNT = { regionId: null, clusterId: null, clusterSelector: null, namespaces: [] } as const;

/** The stores that requests need. */
export interface AccessRequestStores extends AccessStores {
  readonly requests: AccessRequestStore;
  readonly targets: TargetStore;
}

/** A mutation of requests. */
interface Mutation<I> {
  readonly name: string;
  readonly input: I & { readonly clientToken?: string | null };
  readonly dryRun: boolean | null | undefined;
}

/** The input of a mutation of one request. */
interface DecisionInput {
  readonly accessRequestId: string;
}

/** Events of requests, with their reasons and what a message says. */
const decisions = {
  ACCESS_REQUESTED: ['AccessRequested', 'asked for'],
  ACCESS_REQUEST_APPROVED: ['AccessRequestApproved', 'got, as requested,'],
  GLASS_BROKEN: ['GlassBroken', 'became, in an emergency,'],
  ACCESS_REQUEST_REFUSED: ['AccessRequestRefused', 'was refused'],
} as const;

/** Requests for permissions, and the decisions about them. */
export class AccessRequestService {
  constructor(
    private readonly platform: AccessPlatform,
    private readonly stores: AccessRequestStores,
  ) {}

  /**
   * Asks for a permission. Whether a cluster exists is not checked: the caller may not see it. Rejects with INVALID_INPUT,
   * NOT_FOUND for a role, UNKNOWN_REGION and LIMIT_EXCEEDED.
   */
  request(
    context: RequestContext,
    input: RequestAccessInput,
    dryRun?: boolean | null,
  ): Promise<Result<AccessRequest | null>> {
    return this.change(context, { name: 'requestAccess', input, dryRun }, async (change) => {
      const { tx, account, actor, at } = change;
      checkRequest(input);
      const scope = checkedScope(input.scope, ['input', 'scope']);
      if (scope.regionId !== null && !(await this.stores.targets.hasRegion(scope.regionId)))
        throwProblem('UNKNOWN_REGION', `There is no region ${scope.regionId}.`, {
          path: ['input', 'scope', 'regionId'],
        });
      const role = await this.stores.roles.find(account, input.roleId, tx);
      if (!role || !maySeeRole(change, role)) return throwNotFound('ROLE', input.roleId, ['input', 'roleId']);
      const principalId = await this.stores.principals.ensureActor(tx, actor, at);
      if ((await this.stores.requests.pendingOf(tx, account, principalId, at)) >= MAX_PENDING)
        throwProblem('LIMIT_EXCEEDED', `You have ${MAX_PENDING} requests that are not decided.`);
      const row: AccessRequest = {
        ...scope,
        id: newId('accessRequest'),
        account,
        principalId,
        roleId: role.id,
        reason: input.reason,
        minutes: input.minutes,
        breakGlass: false,
        state: 'PENDING',
        decidedBy: null,
        decidedAt: null,
        message: null,
        permissionId: null,
        createdAt: at,
      };
      await this.stores.requests.create(tx, row);
      await this.emit(change, 'ACCESS_REQUESTED', row);
      return row;
    });
  }

  /** Makes the caller administrator of the account for some minutes. Rejects with INVALID_INPUT and FORBIDDEN. */
  breakGlass(
    context: RequestContext,
    input: BreakGlassInput,
    dryRun?: boolean | null,
  ): Promise<Result<AccessRequest | null>> {
    return this.change(context, { name: 'breakGlass', input, dryRun }, async (change) => {
      const { tx, account, actor, at } = change;
      checkRequest(input, MAX_EMERGENCY_MINUTES);
      const checked = { scope: ACCOUNT, cluster: undefined, path: ['input'] };
      await requireVerb(change, 'accessRequests.breakGlass', checked);
      const principalId = await this.stores.principals.ensureActor(tx, actor, at);
      const row: AccessRequest = {
        ...ACCOUNT,
        id: newId('accessRequest'),
        account,
        principalId,
        roleId: ADMINISTRATOR,
        reason: input.reason,
        minutes: input.minutes,
        breakGlass: true,
        state: 'APPROVED',
        decidedBy: principalId,
        decidedAt: at,
        message: null,
        permissionId: await this.grant(change, { ...ACCOUNT, principalId, roleId: ADMINISTRATOR, ...input }),
        createdAt: at,
      };
      await this.stores.requests.create(tx, row);
      await this.emit(change, 'GLASS_BROKEN', row);
      return row;
    });
  }

  /**
   * Makes the permission of a request, which ends by itself. Rejects with NOT_FOUND, INVALID_STATE for one that is decided,
   * and FORBIDDEN for the requester itself and for callers who may not grant the permission.
   */
  approve(
    context: RequestContext,
    input: DecisionInput & { readonly clientToken?: string | null },
    dryRun?: boolean | null,
  ): Promise<Result<AccessRequest | null>> {
    return this.change(context, { name: 'approveAccessRequest', input, dryRun }, async (change) => {
      const { tx, account, actor, at } = change;
      const request = await this.decidable(change, input);
      const { principalId } = request;
      if ((await this.stores.principals.byIds(account, [principalId], tx)).length === 0)
        throwProblem('INVALID_STATE', 'The requester does not exist any more.', { path: PATH });
      const grantedBy = await this.stores.principals.ensureActor(tx, actor, at);
      const permissionId = await this.grant(change, request);
      const decision = { state: 'APPROVED', decidedBy: grantedBy, decidedAt: at, permissionId } as const;
      await this.stores.requests.decide(tx, request, decision);
      await this.emit(change, 'ACCESS_REQUEST_APPROVED', request);
      return request;
    });
  }

  /** Rejects with the codes of `approve`. */
  refuse(
    context: RequestContext,
    input: RefuseAccessRequestInput,
    dryRun?: boolean | null,
  ): Promise<Result<AccessRequest | null>> {
    return this.change(context, { name: 'refuseAccessRequest', input, dryRun }, async (change) => {
      const { tx, actor, at } = change;
      checkMessage(input.message);
      const request = await this.decidable(change, input);
      const decidedBy = await this.stores.principals.ensureActor(tx, actor, at);
      const message = input.message ?? null;
      await this.stores.requests.decide(tx, request, { state: 'REFUSED', decidedBy, decidedAt: at, message });
      await this.emit(change, 'ACCESS_REQUEST_REFUSED', request);
      return request;
    });
  }

  /** Rejects with NOT_FOUND for requests of others, and INVALID_STATE for one that is decided. */
  withdraw(
    context: RequestContext,
    input: DecisionInput & { readonly clientToken?: string | null },
    dryRun?: boolean | null,
  ): Promise<Result<AccessRequest | null>> {
    return this.change(context, { name: 'withdrawAccessRequest', input, dryRun }, async (change) => {
      const { tx, account, actor, at } = change;
      const request = await this.stores.requests.find(account, input.accessRequestId, tx);
      if (!request || request.principalId !== principalIdsOf(actor)[0])
        return throwNotFound('ACCESS_REQUEST', input.accessRequestId, PATH);
      requirePending(requestAt(request, at));
      await this.stores.requests.decide(tx, request, { state: 'WITHDRAWN', decidedAt: at });
      return request;
    });
  }

  /** A page of the requests that the caller may see: its own, and those in scopes in which it may read them. */
  async page(
    context: RequestContext,
    state: AccessRequestState | undefined,
    request: SortedPageRequest<AccessRequest>,
  ): Promise<Page<AccessRequest>> {
    const selection = await this.select(context, state);
    const page = await this.stores.requests.page(context.actor.account, selection, request);
    return { ...page, items: page.items.map((item) => requestAt(item, selection.at)) };
  }

  async count(context: RequestContext, state: AccessRequestState | undefined): Promise<number> {
    return this.stores.requests.count(context.actor.account, await this.select(context, state));
  }

  private async select(
    context: RequestContext,
    state: AccessRequestState | undefined,
  ): Promise<AccessRequestSelection> {
    const { account } = context.actor;
    const at = this.platform.clock.now();
    const rights = await context.rights();
    if (rights.isUnrestricted('accessRequests.read', at)) return { at, state };
    const scopes = await this.stores.requests.scopes(account);
    const named = scopes.flatMap(({ clusterId }) => clusterId ?? []);
    const clusters = await this.stores.targets.clusters(account, named);
    const readable = scopes.filter((scope) =>
      rights.contains('accessRequests.read', scopeOf(scope), at, clusters.get(scope.clusterId ?? '')),
    );
    return {
      at,
      state,
      visible: { scopes: readable, principalIds: principalIdsOf(context.actor).slice(0, 1) },
    };
  }

  /** A request that is not decided, and that the caller may decide: it could grant the permission itself. */
  private async decidable(
    change: AccessChange,
    { accessRequestId: id }: DecisionInput,
  ): Promise<AccessRequest> {
    const { tx, account } = change;
    const { request, cluster } = await this.visible(change, id);
    if (request.clusterId !== null && !cluster) return throwNotFound('CLUSTER', request.clusterId, PATH);
    const checked = { scope: request, cluster, path: PATH, until: endOf(request, change.at) };
    await requireVerb(change, 'accessRequests.approve', checked);
    await requireVerb(change, 'permissions.grant', checked);
    const role = await this.stores.roles.find(account, request.roleId, tx);
    if (!role) return throwNotFound('ROLE', request.roleId, PATH);
    await requireRole(change, role, checked);
    requirePending(requestAt(request, change.at));
    return request;
  }

  /** A request of another principal that the caller may see, and the cluster of its scope. */
  private async visible({ tx, account, actor, rights, at }: AccessChange, id: string) {
    const request = await this.stores.requests.find(account, id, tx);
    if (!request) return throwNotFound('ACCESS_REQUEST', id, PATH);
    if (request.principalId === principalIdsOf(actor)[0])
      return throwProblem('FORBIDDEN', 'Another principal decides about your request.', { path: PATH });
    const { clusterId } = request;
    const cluster =
      clusterId === null ? undefined : await this.stores.targets.cluster(account, clusterId, tx);
    return rights.contains('accessRequests.read', scopeOf(request), at, cluster)
      ? { request, cluster }
      : throwNotFound('ACCESS_REQUEST', id, PATH);
  }

  /** Makes a permission that ends after the minutes of a request; returns its id. */
  private async grant(
    { tx, account, actor, at }: AccessChange,
    terms: Pick<AccessRequest, 'principalId' | 'roleId' | 'reason' | 'minutes' | keyof ScopeColumns>,
  ): Promise<string> {
    const { principalId, roleId, regionId, clusterId, clusterSelector, namespaces, reason } = terms;
    const own = await this.stores.permissions.all(account, { principalIds: [principalId] }, tx);
    if (own.length >= MAX_PERMISSIONS_OF_PRINCIPAL)
      throwProblem('LIMIT_EXCEEDED', `A principal has at most ${MAX_PERMISSIONS_OF_PRINCIPAL} permissions.`);
    const id = newId('permission');
    const grantedBy = await this.stores.principals.ensureActor(tx, actor, at);
    await this.stores.permissions.create(tx, {
      ...{ id, account, principalId, roleId, effect: 'ALLOW' as const, reason, grantedBy, grantedAt: at },
      ...{ regionId, clusterId, clusterSelector, namespaces },
      expiresAt: endOf(terms, at),
    });
    return id;
  }

  private async emit(
    { tx, account, actor }: AccessChange,
    type: keyof typeof decisions,
    request: AccessRequest,
  ): Promise<void> {
    const { id, principalId, roleId, clusterId, minutes } = request;
    const [holder] = await this.stores.principals.byIds(account, [principalId], tx);
    const role = (await this.stores.roles.find(account, roleId, tx))?.name ?? roleId;
    const [reason, verb] = decisions[type];
    const subject = holder?.name ?? '';
    tx.emit(account, {
      category: 'ACCESS',
      type,
      reason,
      level: type === 'GLASS_BROKEN' ? 'WARNING' : 'INFO',
      message: `${subject} ${verb} ${role} in ${scopeInWords(request)} for ${minutes} minutes.`,
      ...(clusterId !== null && { clusterId }),
      data: { subject, actor: actor.subject, accessRequestId: id, principalId, role, reason: request.reason },
    });
  }

  private change<I>(
    { actor }: RequestContext,
    { name: mutation, input, dryRun }: Mutation<I>,
    make: (change: AccessChange) => Promise<{ readonly id: string }>,
  ): Promise<Result<AccessRequest | null>> {
    return toResult(async () => {
      const request = { actor, mutation, input, dryRun, result: idResult };
      const { accessRequest } = await changePermissions(this.platform, request, {
        make: async (change) => ({ id: (await make(change)).id }),
        read: async (tx, { id }) => ({
          accessRequest: (await this.stores.requests.find(actor.account, id, tx)) ?? null,
        }),
      });
      return accessRequest;
    });
  }
}

/** Custom roles exist only for those who may read them. */
function maySeeRole({ rights, at }: AccessChange, { id }: Role): boolean {
  return predefinedRolesById.has(id) || rights.decide('roles.read', {}, at).allowed;
}

/** When the permission of a request that is approved now ends. */
function endOf({ minutes }: Pick<AccessRequest, 'minutes'>, at: Date): Date {
  return new Date(at.getTime() + minutes * MINUTE);
}

function requirePending({ state }: AccessRequest): void {
  if (state !== 'PENDING') throwProblem('INVALID_STATE', `The request is ${state} already.`, { path: PATH });
}
