import { sameJson } from '../../../kernel/same-json.js';
import {
  changeCauses,
  formatCauses,
  immutable,
  invalidValue,
  negativeCauses,
  required,
  unsupported,
} from '../schema/causes.js';
import { dnsLabel, domainPath } from './formats.js';
import { isUsable, labelSelectorCauses } from './label-selector-rules.js';
import { podTemplateCauses } from './pod-template-rules.js';
import type { Cause } from './resource.js';
import { matchesLabels } from './selector.js';
import { unmatchedCauses } from './workload-rules.js';
import type { Job } from './workloads.js';

type Spec = Job['spec'];

const INDEXED = 'Indexed';
/** Limits of an Indexed Job, whose status lists its indexes. */
const LIMITS = { parallelism: 100_000, failedIndexes: 100_000 };
/** Limits of an Indexed Job that counts the failures of each index. */
const MANY = { completions: 100_000, parallelism: 10_000, failedIndexes: 10_000 };

/** Validates a new Job, or one that replaces `old`. */
export function jobCauses(job: Job, old?: Job): Cause[] {
  const { spec } = job;
  const causes = selectedCauses(spec);
  const created = [...generatedCauses(job), ...hostNameCauses(job), ...causes];
  // API servers check the spec of a change twice.
  return old ? [...created, ...causes, ...changedCauses(spec, old)] : created;
}

function selectedCauses(spec: Spec): Cause[] {
  const { selector } = spec;
  return [
    ...jobSpecCauses(spec, 'spec'),
    ...(selector ? labelSelectorCauses('spec.selector', selector) : [required('spec.selector')]),
    ...(!selector || isUsable(selector) ? unmatchedCauses(selector, spec.template) : []),
  ];
}

/** Labels that the pods of a Job get, by which it selects them. */
export function generatedLabels({ metadata: { uid, name } }: Job): Readonly<Record<string, string>> {
  return {
    'controller-uid': uid,
    'batch.kubernetes.io/controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/job-name': name,
  };
}

function generatedCauses(job: Job): Cause[] {
  const { selector, manualSelector, template } = job.spec;
  if (manualSelector || !selector) return [];
  const labels = template.metadata?.labels ?? {};
  const expected = generatedLabels(job);
  const wrong = Object.entries(expected).filter(([name, value]) => labels[name] !== value);
  return [
    ...wrong.map(([name, value]) =>
      invalidValue(`spec.template.metadata.labels[${name}]`, labels, `must be '${value}'`),
    ),
    ...(matchesLabels(selector, expected)
      ? []
      : [invalidValue('spec.selector', selector, '`selector` not auto-generated')]),
  ];
}

/** The pods of an Indexed Job have host names. */
function hostNameCauses({ metadata: { name }, spec: { completionMode, completions = 0 } }: Job): Cause[] {
  const longest = `${name}-${completions - 1}`;
  if (completionMode !== INDEXED || completions <= 0 || dnsLabel(longest).length === 0) return [];
  const why = `will not able to create pod with invalid DNS label: ${longest}`;
  return [invalidValue('metadata.name', name, why)];
}

const COUNTS = [
  ...(['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit'] as const),
  ...(['ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes'] as const),
];

