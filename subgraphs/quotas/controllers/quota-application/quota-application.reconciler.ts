import {
  done,
  type NewEvent,
  type ReconcileResult,
  type Reconciler,
  type ReconcileContext,
} from '../../../../engine/contract.js';
import { type EventTransaction, eventTransaction } from '../../../../engine/events/event-transaction.js';
import { type Decision, decide, QUOTA_APPLICATION } from '../../model/quota-application.rules.js';
import type { ApplicationRow, QuotaApplicationStore } from '../../store/quota-application.store.js';
import type { QuotaStore } from '../../store/quota.store.js';

/**
 * Decides applications: rejects those that violate the rules (quota-application.rules.ts) and raises the limits of
 * those that an operator has approved; others wait for an operator. Decision, limit and event are written in one
 * transaction, so a crash leaves the application either pending or decided, and the reconciliation is idempotent.
 */
export class QuotaApplicationReconciler implements Reconciler {
  readonly kind = QUOTA_APPLICATION;

  constructor(
    private readonly quotas: QuotaStore,
    private readonly store: QuotaApplicationStore,
  ) {}

  async reconcile(key: string, scope: ReconcileContext): Promise<ReconcileResult> {
    const at = scope.clock.now();
    await eventTransaction(scope.database, at, async (tx) => {
      const application = await this.store.find(key, undefined, tx);
      if (application?.state !== 'PENDING') return;
      await this.decide(tx, application, at);
      await scope.faults.reach('quota-application.before-commit');
    });
    await scope.faults.reach('quota-application.decided');
    return done;
  }

  private async decide(tx: EventTransaction, application: ApplicationRow, at: Date): Promise<void> {
    const { id, account } = application;
    await this.store.lock(tx, application);
    const definition = (await this.quotas.definitions()).get(application.resource);
    const [balance] = await this.quotas.balances(account, [application], tx);
    const decision = decide(definition, balance?.limit ?? null, application);
    if (decision.raise && application.approvedBy === null) return;
    if (!(await this.store.decide(tx, id, decision, at))) return;
    if (decision.raise) await this.store.raise(tx, application);
    tx.emit(account, decided(application, decision));
  }
}

function decided(application: ApplicationRow, { state, fromLimit, toLimit, message }: Decision): NewEvent {
  const { id, resource, scope, limit } = application;
  const about = {
    category: 'QUOTA',
    ...(scope.startsWith('cluster_') && { clusterId: scope }),
    data: { applicationId: id, resource, scope, limit, fromLimit, toLimit },
  } as const;
  return state === 'APPROVED'
    ? {
        ...about,
        type: 'QUOTA_RAISED',
        reason: 'QuotaRaised',
        message: `The limit of ${resource} is ${toLimit} now.`,
      }
    : {
        ...about,
        type: 'QUOTA_INCREASE_REJECTED',
        level: 'WARNING',
        reason: 'QuotaIncreaseRejected',
        message: `The limit of ${resource} is not raised. ${message}`,
      };
}
