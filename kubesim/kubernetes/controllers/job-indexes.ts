import type { Pod, PodTemplate } from '../kinds/core.js';
import type { Job } from '../kinds/workloads.js';
import { countsAsFailure, hasFailed, matchFailure } from './job-failures.js';
import { finishedAt } from './job-back-off.js';
import { isTracked } from './job-tracking.js';

const INDEX = 'batch.kubernetes.io/job-completion-index';
const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';
const VARIABLE = 'JOB_COMPLETION_INDEX';

/** Whether each pod of the Job has a completion index. */
export function isIndexed({ spec }: Pick<Job, 'spec'>): boolean {
  return spec.completionMode === 'Indexed';
}

/** Whether each index of the Job has a back-off limit of its own. */
export function hasLimitPerIndex(job: Pick<Job, 'spec'>): boolean {
  return isIndexed(job) && job.spec.backoffLimitPerIndex !== undefined;
}

/** The completion index of a pod; undefined if it has none that its Job has. */
export function indexOf({ spec }: Pick<Job, 'spec'>, { metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[INDEX];
  const index = Number(text);
  return text !== undefined && index < (spec.completions ?? 0) ? index : undefined;
}

/** The indexes that have succeeded, also of pods that are gone. */
export function completedIndexes(job: Job, own: readonly Pod[]): ReadonlySet<number> {
  const succeeded = own.filter((pod) => pod.status.phase === 'Succeeded' && isTracked(pod));
  return indexesWith(job, job.status?.completedIndexes, succeeded);
}

/** The indexes that have failed more often than each may, also of pods that are gone. */
export function failedIndexes(job: Job, own: readonly Pod[]): ReadonlySet<number> {
  const failed = own.filter((pod) => isTracked(pod) && hasFailed(job, pod) && failsIndex(job, pod));
  return indexesWith(job, job.status?.failedIndexes, failed);
}

function failsIndex(job: Job, pod: Pod): boolean {
  const { action } = matchFailure(job, pod);
  if (action === 'FailIndex') return true;
  return action !== 'Ignore' && failuresOf(pod, FAILURES) >= (job.spec.backoffLimitPerIndex ?? 0);
}

function indexesWith(job: Job, text: string | undefined, added: readonly Pod[]): ReadonlySet<number> {
  const indexes = added.flatMap((pod) => indexOf(job, pod) ?? []);
  return new Set([...parsedIndexes(text, job.spec.completions ?? 0), ...indexes]);
}

/** Indexes as in the status: `0-2,4`. */
export function indexesText(indexes: ReadonlySet<number>): string {
  const runs: { first: number; last: number }[] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.last === index - 1) run.last = index;
    else runs.push({ first: index, last: index });
  }
  const text = ({ first, last }: { readonly first: number; readonly last: number }) =>
    first === last ? String(first) : `${first}${last === first + 1 ? ',' : '-'}${last}`;
  return runs.map(text).join(',');
}

/** Most indexes that are read: clients may write `0-2000000000` into a status. */
const MAX_INDEXES = 100_000;

/** The indexes of a text like `0-2,4` below a number, MAX_INDEXES at most. */
export function parsedIndexes(text: string | undefined, below: number): number[] {
  const indexes: number[] = [];
  for (const run of (text ?? '').split(',').filter(Boolean)) {
    const [first = 0, last = first] = run.split('-').map(Number);
    const end = Math.min(last + 1, below, first + MAX_INDEXES - indexes.length);
    for (let index = first; index < end; index += 1) indexes.push(index);
  }
  return indexes;
}

/**
 * The last failed pod of each index that has no other pod: it keeps its finalizer until its replacement, which takes over
 * its number of failures, exists.
 */
export function awaitingReplacement(
  job: Job,
  own: readonly Pod[],
  taken: ReadonlySet<number>,
): ReadonlyMap<number, Pod> {
  const last = new Map<number, Pod>();
  for (const pod of own) {
    const index = indexOf(job, pod);
    if (index === undefined || taken.has(index) || !isTracked(pod) || !hasFailed(job, pod)) continue;
    const known = last.get(index);
    if (!known || isLater(pod, known)) last.set(index, pod);
  }
  return last;
}

function isLater(pod: Pod, known: Pod): boolean {
  return allFailures(pod) >= allFailures(known) && finishedAt(pod) >= finishedAt(known);
}

/** The failures of an index, up to those before a pod. */
export function allFailures(pod: Pod): number {
  return failuresOf(pod, FAILURES) + failuresOf(pod, IGNORED_FAILURES);
}

function failuresOf({ metadata }: Pod, annotation: string): number {
  return Number(metadata.annotations?.[annotation] ?? 0);
}

/** The template of the pod with a completion index, which may replace a failed one. */
export function indexedTemplate(job: Job, index: number, replaced: Pod | undefined): PodTemplate {
  const { template } = job.spec;
  const variable = { name: VARIABLE, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } } };
  const own = { [INDEX]: String(index) };
  const withVariable = (containers: PodTemplate['spec']['containers']) =>
    containers.map((container) =>
      container.env?.some(({ name }) => name === VARIABLE)
        ? container
        : { ...container, env: [...(container.env ?? []), variable] },
    );
  const { initContainers, containers } = template.spec;
  return {
    ...template,
    metadata: {
      ...template.metadata,
      annotations: { ...template.metadata?.annotations, ...own, ...failureCounts(job, replaced) },
      labels: { ...template.metadata?.labels, ...own },
    },
    spec: {
      ...template.spec,
      hostname: `${job.metadata.name}-${index}`,
      ...(initContainers && { initContainers: withVariable(initContainers) }),
      containers: withVariable(containers),
    },
  };
}

/** The annotations of a pod with the failures of its index before it. */
function failureCounts(job: Job, replaced: Pod | undefined): Readonly<Record<string, string>> {
  if (!hasLimitPerIndex(job)) return {};
  if (!replaced) return { [FAILURES]: '0' };
  const counted = countsAsFailure(job, replaced);
  const failures = failuresOf(replaced, FAILURES) + (counted ? 1 : 0);
  const ignored = failuresOf(replaced, IGNORED_FAILURES) + (counted ? 0 : 1);
  return { [FAILURES]: String(failures), ...(ignored > 0 ? { [IGNORED_FAILURES]: String(ignored) } : {}) };
}
