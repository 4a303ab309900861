import type { ControlPlaneProcess } from '../../cluster-port.js';

/** The process of each queue; queues without an entry always run. */
const PROCESS_OF_QUEUE: Readonly<Record<string, ControlPlaneProcess>> = {
  garbage: 'CONTROLLER_MANAGER',
  namespace: 'CONTROLLER_MANAGER',
  deployment: 'CONTROLLER_MANAGER',
  replicaset: 'CONTROLLER_MANAGER',
  statefulset: 'CONTROLLER_MANAGER',
  daemonset: 'CONTROLLER_MANAGER',
  job: 'CONTROLLER_MANAGER',
  cronjob: 'CONTROLLER_MANAGER',
  disruption: 'CONTROLLER_MANAGER',
  endpoints: 'CONTROLLER_MANAGER',
  volume: 'CONTROLLER_MANAGER',
  resourcequota: 'CONTROLLER_MANAGER',
  'pvc-protection': 'CONTROLLER_MANAGER',
  'pv-protection': 'CONTROLLER_MANAGER',
  'node-lifecycle': 'CONTROLLER_MANAGER',
  scheduler: 'SCHEDULER',
  'container-instances': 'SCHEDULER',
};

/**
 * Running processes of a control plane. Keys accumulate in the queues of a stopped process and are processed when it
 * runs again.
 */
export class ControlPlaneProcesses {
  private stopped: ReadonlySet<ControlPlaneProcess> = new Set();

  /** Whether the process of the queue runs. */
  works(queue: string): boolean {
    const process = PROCESS_OF_QUEUE[queue];
    return process === undefined || !this.stopped.has(process);
  }

  /** Sets the stopped processes; returns whether they changed. */
  stop(processes: readonly ControlPlaneProcess[]): boolean {
    const next = new Set(processes);
    const isNew =
      next.size !== this.stopped.size || processes.some((component) => !this.stopped.has(component));
    this.stopped = next;
    return isNew;
  }
}
