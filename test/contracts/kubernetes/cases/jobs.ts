import { expect } from 'vitest';
import type { Body } from '../api-client.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';
import { container, podTemplate } from '../manifests.js';
import { podsOf } from '../paths.js';

const TRACKING = 'batch.kubernetes.io/job-tracking';
const INDEX = 'batch.kubernetes.io/job-completion-index';

const jobsOf = (namespace: string) => `/apis/batch/v1/namespaces/${namespace}/jobs`;

/** Creates a Job whose pods run nowhere: the case reports what becomes of them. */
async function createJob({ api, namespace }: CaseContext, name: string, spec: object): Promise<void> {
  const { spec: podSpec } = podTemplate(name, { restartPolicy: 'Never', nodeSelector: { nowhere: 'yes' } });
  const body = { metadata: { name }, spec: { ...spec, template: { spec: podSpec } } };
  expectSuccess(await api.post(jobsOf(namespace), body), 201);
}

/** The pods of a Job, when there are as many as expected, by their index or name. */
async function podsOfJob(
  { api, namespace, eventually }: CaseContext,
  name: string,
  count: number,
): Promise<Body[]> {
  const pods = await eventually(async () => {
    const { items } = (await api.get(`${podsOf(namespace)}?labelSelector=job-name%3D${name}`)).body;
    return items.length === count && items;
  });
  const key = ({ metadata }: Body) => metadata.annotations?.[INDEX] ?? metadata.name;
  return [...pods].sort((a, b) => key(a).localeCompare(key(b)));
}

/** Reports the end of the pod's container, as its kubelet does. */
async function end({ api, namespace }: CaseContext, pod: Body | undefined, exitCode: number): Promise<void> {
  const at = '2026-01-01T00:00:00Z';
  const terminated = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: at,
    finishedAt: at,
  };
  const container = { name: 'main', image: 'nginx', imageID: '', ready: false, restartCount: 0 };
  const status = {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [{ ...container, state: { terminated } }],
  };
  expectSuccess(await api.patch(`${podsOf(namespace)}/${pod?.metadata.name}/status`, 'merge', { status }));
}

