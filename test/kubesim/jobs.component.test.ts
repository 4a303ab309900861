import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator(20);
  cluster = await simulator.cluster('jobs', 1);
});
afterAll(() => simulator[Symbol.asyncDispose]());

const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const PODS = '/api/v1/namespaces/default/pods';
const MERGE = { 'content-type': 'application/merge-patch+json' };

interface JobStatus {
  readonly active?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly startTime?: string;
  readonly completedIndexes?: string;
  readonly failedIndexes?: string;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
  }[];
}

/** Creates a Job whose container runs a script. */
function create(name: string, script: string, spec: object = {}, restartPolicy = 'Never') {
  const containers = [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script] }];
  const template = { spec: { restartPolicy, containers } };
  return cluster.api('POST', JOBS, { metadata: { name }, spec: { ...spec, template } });
}

async function statusOf(name: string): Promise<JobStatus> {
  return (await cluster.api('GET', `${JOBS}/${name}`)).body.status;
}

const podsOf = async (name: string) =>
  (await cluster.api('GET', `${PODS}?labelSelector=job-name%3D${name}`)).body.items;

/** Waits until the Job has the condition; returns its status. */
function ended(name: string, type: 'Complete' | 'Failed', reason: string): Promise<JobStatus> {
  return eventually(async () => {
    const status = await statusOf(name);
    const conditions = status.conditions?.map((each) => `${each.type} ${each.status} ${each.reason}`) ?? [];
    return conditions.includes(`${type} True ${reason}`) && status;
  });
}

test('runs the pods of a Job in parallel until all completions have succeeded', async () => {
  await create('many', 'sleep 2', { completions: 4, parallelism: 2 });
  const status = await ended('many', 'Complete', 'CompletionsReached');
  expect(status).toMatchObject({ succeeded: 4, ready: 0, terminating: 0 });
  expect(status).not.toHaveProperty('active');
  expect(status.conditions?.map(({ type }) => type)).toEqual(['SuccessCriteriaMet', 'Complete']);
});

test('replaces failed pods with a back-off until the limit is exceeded', async () => {
  await create('broken', 'exit 1', { backoffLimit: 2 });
  const { failed } = await ended('broken', 'Failed', 'BackoffLimitExceeded');
  expect(failed).toBe(3);
});

test('counts restarts in the pod against the limit if containers are restarted on failure', async () => {
  await create('restarted', 'exit 1', { backoffLimit: 2 }, 'OnFailure');
  await ended('restarted', 'Failed', 'BackoffLimitExceeded');
  await eventually(async () => (await podsOf('restarted')).length === 0);
});

test('ends a Job at its deadline and deletes its pods', async () => {
  await create('late', 'sleep 3600', { activeDeadlineSeconds: 60 });
  await eventually(async () => (await statusOf('late')).active === 1);
  await ended('late', 'Failed', 'DeadlineExceeded');
  await eventually(async () => (await podsOf('late')).length === 0);
});

test('gives each pod of an Indexed Job its index', async () => {
  await create('indexed', 'echo $JOB_COMPLETION_INDEX $HOSTNAME', {
    completions: 3,
    completionMode: 'Indexed',
  });
  const { completedIndexes } = await ended('indexed', 'Complete', 'CompletionsReached');
  expect(completedIndexes).toBe('0-2');
  const names = (await podsOf('indexed')).map(({ metadata }) => metadata.name);
  const logs = await Promise.all(
    names.map(async (name) => (await cluster.open(`${PODS}/${name}/log`)).text()),
  );
  expect(logs.sort()).toEqual(['0 indexed-0\n', '1 indexed-1\n', '2 indexed-2\n']);
});

const indexed = (completions: number, spec: object = {}) => ({
  ...{ completions, parallelism: completions, completionMode: 'Indexed' },
  ...spec,
});
const ODD_FAILS = 'if [ $(expr $JOB_COMPLETION_INDEX % 2) -ne 0 ]; then exit 1; else exit 0; fi';

test('runs all indexes although some fail if each has a limit', async () => {
  await create('per-index', ODD_FAILS, indexed(4, { backoffLimitPerIndex: 1 }));
  const status = await ended('per-index', 'Failed', 'FailedIndexes');
  expect(status).toMatchObject({ succeeded: 2, failed: 4, completedIndexes: '0,2', failedIndexes: '1,3' });
});

