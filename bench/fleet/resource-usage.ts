import type { BenchProcess } from '../platform/process.js';
import { readProcess } from '../platform/proc.js';
import type { DatabaseWork, FleetStatistics } from './statistics.store.js';

/** CPU time, events and database work of a period. */
export interface ResourceUsage {
  readonly events: number;
  /** CPU seconds. */
  readonly cpu: { readonly platform: number; readonly postgres: number };
  readonly work: DatabaseWork;
}

/** Subtracts the counters at the start of a period from those at its end. */
export class UsageMeter {
  private constructor(
    private readonly read: () => Promise<ResourceUsage>,
    private readonly before: ResourceUsage,
  ) {}

  static async start(
    platform: BenchProcess,
    postgres: number,
    statistics: FleetStatistics,
  ): Promise<UsageMeter> {
    const read = async (): Promise<ResourceUsage> => {
      const { user, system } = await platform.cpu();
      const cpu = { platform: (user + system) / 1e6, postgres: (await readProcess(postgres))?.cpu ?? 0 };
      return { cpu, events: await statistics.events(), work: await statistics.work() };
    };
    return new UsageMeter(read, await read());
  }

  async sinceStart(): Promise<ResourceUsage> {
    const { before } = this;
    const now = await this.read();
    return {
      events: now.events - before.events,
      cpu: {
        platform: now.cpu.platform - before.cpu.platform,
        postgres: now.cpu.postgres - before.cpu.postgres,
      },
      work: {
        statements: now.work.statements - before.work.statements,
        transactions: now.work.transactions - before.work.transactions,
        writes: now.work.writes - before.work.writes,
        reads: now.work.reads - before.work.reads,
      },
    };
  }
}
