import { graphWorkloads } from './graph-workloads.js';
import { loadWorkloads } from './load-workloads.js';
import { socketWorkloads } from './socket-workloads.js';
import type { Workload } from './workload.js';

/** Everything that is measured, in the order of the table. A new file of workloads adds its list here. */
export const workloads: readonly Workload[] = [...graphWorkloads, ...loadWorkloads, ...socketWorkloads];
