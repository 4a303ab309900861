import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Actor } from '../../kernel/actor.js';
import { type MaybePromise, handleMaybePromise } from '../../kernel/maybe-promise.js';
import type { GraphExecutor } from '../execution/graph-executor.js';
import { AccountCounter } from '../request/limits/account-counter.js';
import type { Limits } from '../request/limits/limits.js';
import { coded } from '../errors/coded-error.js';
import type { PreparedRequest, RefusedRequest } from '../request/request-preparer.js';
import { ClientSubscription, type Sink } from './client-subscription.js';
import { SubscriptionGroup } from './subscription-group.js';
import { operationKey } from './operation-key.js';
import { type SharedBy, permissionsKey, variablesKey } from './share-key.js';
import { afterOf } from '../document/subscription-traits.js';

export interface SubscriptionsOptions {
  readonly executor: GraphExecutor;
  readonly limits: Limits;
  readonly sharedBy: SharedBy;
  /** Called for each event that a client should have got and cannot be given. */
  readonly dropped: () => void;
  /** Plans a request with the supergraph of the moment. */
  readonly prepare: (
    prepared: PreparedRequest,
    actor: Actor,
  ) => MaybePromise<PreparedRequest | RefusedRequest>;
}

/** A client's subscription that may run. */
export interface Subscribing {
  readonly prepared: PreparedRequest;
  readonly actor: Actor;
  readonly requestId: string;
}

/** A group, and what takes it out of the count of its account. */
interface CountedGroup {
  readonly group: SubscriptionGroup;
  readonly leave: () => void;
}

/** The subscriptions of a gateway: one execution for everyone with the same operation, variables and rights. */
export class Subscriptions {
  private readonly groups = new Map<string, CountedGroup>();

  /** Counts the groups of each account. */
  private readonly executions: AccountCounter;

  constructor(private readonly options: SubscriptionsOptions) {
    this.executions = new AccountCounter(options.limits.subscriptionsPerAccount);
  }

  /**
   * Subscribes, behind a position or where the operation says; the sink hears of everything, errors included.
   */
  subscribe(subscribing: Subscribing, sink: Sink, after?: string): ClientSubscription {
    const { streamQueue: frames, streamQueueBytes: bytes } = this.options.limits;
    const feed = new ClientSubscription({
      sink,
      maxEvents: frames,
      maxBytes: bytes,
      resubscribe: (own) => this.rejoin(own, subscribing),
      dropped: this.options.dropped,
    });
    this.join(feed, subscribing, subscribing.prepared.operation.stream?.resumable ? after : undefined);
    return feed;
  }

  /** The supergraph has changed: every stream goes on with the new one, behind what it has told. */
  reload(): void {
    const groups = [...this.groups.values()];
    this.groups.clear();
    for (const { group, leave } of groups) {
      // Those who go on with the new supergraph are counted there.
      leave();
      group.retire();
    }
  }

  private rejoin(feed: ClientSubscription, subscribing: Subscribing): void {
    handleMaybePromise(
      () => this.options.prepare(subscribing.prepared, subscribing.actor),
      (prepared) => {
        if (feed.ended) return;
        if ('errors' in prepared) feed.fail(prepared.errors);
        else this.join(feed, { ...subscribing, prepared }, feed.position);
      },
      (error) => feed.fail([failure(error)]),
    );
  }

  private join(
    feed: ClientSubscription,
    { prepared, actor, requestId }: Subscribing,
    position: string | undefined,
  ): void {
    const { document, operation, request, view } = prepared;
    const { stream: form, definition } = operation;
    if (!form) throw new Error('this is not a subscription');
    const after = position ?? afterOf(form, definition, request.variables);
    const variables = { ...request.variables };
    if (form.afterVariable !== undefined) delete variables[form.afterVariable];
    const key = [
      // Where to begin is no part of what is planned. Of who may not see all of it, what was asked for decides.
      operationKey(view ? document : form.document, request.operationName),
      permissionsKey(actor, this.options.sharedBy),
      variablesKey(form.kind === 'log' ? variables : { variables, after }),
    ].join('\n');
    const known = this.groups.get(key);
    if (known) return known.group.join(feed, after);
    const leave = this.executions.take(actor.account);
    if (!leave) return feed.fail([tooMany(this.options.limits.subscriptionsPerAccount)]);
    const group: SubscriptionGroup = new SubscriptionGroup({
      traits: form,
      open: (from, signal) =>
        this.options.executor.subscribe(
          prepared,
          {
            actor: sharedActor(actor, this.options.sharedBy),
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
    group.join(feed, after);
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

/** Masked like any other on its way to the client. */
function failure(error: unknown): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(String(error));
}

/**
 * On whose behalf an execution runs that several people may share: nothing of it is of the one who came first. Each
 * client's end is watched for itself; the execution lasts as long as somebody listens.
 */
function sharedActor(
  { expiresAt: _, issuedAt: __, keyId: ___, ...rights }: Actor,
  sharedBy: SharedBy,
): Actor {
  return sharedBy === 'account' ? { ...rights, subject: '' } : rights;
}
