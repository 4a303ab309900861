import { invalidValue, negativeCauses, required } from '../schema/causes.js';
import type { ObjectReference } from './core.js';
import { isTimeZone, scheduleProblem } from './cron-schedule.js';
import { jobSpecCauses } from './job-rules.js';
import type { KubeObject, Metadata } from './object.js';
import { completeTemplate } from './pod-template.js';
import { age, ageColumn, defineResource, nameColumn, type Cause } from './resource.js';
import type { Job } from './workloads.js';

export interface CronJob extends KubeObject {
  readonly spec: {
    readonly schedule?: string;
    readonly timeZone?: string;
    readonly suspend?: boolean;
    readonly concurrencyPolicy?: string;
    readonly startingDeadlineSeconds?: number;
    readonly successfulJobsHistoryLimit?: number;
    readonly failedJobsHistoryLimit?: number;
    readonly jobTemplate: { readonly metadata?: Partial<Metadata>; readonly spec: Job['spec'] };
  };
  readonly status?: {
    readonly active?: readonly ObjectReference[];
    readonly lastScheduleTime?: string;
    readonly lastSuccessfulTime?: string;
  };
}

/** The names of its Jobs add ten digits and a hyphen, and must be labels. */
const MAX_NAME_LENGTH = 52;

export const cronJobs = defineResource<CronJob>({
  group: 'batch',
  kind: 'CronJob',
  generation: true,
  defaults: (cronJob) => {
    const { jobTemplate, ...spec } = cronJob.spec ?? {};
    const jobSpec = { ...jobTemplate?.spec, template: completeTemplate(jobTemplate?.spec?.template) };
    return {
      ...cronJob,
      spec: {
        ...{ concurrencyPolicy: 'Allow', suspend: false },
        ...{ successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
        ...spec,
        jobTemplate: { ...jobTemplate, spec: jobSpec },
      },
      status: cronJob.status ?? {},
    };
  },
  validate: ({ metadata, spec }) => [
    ...(['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const).flatMap(
      (name) => negativeCauses(`spec.${name}`, spec[name]),
    ),
    ...(metadata.name.length > MAX_NAME_LENGTH
      ? [invalidValue('metadata.name', metadata.name, `must be no more than ${MAX_NAME_LENGTH} characters`)]
      : []),
    ...scheduleCauses(spec),
    ...jobSpecCauses(spec.jobTemplate.spec, 'spec.jobTemplate.spec'),
    ...(spec.jobTemplate.spec.selector
      ? [
          invalidValue(
            'spec.jobTemplate.spec.selector',
            spec.jobTemplate.spec.selector,
            '`selector` will be auto-generated',
          ),
        ]
      : []),
  ],
  columns: [
    nameColumn<CronJob>(),
    { name: 'Schedule', type: 'string', value: ({ spec }) => spec.schedule ?? '' },
    { name: 'Timezone', type: 'string', value: ({ spec }) => spec.timeZone ?? '<none>' },
    {
      name: 'Suspend',
      type: 'boolean',
      value: ({ spec }) => (spec.suspend ? 'True' : 'False'),
    },
    { name: 'Active', type: 'integer', value: ({ status }) => status?.active?.length ?? 0 },
    {
      name: 'Last Schedule',
      type: 'string',
      value: ({ status }, now) => (status?.lastScheduleTime ? age(status.lastScheduleTime, now) : '<none>'),
    },
    ageColumn<CronJob>(),
    {
      name: 'Containers',
      type: 'string',
      priority: 1,
      value: (cronJob) =>
        containersOf(cronJob)
          .map(({ name }) => name)
          .join(','),
    },
    {
      name: 'Images',
      type: 'string',
      priority: 1,
      value: (cronJob) =>
        containersOf(cronJob)
          .map(({ image }) => image)
          .join(','),
    },
    { name: 'Selector', type: 'string', priority: 1, value: () => '<none>' },
  ],
});

function containersOf({
  spec,
}: CronJob): CronJob['spec']['jobTemplate']['spec']['template']['spec']['containers'] {
  return spec.jobTemplate.spec.template.spec.containers;
}

function scheduleCauses({ schedule, timeZone }: CronJob['spec']): Cause[] {
  if (timeZone !== undefined && !isTimeZone(timeZone))
    return [invalidValue('spec.timeZone', timeZone, `unknown time zone ${timeZone}`)];
  if (!schedule) return [required('spec.schedule')];
  const why = /TZ=/.test(schedule)
    ? 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
    : scheduleProblem(schedule);
  return why === undefined ? [] : [invalidValue('spec.schedule', schedule, why)];
}
