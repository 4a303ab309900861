import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** Where and when something was measured. */
export interface HostInfo {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Load of the minute before: what else the machine was doing. */
  readonly load: number;
}

export function hostInfo(): HostInfo {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** One line for under a table. */
export function hostInfoLine({ date, cpu, cores, memoryGiB, system, node, load }: HostInfo): string {
  const day = date.slice(0, 16).replace('T', ' ');
  return `${day} UTC · ${cores} cores of ${cpu}, ${memoryGiB} GiB · ${system} · Node.js ${node} · load before: ${load}`;
}
