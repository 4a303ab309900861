import { Command } from 'commander';
import { accountBench } from './account/run.js';
import { accountReport } from './account/summary.js';
import { fleetBench } from './fleet/run.js';
import { fleetReport } from './fleet/summary.js';
import { gatewayReport } from './gateway/report.js';
import { gatewayBench } from './gateway/run.js';
import { isolationBench } from './isolation/run.js';
import { isolationReport } from './isolation/summary.js';
import { kubeletsBench } from './kubelets/run.js';
import { kubeletsReport } from './kubelets/summary.js';
import { ledgerBench } from './ledger/run.js';
import { ledgerReport } from './ledger/summary.js';
import { temporaryFolder } from './platform/database.js';
import { queryBench } from './query/run.js';
import { queryReport } from './query/summary.js';
import { rightsBench } from './rights/run.js';
import { rightsReport } from './rights/summary.js';
import { streamsBench } from './streams/run.js';
import { streamsReport } from './streams/summary.js';

interface BenchOptions {
  readonly quick: boolean;
  /** Folder for temporary files; removed afterwards. */
  readonly folder: string;
  /** Folder for CPU profiles. Default none are written. */
  readonly cpuProfile?: string | undefined;
  /** Names of workloads of the isolation benchmark. Default all. */
  readonly only?: readonly string[] | undefined;
}

/** Options of the command line. */
type Flags = Partial<Pick<BenchOptions, 'quick' | 'cpuProfile' | 'only'>>;

/** A benchmark adds the processes that it starts to the stack, which is disposed afterwards. */
type Bench = (options: BenchOptions, started: AsyncDisposableStack) => Promise<void>;

const reports = [
  gatewayReport,
  fleetReport,
  accountReport,
  queryReport,
  streamsReport,
  isolationReport,
  ledgerReport,
  kubeletsReport,
  rightsReport,
];

const program = new Command('bench').description('measures the platform; see bench/README.md');

const all = benchCommand(
  'all',
  'all benchmarks except ledger, kubelets and rights, one after the other',
  [gatewayBench, fleetBench, accountBench, queryBench, streamsBench, isolationBench],
  { isDefault: true },
);
const gateway = benchCommand(
  'gateway',
  'CPU time per request in the gateway, compared with other gateways on the same subgraphs',
  [gatewayBench],
);
for (const command of [all, gateway])
  command.option('--cpu-profile <folder>', "write CPU profiles (.cpuprofile) of Fleetgraph's gateway there");
benchCommand('fleet', '100 clusters of 10 nodes each, created at once', [fleetBench]);
benchCommand('account', 'an account at its limits: 100 Pro clusters, one of them with 1,000 nodes', [
  accountBench,
]);
benchCommand('query', 'one query over 100 clusters, compared with plain SQL for the same rows', [queryBench]);
benchCommand('streams', 'CPU time per event and subscriber, memory per idle subscriber', [streamsBench]);
benchCommand('isolation', "latency of one account's query under another account's worst load", [
  isolationBench,
]).option('--only <workload...>', 'only these workloads; results are printed, not written');
benchCommand('ledger', 'a long run of the property test of the quota ledger, with crashes of the engine', [
  ledgerBench,
]);
benchCommand(
  'kubelets',
  "pods of a Deployment on kubesim's kubelets and on KWOK's, on one real control plane, and on kubesim alone",
  [kubeletsBench],
);
benchCommand(
  'rights',
  'subscribers with few different sets of rights: shared executions, and time until a revoked right is out',
  [rightsBench],
);
program
  .command('tables')
  .description('writes the tables of bench/README.md again from bench/results/, without measuring')
  .action(async () => {
    for (const report of reports) await report.rewriteTables();
  });

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
    .option('--quick', 'a short run that checks that everything works; results are printed, not written')
    .action(async (flags: Flags) => {
      for (const bench of benches) await run(bench, flags);
    });
}

/** Runs one benchmark and ends the processes that it started, also after an error or a signal. */
async function run(bench: Bench, { quick = false, cpuProfile, only }: Flags): Promise<void> {
  await using folder = await temporaryFolder();
  await using started = new AsyncDisposableStack();
  const running = bench({ quick, cpuProfile, only, folder: folder.path }, started);
  let exiting: Promise<void> | undefined;
  const interrupt = () => {
    const ended = started.disposeAsync().then(() => running.catch(() => undefined));
    exiting = ended.then(() => folder[Symbol.asyncDispose]()).finally(() => process.exit(130));
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, interrupt);
  await running.catch(async (error: unknown) => {
    // After a signal the benchmark fails because its processes are gone: exit without printing that error.
    await exiting;
    throw error;
  });
  for (const signal of signals) process.off(signal, interrupt);
}