test('ends a Job when too many of its indexes have failed', async () => {
  const limits = { backoffLimitPerIndex: 0, maxFailedIndexes: 1 };
  // One pod at a time: of several, the next may have started before the second failure is known.
  await create('max-failed', ODD_FAILS, indexed(6, { ...limits, parallelism: 1 }));
  const { failedIndexes } = await ended('max-failed', 'Failed', 'MaxFailedIndexesExceeded');
  expect(failedIndexes).toBe('1,3');
});

test('fails an index early whose exit code matches a rule', async () => {
  const rule = { action: 'FailIndex', onExitCodes: { operator: 'In', values: [1] } };
  const policy = { backoffLimitPerIndex: 5, podFailurePolicy: { rules: [rule] } };
  await create('fail-index', ODD_FAILS, indexed(2, policy));
  const status = await ended('fail-index', 'Failed', 'FailedIndexes');
  expect(status).toMatchObject({ succeeded: 1, failed: 1, failedIndexes: '1' });
});

test('fails a Job early whose exit code matches a rule', async () => {
  const rule = { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [7] } };
  await create('fail-job', 'exit 3', { podFailurePolicy: { rules: [rule] } });
  const { failed, conditions } = await ended('fail-job', 'Failed', 'PodFailurePolicy');
  expect(failed).toBe(1);
  const [pod] = await podsOf('fail-job');
  expect(conditions?.[0]).toMatchObject({
    type: 'FailureTarget',
    message: `Container c for pod default/${pod?.metadata.name} failed with exit code 3 matching FailJob rule at index 0`,
  });
});

test('ignores the failure of an evicted pod by a rule, and replaces the pod when it has ended', async () => {
  const onPodConditions = [{ type: 'DisruptionTarget', status: 'True' }];
  const podFailurePolicy = { rules: [{ action: 'Ignore', onPodConditions }] };
  await create('evicted', 'sleep 3600', { backoffLimit: 0, podFailurePolicy });
  const [first] = await eventually(async () => (await statusOf('evicted')).active === 1 && podsOf('evicted'));
  const name = first?.metadata.name ?? '';
  await eventually(async () => (await cluster.api('GET', `${PODS}/${name}`)).body.status.phase === 'Running');
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
  await cluster.api('POST', `${PODS}/${name}/eviction`, eviction);
  await eventually(async () => {
    const names = (await podsOf('evicted')).map(({ metadata }) => metadata.name);
    return names.length === 1 && names[0] !== name;
  });
  expect(await statusOf('evicted')).not.toHaveProperty('failed');
});

test('ends a Job by its success policy and deletes the other pods', async () => {
  const script = 'if [ $JOB_COMPLETION_INDEX -ne 0 ]; then sleep 3600; fi';
  const rules = [{ succeededIndexes: '1-2' }, { succeededIndexes: '0-1', succeededCount: 1 }];
  await create('leader', script, indexed(3, { successPolicy: { rules } }));
  const status = await ended('leader', 'Complete', 'SuccessPolicy');
  expect(status).toMatchObject({ succeeded: 1, completedIndexes: '0' });
  expect(status).not.toHaveProperty('failed');
  expect(status.conditions?.map(({ type }) => type)).toEqual(['SuccessCriteriaMet', 'Complete']);
  await eventually(async () => (await podsOf('leader')).length === 1);
});

test('ends a Job with a work queue when one pod has succeeded and the others have ended', async () => {
  await create('queue', 'sleep 1', { parallelism: 2 });
  expect((await ended('queue', 'Complete', 'CompletionsReached')).succeeded).toBe(2);
});

test('deletes the pods of a suspended Job and starts new ones when it is resumed', async () => {
  await create('paused', 'sleep 3600', { suspend: true });
  await eventually(async () => (await statusOf('paused')).conditions?.[0]?.reason === 'JobSuspended');
  expect(await statusOf('paused')).not.toHaveProperty('startTime');
  await cluster.api('PATCH', `${JOBS}/paused`, { spec: { suspend: false } }, MERGE);
  await eventually(async () => (await statusOf('paused')).active === 1);
  expect((await statusOf('paused')).conditions?.[0]).toMatchObject({ status: 'False', reason: 'JobResumed' });
});

test('deletes an ended Job with its pods after its time to live', async () => {
  await create('brief', 'true', { ttlSecondsAfterFinished: 20 });
  await eventually(async () => (await cluster.api('GET', `${JOBS}/brief`)).status === 404);
  await eventually(async () => (await podsOf('brief')).length === 0);
});
