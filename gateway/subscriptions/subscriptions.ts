import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Actor } from '../../kernel/actor.js';
import { type MaybePromise, handleMaybePromise } from '../../kernel/maybe-promise.js';
import type { GraphExecutor } from '../execution/graph-executor.js';
import { AccountCounter } from '../request/limits/account-counter.js';
import type { Limits } from '../request/limits/limits.js';
import { coded } from '../errors/coded-error.js';
import type { PreparedRequest, RejectedRequest } from '../request/request-preparer.js';
import { ClientSubscription, type Sink } from './client-subscription.js';
import { SubscriptionGroup } from './subscription-group.js';
import { operationKey } from './operation-key.js';
import { SubscriberRights, type SubscriberRightsOptions } from './subscriber-rights.js';
import { type SharedBy, permissionsKey, rightsKey, variablesKey } from './share-key.js';
import { afterOf } from '../document/subscription-traits.js';

export interface SubscriptionsOptions {
  readonly executor: GraphExecutor;
  readonly limits: Limits;
  readonly sharedBy: SharedBy;
  /** Where the rights of subscribers are read, so that subjects with equal ones share executions. Default: by `sharedBy`. */
  readonly rights?: Pick<SubscriberRightsOptions, 'field' | 'open'> | undefined;
  /** Called for each event that cannot be delivered to a client. */
  readonly dropped: () => void;
  /** Prepares a request with the active supergraph. */
  readonly prepare: (
    prepared: PreparedRequest,
    actor: Actor,
  ) => MaybePromise<PreparedRequest | RejectedRequest>;
}

/** An admitted subscription of a client. */
export interface Subscribing {
  readonly prepared: PreparedRequest;
  readonly actor: Actor;
  readonly requestId: string;
}

/** Clients with the same key share executions, which act as the actor of one of them. */
interface Sharing {
  readonly key: string;
  readonly actor: Actor;
}

/** A group, and the function that stops counting it for its account. */
interface CountedGroup {
  readonly group: SubscriptionGroup;
  readonly leave: () => void;
}

/**
 * All subscriptions of a gateway. Clients with the same operation, variables and permissions share one
 * execution.
 */
export class Subscriptions {
  private readonly groups = new Map<string, CountedGroup>();

  /** Number of groups per account. */
  private readonly executions: AccountCounter;
  private readonly rights: SubscriberRights | undefined;
  /** The actors of executions, by the client that opens one. */
  private readonly actors = new WeakMap<ClientSubscription, Actor>();

  constructor(private readonly options: SubscriptionsOptions) {
    this.executions = new AccountCounter(options.limits.subscriptionsPerAccount);
    this.rights =
      options.rights &&
      new SubscriberRights({
        ...options.rights,
        changed: (subscription) => subscription.fail([accessChanged()]),
        lost: (subscription) => subscription.moveOrFail(),
      });
  }

  /**
   * Subscribes a client, after a position or at the start given by the operation. Errors are delivered to the
   * sink.
   */
  subscribe(subscribing: Subscribing, sink: Sink, after?: string): ClientSubscription {
    const { streamQueue: maxEvents, streamQueueBytes: bytes } = this.options.limits;
    const subscription = new ClientSubscription({
      sink,
      maxEvents,
      maxBytes: bytes,
      resubscribe: (subscription) => this.resubscribe(subscription, subscribing),
      dropped: this.options.dropped,
      ended: (subscription) => this.rights?.leave(subscribing.actor, subscription),
    });
    this.joinByRights(
      subscription,
      subscribing,
      subscribing.prepared.operation.stream?.resumable ? after : undefined,
    );
    return subscription;
  }

  /** Moves every stream to the new supergraph, after its position. */
  reload(): void {
    const groups = [...this.groups.values()];
    this.groups.clear();
    for (const { group, leave } of groups) {
      // Clients that continue are counted in their new groups.
      leave();
      group.retire();
    }
  }

  private resubscribe(subscription: ClientSubscription, subscribing: Subscribing): void {
    handleMaybePromise(
      () => this.options.prepare(subscribing.prepared, subscribing.actor),
      (prepared) => {
        if (subscription.ended) return;
        if ('errors' in prepared) subscription.fail(prepared.errors);
        else this.joinByRights(subscription, { ...subscribing, prepared }, subscription.position);
      },
      (error) => subscription.fail([failure(error)]),
    );
  }

  private joinByRights(
    subscription: ClientSubscription,
    subscribing: Subscribing,
    position: string | undefined,
  ): void {
    const { actor } = subscribing;
    const { sharedBy } = this.options;
    const bySetting = { key: permissionsKey(actor, sharedBy), actor: sharedActor(actor, sharedBy) };
    if (!this.rights) return this.join(subscription, subscribing, { position, sharing: bySetting });
    void this.rights.follow(sharedActor(actor, 'subject'), subscription).then((rights) => {
      if (subscription.ended) return;
      const sharing =
        rights === undefined
          ? bySetting
          : { key: rightsKey(actor, rights), actor: { ...sharedActor(actor, 'subject'), rights } };
      this.join(subscription, subscribing, { position, sharing });
    });
  }

  private join(
    subscription: ClientSubscription,
    { prepared, actor, requestId }: Subscribing,
    { position, sharing }: { readonly position: string | undefined; readonly sharing: Sharing },
  ): void {
    this.actors.set(subscription, sharing.actor);
    const { document, operation, request, view } = prepared;
    const { stream: traits, definition } = operation;
    if (!traits) throw new Error('this is not a subscription');
    const after = position ?? afterOf(traits, definition, request.variables);
    const variables = { ...request.variables };
    if (traits.afterVariable !== undefined) delete variables[traits.afterVariable];
    const key = [
      // The start position is not part of the key. For a filtered operation the original document counts.
      operationKey(view ? document : traits.document, request.operationName),
      sharing.key,
      variablesKey(traits.kind === 'log' ? variables : { variables, after }),
    ].join('\n');
    const existing = this.groups.get(key);
    if (existing) return existing.group.join(subscription, after);
    const leave = this.executions.take(actor.account);
    if (!leave) return subscription.fail([tooMany(this.options.limits.subscriptionsPerAccount)]);
    const group: SubscriptionGroup = new SubscriptionGroup({
      traits,
      open: (from, signal, opener) =>
        this.options.executor.subscribe(
          prepared,
          {
            actor: this.actors.get(opener) ?? sharing.actor,
            requestId,
            kind: OperationTypeNode.SUBSCRIPTION,
            signal,
          },
          from,
        ),
      closed: () => {
        leave();
        if (this.groups.get(key)?.group === group) this.groups.delete(key);
      },
    });
    this.groups.set(key, { group, leave });
    group.join(subscription, after);
  }
}

function tooMany(maximum: number): GraphQLError {
  return coded(
    'LIMIT_EXCEEDED',
    `The account may have ${maximum} different subscriptions. End others first.`,
    {
      limit: 'subscriptionsPerAccount',
      maximum,
    },
  );
}

function accessChanged(): GraphQLError {
  return coded('ACCESS_CHANGED', 'Your permissions have changed. Subscribe again.', {});
}

/** The sink masks it like any other error. */
function failure(error: unknown): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(String(error));
}

/**
 * The actor of a shared execution, without anything specific to its first client. Token expiry is watched per
 * client; the execution lasts until the last client leaves.
 */
function sharedActor(
  { expiresAt: _, issuedAt: __, keyId: ___, ...rights }: Actor,
  sharedBy: SharedBy,
): Actor {
  return sharedBy === 'account' ? { ...rights, subject: '' } : rights;
}
