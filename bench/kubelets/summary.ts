import type { HostInfo } from '../host-info.js';
import { Report } from '../report.js';
import { table } from '../table.js';

/** Figures of one kind of kubelets with one number of pods: medians of the rounds. */
export interface KubeletFigures {
  readonly kubelets: string;
  readonly pods: number;
  /** From the creation of the Deployment until all of its pods are ready. */
  readonly seconds: number;
  /** CPU of the process that has the kubelets, during this time. */
  readonly cpuSeconds: number;
  /** The same, until the kubelets have written the events of the pods. */
  readonly cpuSecondsWithEvents: number;
  /** Memory of that process afterwards. */
  readonly bytes: number;
}

interface KubeletsResults {
  readonly machine: HostInfo;
  readonly nodes: number;
  readonly rounds: number;
  readonly figures: readonly KubeletFigures[];
}

export const kubeletsReport = new Report<KubeletsResults>('kubelets', ({ figures, nodes, rounds }) => {
  const rows = figures.map(({ kubelets, pods, seconds, cpuSeconds, cpuSecondsWithEvents, bytes }) => [
    kubelets,
    String(pods),
    seconds.toFixed(1),
    (pods / seconds).toFixed(0),
    cpuSeconds.toFixed(1),
    cpuSecondsWithEvents.toFixed(1),
    (bytes / 1e6).toFixed(0),
  ]);
  const head = [
    ...[`${nodes} nodes, ${rounds} rounds`, 'pods', 'seconds', 'pods/s'],
    ...['CPU s', 'CPU s with events', 'memory MB'],
  ];
  return table(head, rows);
});
