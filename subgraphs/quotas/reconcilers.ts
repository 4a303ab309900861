import type { Reconciler, Schedule } from '../../engine/contract.js';
import type { Platform } from '../../engine/platform.js';
import { containerMetering } from './controllers/container-metering/container-metering.schedule.js';
import { QuotaApplicationReconciler } from './controllers/quota-application/quota-application.reconciler.js';
import { BillingStore } from './store/billing.store.js';
import { QuotaApplicationStore } from './store/quota-application.store.js';
import { QuotaStore } from './store/quota.store.js';

/** The reconcilers of quota applications. */
export function quotaReconcilers({ database }: Pick<Platform, 'database'>): Reconciler[] {
  const { prisma } = database;
  return [new QuotaApplicationReconciler(new QuotaStore(prisma), new QuotaApplicationStore(prisma))];
}

/** The schedules that meter container instances. */
export function quotaSchedules({
  database,
  kubernetes,
  provider,
}: Pick<Platform, 'database' | 'kubernetes' | 'provider'>): Schedule[] {
  return [containerMetering(kubernetes, provider, new BillingStore(database.prisma))];
}
