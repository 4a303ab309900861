/**
 * An engine in a separate process, which kills itself with SIGKILL when it first reaches a fault point. The first line that it
 * prints is `ready`.
 */
import 'reflect-metadata';
import { flushCompileCache } from 'node:module';
import { startEngine } from '../../engine/engine.js';
import { KubernetesApis } from '../../engine/kubernetes/kubernetes-apis.js';
import { createSimulatedProvider } from '../../engine/providers/simulated/simulated-provider.js';
import { systemClock } from '../../kernel/clock.js';
import { openDatabase } from '../../kernel/postgres/database.js';
import { createLog } from '../../kernel/log.js';
import { clusterReconcilers } from '../../subgraphs/clusters/reconcilers.js';
import { quotaReconcilers } from '../../subgraphs/quotas/reconcilers.js';
import { testTiming } from '../kit/engine-timing.js';

const [databaseUrl = '', cloudUrl = '', token = '', deadlyPoint = ''] = process.argv.slice(2);

const database = openDatabase({ url: databaseUrl, poolSize: 8 });
const provider = createSimulatedProvider({ cloudUrl, token });
const kubernetes = new KubernetesApis(database);

const engine = await startEngine({
  database,
  clock: systemClock,
  log: createLog('warn'),
  concurrency: 4,
  reconcilers: [...clusterReconcilers({ provider, kubernetes }), ...quotaReconcilers({ database })],
  schedules: [],
  timing: testTiming,
  faults: {
    reach(point) {
      if (point === deadlyPoint) process.kill(process.pid, 'SIGKILL');
      return Promise.resolve();
    },
  },
});

process.once('SIGTERM', () => {
  void engine[Symbol.asyncDispose]().then(() => process.exit(0));
});
// A process that is killed does not write its compiled code for the next one.
flushCompileCache();
process.stdout.write('ready\n');
