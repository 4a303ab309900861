import { graphWorkloads } from './graph-workloads.js';
import { loadWorkloads } from './load-workloads.js';
import { socketWorkloads } from './socket-workloads.js';
import type { Workload } from './workload.js';

/** All workloads, in the order of the table. */
export const workloads: readonly Workload[] = [...graphWorkloads, ...loadWorkloads, ...socketWorkloads];
