import type { PodTemplate } from './core.js';
import { generatedLabels, jobCauses } from './job-rules.js';
import { completeTemplate } from './pod-template.js';
import { age, ageColumn, defineResource, duration, nameColumn } from './resource.js';
import type { Job } from './workloads.js';

export const jobs = defineResource<Job>({
  group: 'batch',
  kind: 'Job',
  generation: true,
  defaults: (job) => {
    const template = completeTemplate(job.spec?.template);
    const own = template.metadata?.labels;
    const { labels = own } = job.metadata;
    return {
      ...job,
      metadata: { ...job.metadata, ...(labels && { labels }) },
      spec: { ...completeJobSpec(job.spec), ...selection(job), template: withGenerated(job, template) },
      status: job.status ?? {},
    };
  },
  validate: jobCauses,
  columns: [
    nameColumn<Job>(),
    { name: 'Status', type: 'string', value: jobState },
    {
      name: 'Completions',
      type: 'string',
      value: ({ spec, status }) => `${status?.succeeded ?? 0}/${spec.completions ?? 1}`,
    },
    { name: 'Duration', type: 'string', value: elapsed },
    ageColumn<Job>(),
  ],
});

function completeJobSpec(spec: Job['spec'] | undefined): Partial<Job['spec']> {
  return {
    parallelism: 1,
    // With parallelism only, the pods share a work queue: one that succeeds ends the Job.
    ...(spec?.parallelism === undefined ? { completions: 1 } : {}),
    backoffLimit: spec?.backoffLimitPerIndex === undefined ? 6 : MAX_INT,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec?.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    ...spec,
  };
}

const MAX_INT = 2 ** 31 - 1;
const UID = 'batch.kubernetes.io/controller-uid';

/** The selector of the Job's own pods, unless it is chosen by hand. */
function selection({ metadata, spec }: Job): Pick<Job['spec'], 'selector'> {
  if (spec?.manualSelector) return {};
  const { selector } = spec ?? {};
  return { selector: { ...selector, matchLabels: { [UID]: metadata.uid, ...selector?.matchLabels } } };
}

function withGenerated(job: Job, template: PodTemplate): PodTemplate {
  if (job.spec?.manualSelector) return template;
  const { metadata } = template;
  return { ...template, metadata: { ...metadata, labels: { ...generatedLabels(job), ...metadata?.labels } } };
}

function jobState({ status, spec }: Job): string {
  const ended = status?.conditions?.find(
    (condition) => condition.status === 'True' && /^(Complete|Failed)$/.test(condition.type),
  );
  return ended?.type ?? (spec.suspend ? 'Suspended' : 'Running');
}

function elapsed({ status }: Job, now: Date): string {
  if (!status?.startTime) return '';
  if (!status.completionTime) return age(status.startTime, now);
  return duration((Date.parse(status.completionTime) - Date.parse(status.startTime)) / 1000);
}
