import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** Machine and time of a measurement. */
export interface HostInfo {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Load average of the minute before the start. */
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

/** One line below the tables. */
export function hostInfoLine({ date, cpu, cores, memoryGiB, system, node, load }: HostInfo): string {
  const day = date.slice(0, 16).replace('T', ' ');
  return `${day} UTC · ${cores} cores of ${cpu}, ${memoryGiB} GiB · ${system} · Node.js ${node} · load before: ${load}`;
}