/** Validates the spec of a Job, or of the Jobs of a CronJob, at `path`. */
export function jobSpecCauses(spec: Spec, path: string): Cause[] {
  const { maxFailedIndexes, backoffLimitPerIndex, completionMode, managedBy, template } = spec;
  return [
    ...COUNTS.flatMap((name) => negativeCauses(`${path}.${name}`, spec[name])),
    ...(maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined
      ? [required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')]
      : []),
    ...(managedBy === undefined ? [] : formatCauses(`${path}.managedBy`, managedBy, domainPath)),
    ...(completionMode === INDEXED ? indexedCauses(spec, path) : nonIndexedCauses(spec, path)),
    ...replacementCauses(spec, `${path}.podReplacementPolicy`),
    ...podTemplateCauses(template, `${path}.template`),
    ...restartCauses(spec, `${path}.template.spec.restartPolicy`),
  ];
}

function indexedCauses(spec: Spec, path: string): Cause[] {
  const { completions, parallelism = 0, maxFailedIndexes = 0 } = spec;
  const most = `must be less than or equal to`;
  return [
    ...(completions === undefined
      ? [required(`${path}.completions`, `when completion mode is ${INDEXED}`)]
      : []),
    ...(parallelism > LIMITS.parallelism
      ? [
          invalidValue(
            `${path}.parallelism`,
            parallelism,
            `${most} ${LIMITS.parallelism} when completion mode is ${INDEXED}`,
          ),
        ]
      : []),
    ...(completions !== undefined && maxFailedIndexes > completions
      ? [invalidValue(`${path}.maxFailedIndexes`, maxFailedIndexes, `${most} completions`)]
      : []),
    ...(maxFailedIndexes > LIMITS.failedIndexes
      ? [invalidValue(`${path}.maxFailedIndexes`, maxFailedIndexes, `${most} ${LIMITS.failedIndexes}`)]
      : []),
    ...manyIndexesCauses(spec, path),
  ];
}

function manyIndexesCauses(spec: Spec, path: string): Cause[] {
  const { completions = 0, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex } = spec;
  if (completions <= MANY.completions || backoffLimitPerIndex === undefined) return [];
  const when = `when completions are above ${MANY.completions} and used with backoff limit per index`;
  const failed = `${path}.maxFailedIndexes`;
  return [
    ...(maxFailedIndexes === undefined
      ? [required(failed, `must be specified when completions is above ${MANY.completions}`)]
      : []),
    ...(parallelism > MANY.parallelism
      ? [
          invalidValue(
            `${path}.parallelism`,
            parallelism,
            `must be less than or equal to ${MANY.parallelism} ${when}`,
          ),
        ]
      : []),
    ...(maxFailedIndexes !== undefined && maxFailedIndexes > MANY.failedIndexes
      ? [
          invalidValue(
            failed,
            maxFailedIndexes,
            `must be less than or equal to ${MANY.failedIndexes} ${when}`,
          ),
        ]
      : []),
  ];
}

function nonIndexedCauses(spec: Spec, path: string): Cause[] {
  return (['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy'] as const).flatMap((name) =>
    spec[name] === undefined
      ? []
      : [invalidValue(`${path}.${name}`, spec[name], 'requires indexed completion mode')],
  );
}

function replacementCauses({ podReplacementPolicy, podFailurePolicy }: Spec, field: string): Cause[] {
  return podFailurePolicy !== undefined && podReplacementPolicy === 'TerminatingOrFailed'
    ? [unsupported(field, podReplacementPolicy, ['Failed'])]
    : [];
}

function restartCauses({ template, podFailurePolicy }: Spec, field: string): Cause[] {
  const { restartPolicy = 'Always' } = template.spec;
  if (restartPolicy === 'Always') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never')
    return [
      unsupported(field, restartPolicy, ['Always', 'OnFailure', 'Never']),
      unsupported(field, restartPolicy, ['OnFailure', 'Never']),
    ];
  if (podFailurePolicy === undefined || restartPolicy === 'Never') return [];
  return [invalidValue(field, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified')];
}

const FIXED = [
  ...(['selector', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex'] as const),
  ...(['managedBy', 'successPolicy'] as const),
];

function changedCauses(spec: Spec, old: Job): Cause[] {
  return [
    ...completionsCauses(spec, old.spec),
    ...FIXED.flatMap((name) => changeCauses(`spec.${name}`, spec[name], old.spec[name])),
    ...templateCauses(spec, old),
  ];
}

function templateCauses(spec: Spec, old: Job): Cause[] {
  const { template } = spec;
  if (sameJson(fixedTemplate(spec, old), old.spec.template)) return [];
  return isAdjustable(old)
    ? [immutable('spec.template.spec', template.spec)]
    : [immutable('spec.template', template)];
}

/** A suspended Job that has not started: where its pods will run, and with how much, may change. */
function isAdjustable({ spec, status }: Job): boolean {
  return !!spec.suspend && !status?.startTime;
}

/** An Indexed Job may change its completions with its parallelism. */
function completionsCauses(spec: Spec, old: Spec): Cause[] {
  const { completions, parallelism, completionMode } = spec;
  const field = 'spec.completions';
  if (completionMode !== INDEXED) return changeCauses(field, completions, old.completions);
  if (completions === undefined || completions === old.completions || completions === parallelism) return [];
  return [invalidValue(field, completions, 'can only be modified in tandem with spec.parallelism')];
}

/** The template without the changes that a suspended Job may have before it starts: where its pods run, with how much. */
function fixedTemplate({ template }: Spec, old: Job): Spec['template'] {
  if (!isAdjustable(old)) return template;
  const { metadata, spec } = old.spec.template;
  const { nodeSelector, tolerations, affinity, containers } = spec;
  const resourcesOf = (name: string) => containers.find((container) => container.name === name)?.resources;
  return {
    ...template,
    metadata,
    spec: {
      ...template.spec,
      ...{ nodeSelector, tolerations, affinity },
      containers: template.spec.containers.map((container) => ({
        ...container,
        resources: resourcesOf(container.name),
      })),
    },
  };
}
