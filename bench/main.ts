import { Command } from 'commander';
import { accountBench } from './account/run.js';
import { fleetBench } from './fleet/run.js';
import { gatewayBench } from './gateway/run.js';
import { temporaryFolder } from './platform/database.js';
import { isolationBench } from './isolation/run.js';
import { ledgerBench } from './ledger/run.js';
import { queryBench } from './query/run.js';
import { streamsBench } from './streams/run.js';

interface BenchOptions {
  readonly quick: boolean;
  /** For everything that must be a file; removed afterwards. */
  readonly folder: string;
  /** A folder for whole CPU profiles of what is measured. Default none is kept. */
  readonly cpuProfile?: string | undefined;
  /** Names of workloads of the isolation benchmark. Default all. */
  readonly only?: readonly string[] | undefined;
}

/** What the command line says. */
type Flags = Partial<Pick<BenchOptions, 'quick' | 'cpuProfile' | 'only'>>;

/** A benchmark puts what it starts on the stack; all of it is ended afterwards. */
type Bench = (options: BenchOptions, started: AsyncDisposableStack) => Promise<void>;

const program = new Command('bench').description('measures the platform; see bench/README.md');

const all = benchCommand(
  'all',
  'all benchmarks, one after the other',
  [gatewayBench, fleetBench, accountBench, queryBench, streamsBench, isolationBench],
  {
    isDefault: true,
  },
);
const gateway = benchCommand(
  'gateway',
  'CPU time per request in the gateway, beside other gateways on the same subgraphs',
  [gatewayBench],
);
for (const command of [all, gateway])
  command.option(
    '--cpu-profile <folder>',
    'keep CPU profiles (.cpuprofile) of our gateway there; also of a short run',
  );
benchCommand('fleet', '100 clusters of 10 nodes each, requested at once', [fleetBench]);
benchCommand('account', 'an account with all it may have: 100 Pro clusters, one of them with 1,000 nodes', [
  accountBench,
]);
benchCommand('query', 'one query over 100 clusters, beside plain SQL for the same rows', [queryBench]);

benchCommand('streams', 'CPU time per event and subscriber, and what idle subscribers cost', [streamsBench]);
benchCommand('isolation', 'what an account notices of the worst that another one may send', [
  isolationBench,
]).option('--only <workload...>', 'only these workloads; figures are printed, not kept');
benchCommand('ledger', 'a long search for drift of the ledger, with engines that die', [ledgerBench]);

await program.parseAsync();

function benchCommand(
  name: string,
  description: string,
  benches: readonly Bench[],
  options: { readonly isDefault?: boolean } = {},
): Command {
  return program
    .command(name, options)
    .description(description)
    .option('--quick', 'a short run to see that it works; its figures are printed, not kept')
    .action(async (flags: Flags) => {
      for (const bench of benches) await run(bench, flags);
    });
}

/** Runs one benchmark; what it started is ended, also when it fails or is interrupted. */
async function run(bench: Bench, { quick = false, cpuProfile, only }: Flags): Promise<void> {
  await using folder = await temporaryFolder();
  await using started = new AsyncDisposableStack();
  const running = bench({ quick, cpuProfile, only, folder: folder.path }, started);
  let leaving: Promise<void> | undefined;
  const interrupt = () => {
    const ended = started.disposeAsync().then(() => running.catch(() => undefined));
    leaving = ended.then(() => folder[Symbol.asyncDispose]()).finally(() => process.exit(130));
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, interrupt);
  await running.catch(async (error: unknown) => {
    // Interrupted: that everything was taken away under it is no news, and leaving takes its time.
    await leaving;
    throw error;
  });
  for (const signal of signals) process.off(signal, interrupt);
}
