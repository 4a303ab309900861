import type { Reconciler, Schedule } from '../../engine/contract.js';
import type { Platform } from '../../engine/platform.js';
import {
  kubernetesEventReconciler,
  kubernetesEventSchedules,
} from './controllers/kubernetes-event/kubernetes-event.reconciler.js';
import { metricReconciler, metricSchedules } from './controllers/metric/metric.reconciler.js';

/** The reconcilers that measure clusters and read their Kubernetes Events. */
export function observabilityReconcilers(platform: Pick<Platform, 'kubernetes'>): Reconciler[] {
  return [metricReconciler(platform), kubernetesEventReconciler(platform)];
}

/** The schedules that start those reconcilers and delete old samples. */
export function observabilitySchedules(): Schedule[] {
  return [...metricSchedules, ...kubernetesEventSchedules];
}
