import { invalidValue } from './causes.js';
import { podSpecCauses } from './pod-spec-rules.js';
import { completeTemplate } from './pod-template.js';
import { age, ageColumn, defineResource, duration, nameColumn } from './resource.js';
import type { Job } from './workloads.js';

const JOB_LABELS = ['controller-uid', 'batch.kubernetes.io/controller-uid'] as const;

export const jobs = defineResource<Job>({
  group: 'batch',
  kind: 'Job',
  generation: true,
  defaults: (job) => {
    const template = completeTemplate(job.spec?.template);
    const { uid, name } = job.metadata;
    const labels = {
      ...template.metadata?.labels,
      ...Object.fromEntries(JOB_LABELS.map((label) => [label, uid])),
      'job-name': name,
      'batch.kubernetes.io/job-name': name,
    };
    return {
      ...job,
      spec: {
        parallelism: 1,
        // With parallelism only, the pods share a work queue: one that succeeds ends the Job.
        ...(job.spec?.parallelism === undefined ? { completions: 1 } : {}),
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        ...job.spec,
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
      status: job.status ?? {},
    };
  },
  validate: (job) => {
    const policy = job.spec.template.spec.restartPolicy;
    const causes = podSpecCauses(job.spec.template.spec, 'spec.template.spec');
    if (policy === 'Always') {
      const why = 'supported values: "OnFailure", "Never"';
      return [...causes, invalidValue('spec.template.spec.restartPolicy', policy, why)];
    }
    return causes;
  },
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