interface JobStatus {
  readonly conditions?: readonly {
    readonly type: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

/** The status of a Job when it has ended. */
function endOf({ api, namespace, eventually }: CaseContext, name: string, type: string): Promise<JobStatus> {
  return eventually(async () => {
    const status = (await api.get(`${jobsOf(namespace)}/${name}`)).body['status'] as JobStatus;
    return status.conditions?.some((each) => each.type === type) && status;
  });
}

const indexed = (completions: number, spec: object) => ({
  ...{ completions, parallelism: completions, completionMode: 'Indexed' },
  ...spec,
});

/** What becomes of Jobs and their pods. */
export const jobs: Area = {
  name: 'jobs',
  cases: {
    async 'keeps a pod of a Job by a finalizer until it is counted'(context) {
      const { api, namespace } = context;
      await createJob(context, 'one', {});
      const [pod] = await podsOfJob(context, 'one', 1);
      expect(pod?.metadata.finalizers).toEqual([TRACKING]);
      await end(context, pod, 0);
      const status = await endOf(context, 'one', 'Complete');
      expect(status).toMatchObject({ succeeded: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
      expect(status).not.toHaveProperty('active');
      expect(status.conditions).toMatchObject([
        { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached' },
        { type: 'Complete', status: 'True', reason: 'CompletionsReached' },
      ]);
      const counted = (await api.get(`${podsOf(namespace)}/${pod?.metadata.name}`)).body;
      expect(counted.metadata).not.toHaveProperty('finalizers');
    },

    async 'fails a Job by the exit code of a pod'(context) {
      const onExitCodes = { containerName: 'main', operator: 'In', values: [3, 42] };
      const rules = [{ action: 'FailJob', onExitCodes }];
      await createJob(context, 'fail', { podFailurePolicy: { rules } });
      const [pod] = await podsOfJob(context, 'fail', 1);
      await end(context, pod, 42);
      const status = await endOf(context, 'fail', 'Failed');
      const message = `Container main for pod ${context.namespace}/${pod?.metadata.name} failed with exit code 42 matching FailJob rule at index 0`;
      expect(status).toMatchObject({
        failed: 1,
        conditions: [
          { type: 'FailureTarget', status: 'True', reason: 'PodFailurePolicy', message },
          { type: 'Failed', status: 'True', reason: 'PodFailurePolicy', message },
        ],
      });
    },

    async 'does not count a failure that a rule ignores'(context) {
      const rules = [{ action: 'Ignore', onExitCodes: { operator: 'NotIn', values: [1] } }];
      await createJob(context, 'ignore', { backoffLimit: 0, podFailurePolicy: { rules } });
      const [pod] = await podsOfJob(context, 'ignore', 1);
      await end(context, pod, 42);
      const [, next] = await podsOfJob(context, 'ignore', 2).then((pods) =>
        pods.sort((a) => (a.metadata.name === pod?.metadata.name ? -1 : 1)),
      );
      await end(context, next, 1);
      expect(await endOf(context, 'ignore', 'Failed')).toMatchObject({ failed: 1 });
    },

    async 'fails the indexes that have failed more often than each may'(context) {
      await createJob(context, 'limits', indexed(3, { backoffLimitPerIndex: 0 }));
      const [first, second, third] = await podsOfJob(context, 'limits', 3);
      expect(first?.metadata.annotations).toMatchObject({
        [INDEX]: '0',
        'batch.kubernetes.io/job-index-failure-count': '0',
      });
      await end(context, first, 1);
      await end(context, second, 1);
      await end(context, third, 0);
      const status = await endOf(context, 'limits', 'Failed');
      expect(status).toMatchObject({
        succeeded: 1,
        failed: 2,
        completedIndexes: '2',
        failedIndexes: '0,1',
        conditions: [
          { type: 'FailureTarget', reason: 'FailedIndexes', message: 'Job has failed indexes' },
          { type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' },
        ],
      });
    },

    async 'gives the index of a pod to its container by the downward API'(context) {
      await createJob(context, 'index', indexed(1, {}));
      const [pod] = await podsOfJob(context, 'index', 1);
      const { hostname, containers } = pod?.['spec'] as { hostname: string; containers: { env: unknown }[] };
      expect(hostname).toBe('index-0');
      expect(containers[0]?.env).toEqual([
        {
          name: 'JOB_COMPLETION_INDEX',
          valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` } },
        },
      ]);
    },

    async 'ends a Job by its success policy and deletes the other pods'(context) {
      const rules = [{ succeededIndexes: '0-1' }, { succeededIndexes: '1-2', succeededCount: 1 }];
      await createJob(context, 'leader', indexed(3, { successPolicy: { rules } }));
      const [, , third] = await podsOfJob(context, 'leader', 3);
      await end(context, third, 0);
      const status = await endOf(context, 'leader', 'Complete');
      expect(status).toMatchObject({
        succeeded: 1,
        completedIndexes: '2',
        conditions: [
          { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message: 'Matched rules at index 1' },
          { type: 'Complete', reason: 'SuccessPolicy', message: 'Matched rules at index 1' },
        ],
      });
      expect(status).not.toHaveProperty('failed');
      await podsOfJob(context, 'leader', 1);
    },

    async 'deletes the pods of a suspended Job and resumes it'(context) {
      const { api, namespace, eventually } = context;
      const path = `${jobsOf(namespace)}/paused`;
      await createJob(context, 'paused', {});
      await podsOfJob(context, 'paused', 1);
      expectSuccess(await api.patch(path, 'merge', { spec: { suspend: true } }));
      await podsOfJob(context, 'paused', 0);
      const suspended = await eventually(async () => {
        const status = (await api.get(path)).body['status'] as JobStatus;
        return status.conditions?.[0]?.reason === 'JobSuspended' && status;
      });
      expect(suspended).not.toHaveProperty('failed');
      expectSuccess(await api.patch(path, 'merge', { spec: { suspend: false } }));
      await podsOfJob(context, 'paused', 1);
    },

    async 'leaves a Job that another controller manages'(context) {
      const { api, namespace } = context;
      await createJob(context, 'managed', { managedBy: 'example.com/other' });
      await createJob(context, 'own', {});
      await podsOfJob(context, 'own', 1);
      const path = `${podsOf(namespace)}?labelSelector=job-name%3Dmanaged`;
      expect((await api.get(path)).body.items).toEqual([]);
    },

    async 'keeps the template of a Job, but for the labels of one that is suspended'({ api, namespace }) {
      const template = podTemplate('web', { restartPolicy: 'Never' });
      for (const suspend of [true, false])
        await api.post(jobsOf(namespace), {
          metadata: { name: `job-${suspend}` },
          spec: { suspend, template },
        });
      const change = { spec: { template: { metadata: { labels: { more: 'yes' } } } } };
      expectSuccess(await api.patch(`${jobsOf(namespace)}/job-true`, 'merge', change));
      const rejected = await api.patch(`${jobsOf(namespace)}/job-false`, 'merge', change);
      expectInvalid(rejected, 'FieldValueInvalid spec.template');
      const image = { spec: { template: { spec: { containers: [container({ image: 'other' })] } } } };
      const changed = await api.patch(`${jobsOf(namespace)}/job-true`, 'merge', image);
      expectInvalid(changed, 'FieldValueInvalid spec.template.spec');
    },

    async 'says what is wrong with the schedule of a CronJob'({ api, namespace }) {
      const path = `/apis/batch/v1/namespaces/${namespace}/cronjobs?dryRun=All`;
      const template = { spec: { restartPolicy: 'Never', containers: [container()] } };
      const schedules = {
        '61 * * * *': 'end of range (61) above maximum (59): 61',
        '* * *': 'expected exactly 5 fields, found 3: [* * *]',
        'a * * * *': 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax',
        '* * * * 8': 'end of range (8) above maximum (6): 8',
        '*/0 * * * *': 'step of range should be a positive number: */0',
        '5-1 * * * *': 'beginning of range (5) beyond end of range (1): 5-1',
        '1-2-3 * * * *': 'too many hyphens: 1-2-3',
        '1/2/3 * * * *': 'too many slashes: 1/2/3',
        '*/-1 * * * *': 'negative number (-1) not allowed: -1',
        '* * 0 * *': 'beginning of range (0) below minimum (1): 0',
        '@often': 'unrecognized descriptor: @often',
      };
      for (const [schedule, why] of Object.entries(schedules)) {
        const spec = { schedule, jobTemplate: { spec: { template } } };
        const rejected = await api.post(path, { metadata: { name: 'often' }, spec });
        expectError(rejected, 422, 'Invalid');
        expect(rejected.body.details?.causes?.[0]?.message).toBe(
          `Invalid value: ${JSON.stringify(schedule)}: ${why}`,
        );
      }
      const spec = { schedule: '@every 1h30m', jobTemplate: { spec: { template } } };
      expectSuccess(await api.post(path, { metadata: { name: 'often' }, spec }), 201);
    },
  },
};
