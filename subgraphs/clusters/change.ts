import { once } from '../../engine/client-tokens.js';
import type { Platform } from '../../engine/platform.js';
import type { Actor } from '../../kernel/actor.js';
import type { Database, Transaction } from '../../kernel/database.js';
import { isTransactionConflict } from './change.store.js';
import { ClusterStore, type ClusterRow } from './cluster/cluster.store.js';
import { ComponentStore, type ComponentRow } from './component/component.store.js';
import { NodePoolStore, type NodePoolRow } from './node-pool/node-pool.store.js';
import { OperationStore, type OperationRow } from './operation/operation.store.js';

/** How often a transaction that lost a deadlock is run again. */
const ATTEMPTS = 4;

/** Ids of what a change was about; plain JSON, remembered for the clientToken. */
export interface ChangeAnswer {
  readonly clusterId?: string;
  readonly nodePoolId?: string;
  readonly operationId?: string;
  readonly componentId?: string;
}

/** The things themselves. */
export interface ChangeOutcome {
  readonly cluster: ClusterRow | null;
  readonly nodePool: NodePoolRow | null;
  readonly operation: OperationRow | null;
  readonly component: ComponentRow | null;
}

export interface ChangeRequest {
  readonly actor: Actor;
  /** Name of the mutation; each has clientTokens of its own. */
  readonly mutation: string;
  readonly input: { readonly clientToken?: string | null };
  /** Do everything, answer what it would change of what exists, and roll it back. */
  readonly dryRun?: boolean | null | undefined;
}

/** Carries the outcome of a dry run out of the transaction that is rolled back. */
class RolledBack extends Error {
  constructor(
    readonly answer: ChangeAnswer,
    readonly outcome: ChangeOutcome,
  ) {
    super('dry run');
  }
}

/**
 * Runs a mutation's work in one transaction, once for each clientToken, and reads what it answers. `work` appends
 * its events last. What it refuses is thrown as `Refused`.
 */
export async function change(
  platform: Platform,
  request: ChangeRequest,
  work: (tx: Transaction, at: Date) => Promise<ChangeAnswer>,
): Promise<ChangeOutcome> {
  const { prisma } = platform.database;
  const { account } = request.actor;
  if (request.dryRun) return retryConflicts(() => rehearse(platform, request, work));
  return readOutcome(prisma, account, await retryConflicts(() => commit(platform, request, work)));
}

type Work = (tx: Transaction, at: Date) => Promise<ChangeAnswer>;

function commit({ database, clock }: Platform, request: ChangeRequest, work: Work): Promise<ChangeAnswer> {
  return database.prisma.$transaction((tx) => carryOut(tx, request, clock.now(), work));
}

function carryOut(tx: Transaction, request: ChangeRequest, at: Date, work: Work): Promise<ChangeAnswer> {
  const { actor, mutation, input } = request;
  const { account } = actor;
  return once(tx, { account, mutation, token: input.clientToken, input, at }, () => work(tx, at));
}

async function rehearse(
  { database, clock }: Platform,
  request: ChangeRequest,
  work: Work,
): Promise<ChangeOutcome> {
  try {
    return await database.prisma.$transaction(async (tx) => {
      const answer = await carryOut(tx, request, clock.now(), work);
      throw new RolledBack(answer, await readOutcome(tx, request.actor.account, answer));
    });
  } catch (error) {
    if (error instanceof RolledBack) return withoutNew(database.prisma, request.actor.account, error);
    throw error;
  }
}

/** What a dry run would change, without what it would create: an id in an answer names something that exists. */
async function withoutNew(
  database: Database,
  account: string,
  { answer, outcome }: RolledBack,
): Promise<ChangeOutcome> {
  const existing = await readOutcome(database, account, answer);
  return {
    cluster: existing.cluster && outcome.cluster,
    nodePool: existing.nodePool && outcome.nodePool,
    operation: existing.operation && outcome.operation,
    component: existing.component && outcome.component,
  };
}

/** Transactions of the engine may hold rows in another order; PostgreSQL then ends one of the two, which tries again. */
async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= ATTEMPTS || !isTransactionConflict(error)) throw error;
    }
  }
}

async function readOutcome(
  db: Database | Transaction,
  account: string,
  answer: ChangeAnswer,
): Promise<ChangeOutcome> {
  const { clusterId, nodePoolId, operationId, componentId } = answer;
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
