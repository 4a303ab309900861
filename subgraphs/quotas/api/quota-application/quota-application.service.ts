import { idResult } from '../../../../engine/operations/client-tokens.js';
import { throwNotFound } from '../../../../engine/not-found.js';
import { changeInTransaction } from '../../../../engine/operations/change-transaction.js';
import type { NewEvent } from '../../../../engine/contract.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { newId } from '../../../../kernel/ids.js';
import type { Page } from '../../../../kernel/page.js';
import { parseQuotaId, type QuotaKey } from '../../../../engine/ledger/quota-id.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import { ProblemError, throwProblem, type Result, toResult } from '../../../../kernel/result.js';
import type { SortedPageRequest } from '../../../../kernel/sorting.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import {
  increaseProblem,
  QUOTA_APPLICATION,
  type QuotaApplication,
} from '../../model/quota-application.rules.js';
import type {
  ApplicationFilter,
  ApplicationRow,
  QuotaApplicationStore,
} from '../../store/quota-application.store.js';
import type { QuotaApplicationFilter, RequestQuotaIncreaseInput } from './quota-application.type.js';
import type { QuotaService } from '../quota/quota.service.js';
import type { QuotaStore } from '../../store/quota.store.js';

/** Creates and reads requests for higher limits. */
export class QuotaApplicationService {
  constructor(
    private readonly platform: Pick<Platform, 'database' | 'clock'>,
    private readonly quotas: QuotaService,
    private readonly quotaStore: QuotaStore,
    private readonly store: QuotaApplicationStore,
  ) {}

  /**
   * Records the application; an operator of the platform decides it. Rejects with NOT_FOUND, NOT_ADJUSTABLE,
   * INVALID_INPUT and CLIENT_TOKEN_REUSED.
   */
  request(
    context: RequestContext,
    input: RequestQuotaIncreaseInput,
    dryRun?: boolean | null,
  ): Promise<Result<ApplicationRow | null>> {
    const { account, subject } = context.actor;
    const at = this.platform.clock.now();
    const request = {
      account,
      mutation: 'requestQuotaIncrease',
      token: input.clientToken,
      input,
      at,
      dryRun,
      result: idResult,
    };
    return toResult(async () => {
      const { row } = await changeInTransaction(this.platform.database.prisma, request, {
        make: (tx) => this.apply(tx, { account, subject, at, input }),
        read: async (database, { id }) => ({ row: await this.store.find(id, account, database) }),
      });
      if (!row && !dryRun)
        throwProblem(
          'NOT_FOUND',
          'The application of this clientToken is past its retention. Send a new clientToken.',
        );
      return row;
    });
  }

  /** The account's application; null if the id does not exist. */
  application(context: RequestContext, id: string): Promise<ApplicationRow | null> {
    return this.store.find(id, context.actor.account);
  }

  /** A page of the account's applications. */
  page(
    context: RequestContext,
    filter: QuotaApplicationFilter,
    page: SortedPageRequest<QuotaApplication>,
  ): Promise<Page<ApplicationRow>> {
    const selection = storeFilter(filter);
    if (!selection) return Promise.resolve({ items: [], hasNextPage: false });
    return this.store.page(context.actor.account, selection, page);
  }

  count(context: RequestContext, filter: QuotaApplicationFilter): Promise<number> {
    const selection = storeFilter(filter);
    return selection ? this.store.count(context.actor.account, selection) : Promise.resolve(0);
  }

  private async apply(tx: EventTransaction, request: IncreaseRequest): Promise<{ id: string }> {
    const { account, at, input } = request;
    const key = await this.raisable(tx, request);
    const row: ApplicationRow = {
      id: newId('quotaApplication'),
      account,
      ...key,
      limit: input.limit,
      requestedBy: request.subject,
      approvedBy: null,
      reason: input.reason ?? null,
      state: 'PENDING',
      message: null,
      createdAt: at,
      decidedAt: null,
    };
    await this.store.create(tx, row);
    await enqueue(tx, QUOTA_APPLICATION, row.id);
    tx.emit(account, requested(row));
    return { id: row.id };
  }

  private async raisable(tx: Transaction, { account, input }: IncreaseRequest): Promise<QuotaKey> {
    const key = parseQuotaId(input.quotaId);
    const definition = key && (await this.quotas.definition(account, key, tx));
    if (!definition) return throwNotFound('QUOTA', input.quotaId, ['input', 'quotaId']);
    const [balance] = await this.quotaStore.balances(account, [key], tx);
    const problem = increaseProblem(definition, balance?.limit ?? null, input);
    if (problem) throw new ProblemError([problem]);
    return key;
  }
}

interface IncreaseRequest {
  readonly account: string;
  /** The subject of the caller's token. */
  readonly subject: string;
  readonly at: Date;
  readonly input: RequestQuotaIncreaseInput;
}

/** Converts the filter; undefined if no application can match. */
function storeFilter({ states, quotaId }: QuotaApplicationFilter): ApplicationFilter | undefined {
  const key = quotaId == null ? undefined : parseQuotaId(quotaId);
  if (quotaId != null && !key) return undefined;
  return { states: states ?? undefined, key };
}

function requested({ id, resource, scope, limit }: ApplicationRow): NewEvent {
  return {
    category: 'QUOTA',
    type: 'QUOTA_INCREASE_REQUESTED',
    reason: 'QuotaIncreaseRequested',
    message: `A limit of ${limit} was requested for ${resource}.`,
    ...(scope.startsWith('cluster_') && { clusterId: scope }),
    data: { applicationId: id, resource, scope, limit },
  };
}
