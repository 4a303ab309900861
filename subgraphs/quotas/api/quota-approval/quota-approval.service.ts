import { idResult } from '../../../../engine/operations/client-tokens.js';
import { changeInTransaction } from '../../../../engine/operations/change-transaction.js';
import type { NewEvent } from '../../../../engine/contract.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import type { Page } from '../../../../kernel/page.js';
import type { SortedPageRequest } from '../../../../kernel/sorting.js';
import { throwProblem, type Result, toResult } from '../../../../kernel/result.js';
import { QUOTA_APPLICATION, type QuotaApplication } from '../../model/quota-application.rules.js';
import type { ApplicationRow, QuotaApplicationStore } from '../../store/quota-application.store.js';
import type { DecideQuotaApplicationInput } from '../quota-application/quota-application.type.js';

const MAX_MESSAGE = 1_000;
const ID_PATH = { path: ['input', 'id'] };

/** Decides the quota applications of all accounts. The resolver requires the scope of the platform's operators. */
export class QuotaApprovalService {
  constructor(
    private readonly platform: Pick<Platform, 'database' | 'clock'>,
    private readonly store: QuotaApplicationStore,
  ) {}

  /** Applications of all accounts that wait for a decision. */
  page(page: SortedPageRequest<QuotaApplication>): Promise<Page<ApplicationRow>> {
    return this.store.undecided(page);
  }

  count(): Promise<number> {
    return this.store.countUndecided();
  }

  /**
   * Approves or rejects an application. Rejects the request with NOT_FOUND, INVALID_STATE for an application that is
   * decided, INVALID_INPUT, and FORBIDDEN for the subject who made the application.
   */
  decide(
    actor: Actor,
    input: DecideQuotaApplicationInput,
    dryRun?: boolean | null,
  ): Promise<Result<ApplicationRow>> {
    const { account } = actor;
    const at = this.platform.clock.now();
    const request = {
      account,
      mutation: 'decideQuotaApplication',
      token: input.clientToken,
      input,
      at,
      dryRun,
      result: idResult,
    };
    return toResult(async () => {
      const { row } = await changeInTransaction(this.platform.database.prisma, request, {
        make: (tx) => this.record(tx, actor, input, at),
        read: async (database, { id }) => ({ row: await this.store.find(id, undefined, database) }),
      });
      return row ?? throwProblem('NOT_FOUND', missing(input.id), ID_PATH);
    });
  }

  private async record(
    tx: EventTransaction,
    actor: Actor,
    input: DecideQuotaApplicationInput,
    at: Date,
  ): Promise<{ id: string }> {
    const application = await this.check(tx, actor, input);
    const { id, account } = application;
    if (input.approved) {
      await this.store.approve(tx, id, `${actor.account}:${actor.subject}`);
      await enqueue(tx, QUOTA_APPLICATION, id);
      return { id };
    }
    const message = input.message?.trim() || 'An operator of the platform has rejected it.';
    await this.store.decide(tx, id, { state: 'REJECTED', message }, at);
    tx.emit(account, rejected(application, message));
    return { id };
  }

  private async check(
    tx: Transaction,
    { account, subject }: Actor,
    { id, message }: DecideQuotaApplicationInput,
  ): Promise<ApplicationRow> {
    if ((message?.length ?? 0) > MAX_MESSAGE)
      throwProblem(
        'INVALID_INPUT',
        `message has at most ${MAX_MESSAGE} characters, not ${message?.length}.`,
        {
          path: ['input', 'message'],
        },
      );
    const application = await this.store.find(id, undefined, tx);
    if (!application) return throwProblem('NOT_FOUND', missing(id), ID_PATH);
    if (application.account === account && application.requestedBy === subject)
      throwProblem(
        'FORBIDDEN',
        `${subject} has made the application ${id} and cannot decide it; another operator must.`,
        ID_PATH,
      );
    if (application.state !== 'PENDING' || application.approvedBy !== null)
      throwProblem('INVALID_STATE', `The application ${id} is decided already.`, ID_PATH);
    return application;
  }
}

function missing(id: string): string {
  return `There is no quota application ${id.slice(0, 60)}. Query.undecidedQuotaApplications lists those to decide.`;
}

function rejected({ id, resource, scope, limit }: ApplicationRow, message: string): NewEvent {
  return {
    category: 'QUOTA',
    type: 'QUOTA_INCREASE_REJECTED',
    level: 'WARNING',
    reason: 'QuotaIncreaseRejected',
    message: `The limit of ${resource} is not raised. ${message}`,
    ...(scope.startsWith('cluster_') && { clusterId: scope }),
    data: { applicationId: id, resource, scope, limit },
  };
}
