import { invalidValue, negativeCauses, required } from '../schema/causes.js';
import type { PodTemplate } from './core.js';
import type { KubeObject } from './object.js';
import { podTemplateCauses } from './pod-template-rules.js';
import { completeTemplate } from './pod-template.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';
import { matchesLabels, selectorText } from './selector.js';
import { lifetimeCauses } from './workload-rules.js';
import type { ReplicaSet } from './workloads.js';

/** The ancestor of ReplicaSets. Its selector has labels only. */
export interface ReplicationController extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly selector?: Readonly<Record<string, string>>;
    readonly template?: PodTemplate;
  };
  readonly status?: ReplicaSet['status'];
}

export const replicationControllers = defineResource<ReplicationController>({
  kind: 'ReplicationController',
  generation: true,
  defaults: (controller) => {
    const { template } = controller.spec ?? {};
    const own = template?.metadata?.labels;
    const { labels } = controller.metadata;
    const { selector } = controller.spec ?? {};
    return {
      ...controller,
      metadata: { ...controller.metadata, ...(own && { labels: orElse(labels, own) }) },
      spec: {
        replicas: 1,
        ...controller.spec,
        ...(own && { selector: orElse(selector, own) }),
        ...(template && { template: completeTemplate(template) }),
      },
      status: controller.status ?? { replicas: 0 },
    };
  },
  validate: ({ spec }) => [
    ...negativeCauses('spec.minReadySeconds', spec.minReadySeconds),
    ...(Object.keys(spec.selector ?? {}).length === 0 ? [required('spec.selector')] : []),
    ...negativeCauses('spec.replicas', spec.replicas),
    ...(spec.template ? templateCauses(spec.template, spec.selector) : [required('spec.template')]),
  ],
  columns: [
    nameColumn<ReplicationController>(),
    { name: 'Desired', type: 'integer', value: ({ spec }) => spec.replicas ?? 0 },
    { name: 'Current', type: 'integer', value: ({ status }) => status?.replicas ?? 0 },
    { name: 'Ready', type: 'integer', value: ({ status }) => status?.readyReplicas ?? 0 },
    ageColumn<ReplicationController>(),
    { name: 'Containers', type: 'string', priority: 1, value: (rc) => containers(rc, 'name') },
    { name: 'Images', type: 'string', priority: 1, value: (rc) => containers(rc, 'image') },
    {
      name: 'Selector',
      type: 'string',
      priority: 1,
      value: ({ spec }) => selectorText({ matchLabels: spec.selector }),
    },
  ],
});

type Labels = Readonly<Record<string, string>>;

function orElse(labels: Labels | undefined, otherwise: Labels): Labels {
  return labels && Object.keys(labels).length > 0 ? labels : otherwise;
}

function containers({ spec }: ReplicationController, field: 'name' | 'image'): string {
  return (spec.template?.spec.containers ?? []).map((container) => container[field]).join(',');
}

function templateCauses(template: PodTemplate, selector: Labels = {}): Cause[] {
  const labels = template.metadata?.labels;
  const why = '`selector` does not match template `labels`';
  return [
    ...(matchesLabels({ matchLabels: selector }, labels)
      ? []
      : [invalidValue('spec.template.metadata.labels', labels ?? null, why)]),
    ...podTemplateCauses(template, 'spec.template'),
    ...lifetimeCauses(template, 'spec.template', 'ReplicationController'),
  ];
}
