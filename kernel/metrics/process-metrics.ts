import { Registry, collectDefaultMetrics } from 'prom-client';

/** Metrics of the memory, CPU, event loop and garbage collection of this process. */
export function processMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
