import type { BenchProcess } from '../platform/process.js';
import { readProcess } from './proc.js';
import type { DatabaseWork, FleetStatistics } from './statistics.store.js';

/** What was used up and written. */
export interface Spent {
  readonly events: number;
  /** CPU seconds. */
  readonly cpu: { readonly platform: number; readonly postgres: number };
  readonly work: DatabaseWork;
}

/** Takes the difference between two looks at everything that only grows. */
export class Expenses {
  private constructor(
    private readonly look: () => Promise<Spent>,
    private readonly before: Spent,
  ) {}

  static async begin(
    platform: BenchProcess,
    postgres: number,
    statistics: FleetStatistics,
  ): Promise<Expenses> {
    const look = async (): Promise<Spent> => {
      const { user, system } = await platform.cpu();
      const cpu = { platform: (user + system) / 1e6, postgres: (await readProcess(postgres))?.cpu ?? 0 };
      return { cpu, events: await statistics.events(), work: await statistics.work() };
    };
    return new Expenses(look, await look());
  }

  async sinceBegin(): Promise<Spent> {
    const { before } = this;
    const now = await this.look();
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
