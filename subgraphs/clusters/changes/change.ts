import { z } from 'zod';
import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { changeInTransaction } from '../../../engine/operations/change-transaction.js';
import type { Platform } from '../../../engine/platform.js';
import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { isTransactionConflict } from '../store/transaction-conflict.js';
import { ClusterStore, type ClusterRow } from '../store/cluster.store.js';
import { ComponentStore, type ComponentRow } from '../store/component.store.js';
import { NodePoolStore, type NodePoolRow } from '../store/node-pool.store.js';
import { OperationStore, type OperationRow } from '../store/operation.store.js';

/**
 * Retries a transaction that PostgreSQL aborted because of a deadlock: transactions of the engine can lock the same
 * rows in another order.
 */
const retryConflicts = retry(handleWhen(isTransactionConflict), {
  maxAttempts: 3,
  backoff: new ConstantBackoff(0),
});

const changeResult = z.looseObject({
  clusterId: z.string().optional(),
  nodePoolId: z.string().optional(),
  operationId: z.string().optional(),
  componentId: z.string().optional(),
});

/** Ids of the changed resources; plain JSON, stored with the clientToken. */
export interface ChangeResult {
  readonly clusterId?: string;
  readonly nodePoolId?: string;
  readonly operationId?: string;
  readonly componentId?: string;
}

/** The resources with the ids of a `ChangeResult`. */
export interface ChangeOutcome extends Readonly<Record<string, unknown>> {
  readonly cluster: ClusterRow | null;
  readonly nodePool: NodePoolRow | null;
  readonly operation: OperationRow | null;
  readonly component: ComponentRow | null;
}

export interface ChangeRequest {
  readonly actor: Actor;
  /** Name of the mutation; clientTokens are unique per mutation. */
  readonly mutation: string;
  readonly input: { readonly clientToken?: string | null };
  /** Run every check and return the result, but roll back. */
  readonly dryRun?: boolean | null | undefined;
}

/**
 * Runs a mutation in one transaction, once per clientToken, and reads the resources that it returns. `work` emits its
 * events and rejects by throwing `ProblemError`. A dry run returns the resources as they would be.
 */
export async function change(
  { database, clock }: Platform,
  { actor, mutation, input, dryRun }: ChangeRequest,
  work: (tx: EventTransaction, at: Date) => Promise<ChangeResult>,
): Promise<ChangeOutcome> {
  const { account } = actor;
  const at = clock.now();
  const request = { account, mutation, token: input.clientToken, input, at, dryRun, result: changeResult };
  return retryConflicts.execute(() =>
    changeInTransaction<ChangeResult, ChangeOutcome>(database.prisma, request, {
      make: (tx) => work(tx, at),
      read: (db, result) => readOutcome(db, account, result),
    }),
  );
}

async function readOutcome(
  db: Database | Transaction,
  account: string,
  result: ChangeResult,
): Promise<ChangeOutcome> {
  const { clusterId, nodePoolId, operationId, componentId } = result;
  const clusters = clusterId ? await new ClusterStore(db).byIds(account, [clusterId]) : [];
  const pools = nodePoolId ? await new NodePoolStore(db).byIds(account, [nodePoolId]) : [];
  const operations = operationId ? await new OperationStore(db).byIds(account, [operationId]) : [];
  const components = componentId ? await new ComponentStore(db).byIds(account, [componentId]) : [];
  return {
    cluster: clusters[0] ?? null,
    nodePool: pools[0] ?? null,
    operation: operations[0] ?? null,
    component: components[0] ?? null,
  };
}
