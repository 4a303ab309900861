import type { ControlPlaneProcess } from '../../cluster-port.js';

/** Which process works off which queue; what is not named works whatever stands still. */
const PROCESS_OF_QUEUE: Readonly<Record<string, ControlPlaneProcess>> = {
  garbage: 'CONTROLLER_MANAGER',
  namespace: 'CONTROLLER_MANAGER',
  deployment: 'CONTROLLER_MANAGER',
  replicaset: 'CONTROLLER_MANAGER',
  statefulset: 'CONTROLLER_MANAGER',
  daemonset: 'CONTROLLER_MANAGER',
  job: 'CONTROLLER_MANAGER',
  disruption: 'CONTROLLER_MANAGER',
  endpoints: 'CONTROLLER_MANAGER',
  volume: 'CONTROLLER_MANAGER',
  'node-lifecycle': 'CONTROLLER_MANAGER',
  scheduler: 'SCHEDULER',
  'container-instances': 'SCHEDULER',
};

/** Which processes of a control plane work: without one, its queues fill, and are worked off when it is back. */
export class ControlPlaneProcesses {
  private stopped: ReadonlySet<ControlPlaneProcess> = new Set();

  /** Whether the queue of this name may be worked off. */
  works(queue: string): boolean {
    const process = PROCESS_OF_QUEUE[queue];
    return process === undefined || !this.stopped.has(process);
  }

  /** Says which processes do not work now; answers whether that is new. */
  stop(processes: readonly ControlPlaneProcess[]): boolean {
    const next = new Set(processes);
    const isNew = next.size !== this.stopped.size || processes.some((one) => !this.stopped.has(one));
    this.stopped = next;
    return isNew;
  }
}
