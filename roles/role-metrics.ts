import type { Registry } from 'prom-client';
import { eventLogMetrics } from '../engine/events/event-log-metrics.js';
import type { Platform } from '../engine/platform.js';
import type { Env } from '../kernel/env.js';
import { processMetrics } from '../kernel/metrics/process-metrics.js';
import { serveMetrics } from '../kernel/metrics/server.js';

/** Serves the metrics of a process without a gateway on METRICS_PORT, if it is set; `more` are the registries of its role. */
export async function serveRoleMetrics(
  env: Env,
  platform: Platform,
  more: readonly Registry[] = [],
): Promise<AsyncDisposable | undefined> {
  if (env.METRICS_PORT === undefined) return undefined;
  const registries = [processMetrics(), eventLogMetrics(platform.events.readers, platform.database), ...more];
  return serveMetrics(registries, { host: env.HOST, port: env.METRICS_PORT });
}
