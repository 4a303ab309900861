import type { Pod, PodTemplate } from '../kinds/core.js';
import type { Job } from '../kinds/workloads.js';

const INDEX = 'batch.kubernetes.io/job-completion-index';

/** Whether each pod of the Job has a completion index. */
export function isIndexed({ spec }: Pick<Job, 'spec'>): boolean {
  return spec.completionMode === 'Indexed';
}

/** The completion index of a pod; undefined if it has none. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[INDEX];
  return text === undefined ? undefined : Number(text);
}

/** The indexes that have succeeded, also of pods that are gone. */
export function completedIndexes({ spec, status }: Job, own: readonly Pod[]): ReadonlySet<number> {
  const succeeded = own
    .filter((pod) => pod.status.phase === 'Succeeded')
    .flatMap((pod) => indexOf(pod) ?? []);
  return new Set(
    [...parsed(status?.completedIndexes), ...succeeded].filter((index) => index < (spec.completions ?? 0)),
  );
}

/** Indexes as in the status: `0-2,4`. */
export function indexesText(indexes: ReadonlySet<number>): string {
  const runs: { first: number; last: number }[] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.last === index - 1) run.last = index;
    else runs.push({ first: index, last: index });
  }
  return runs.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}

function parsed(text: string | undefined): number[] {
  return (text ?? '')
    .split(',')
    .filter(Boolean)
    .flatMap((run) => {
      const [first = 0, last = first] = run.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    });
}

/** The template of the pod with a completion index. */
export function indexedTemplate({ metadata, spec }: Job, index: number): PodTemplate {
  const { template } = spec;
  const variable = { name: 'JOB_COMPLETION_INDEX', value: String(index) };
  const annotations = { ...template.metadata?.annotations, [INDEX]: String(index) };
  const labels = { ...template.metadata?.labels, [INDEX]: String(index) };
  return {
    ...template,
    metadata: { ...template.metadata, annotations, labels },
    spec: {
      ...template.spec,
      hostname: `${metadata.name}-${index}`,
      containers: template.spec.containers.map((container) => ({
        ...container,
        env: [...(container.env ?? []), variable],
      })),
    },
  };
}
