import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('cron', 1);
});
afterAll(() => simulator[Symbol.asyncDispose]());

const CRON_JOBS = '/apis/batch/v1/namespaces/default/cronjobs';
const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const MINUTE = 60_000;

function create(name: string, script: string, spec: object = {}) {
  const containers = [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script] }];
  const jobTemplate = {
    metadata: { labels: { cron: name } },
    spec: { template: { spec: { restartPolicy: 'Never', containers } } },
  };
  return cluster.api('POST', CRON_JOBS, {
    metadata: { name },
    spec: { schedule: '* * * * *', jobTemplate, ...spec },
  });
}

interface JobView {
  readonly metadata: { readonly name: string };
  readonly status: { readonly succeeded?: number };
}

const jobsOf = async (name: string) =>
  (await cluster.api('GET', `${JOBS}?labelSelector=cron%3D${name}`)).body.items as unknown as JobView[];

/** Moves the clock to the next minute and waits until the CronJob has created `count` Jobs in all. */
async function nextMinute(name: string, count: number): Promise<JobView[]> {
  simulator.clock.advance(MINUTE);
  return eventually(async () => {
    const found = await jobsOf(name);
    return found.length === count && found;
  });
}

test('creates a Job at each time of the schedule and keeps the last ones that have succeeded', async () => {
  await create('each', 'true', { successfulJobsHistoryLimit: 1 });
  const done = async () => (await jobsOf('each')).every(({ status }) => status.succeeded === 1);
  const [first] = await nextMinute('each', 1);
  await eventually(done);
  simulator.clock.advance(MINUTE);
  await eventually(async () => {
    const names = (await jobsOf('each')).map(({ metadata }) => metadata.name);
    return names.length === 1 && names[0] !== first?.metadata.name;
  });
  const { status } = (await cluster.api('GET', `${CRON_JOBS}/each`)).body;
  expect(status).toHaveProperty('lastScheduleTime');
  expect(status).toHaveProperty('lastSuccessfulTime');
  await cluster.api('DELETE', `${CRON_JOBS}/each`);
  await eventually(async () => (await jobsOf('each')).length === 0);
});

test('starts no second Job beside a running one with the policy Forbid', async () => {
  await create('forbid', 'sleep 360000', { concurrencyPolicy: 'Forbid' });
  await nextMinute('forbid', 1);
  simulator.clock.advance(MINUTE);
  await eventually(async () => {
    const { items } = (await cluster.api('GET', '/api/v1/events?fieldSelector=reason%3DJobAlreadyActive'))
      .body;
    return items.length > 0;
  });
  expect(await jobsOf('forbid')).toHaveLength(1);
});

test('replaces a running Job with the policy Replace', async () => {
  await create('replace', 'sleep 360000', { concurrencyPolicy: 'Replace' });
  const [first] = await nextMinute('replace', 1);
  simulator.clock.advance(MINUTE);
  await eventually(async () => {
    const names = (await jobsOf('replace')).map(({ metadata }) => metadata.name);
    return names.length === 1 && names[0] !== first?.metadata.name;
  });
});

test('creates no Job while it is suspended', async () => {
  await create('off', 'true', { suspend: true });
  await create('on', 'true');
  await nextMinute('on', 1);
  expect(await jobsOf('off')).toEqual([]);
});
