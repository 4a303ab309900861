import type { PodTemplate } from './core.js';
import { matchesLabels, selectorText } from './selector.js';
import type { KubeObject, LabelSelector } from './object.js';
import { forbiddenValue, immutable, invalidValue, required, unsupported } from './causes.js';
import { rolloutCauses, strategyDefaults } from './deployment-rules.js';
import { podSpecCauses } from './pod-spec-rules.js';
import { completeTemplate } from './pod-template.js';
import { ageColumn, defineResource, nameColumn, type Cause, type Column } from './resource.js';
import { sameJson } from '../../../kernel/same-json.js';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from './workloads.js';

interface Workload extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly selector?: LabelSelector;
    readonly template: PodTemplate;
  };
}

function selectorCauses({ spec: { selector, template } }: Workload): Cause[] {
  const labels = template.metadata?.labels ?? {};
  const why = '`selector` does not match template `labels`';
  const unmatched = invalidValue('spec.template.metadata.labels', labels, why);
  if (!selector) return [required(SELECTOR), unmatched];
  const operators = operatorCauses(selector);
  if (operators.length > 0) return operators;
  if (isEmpty(selector))
    return [invalidValue(SELECTOR, selector, 'empty selector is invalid for deployment')];
  return matchesLabels(selector, labels) ? [] : [unmatched];
}

const SELECTOR = 'spec.selector';

function operatorCauses(selector: LabelSelector): Cause[] {
  const wrong = (selector.matchExpressions ?? []).flatMap(({ operator }, index) => {
    const field = `${SELECTOR}.matchExpressions[${index}].operator`;
    return OPERATORS.includes(operator)
      ? []
      : [invalidValue(field, operator, 'not a valid selector operator')];
  });
  return wrong.length === 0 ? [] : [...wrong, invalidValue(SELECTOR, selector, 'invalid label selector')];
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** Fields of workloads that must not be negative. */
const COUNTS = ['replicas', 'minReadySeconds', 'revisionHistoryLimit'] as const;

/** Validation of all workloads with a selector. */
function workloadCauses(workload: Workload, old?: Workload): Cause[] {
  const { selector, template } = workload.spec;
  const causes = selectorCauses(workload);
  for (const name of COUNTS) {
    const count = workload.spec[name] ?? 0;
    if (count < 0) causes.push(invalidValue(`spec.${name}`, count, 'must be greater than or equal to 0'));
  }
  if (old && !sameJson(old.spec.selector, selector)) {
    causes.push(immutable('spec.selector', selector));
  }
  return [...causes, ...podSpecCauses(template.spec, 'spec.template.spec'), ...restartCauses(template)];
}

/** Pods of a workload run until they are deleted. */
function restartCauses({ spec }: PodTemplate): Cause[] {
  const {
    restartPolicy = 'Always',
    activeDeadlineSeconds,
  }: PodTemplate['spec'] & { activeDeadlineSeconds?: number } = spec;
  const path = 'spec.template.spec';
  return [
    ...(restartPolicy === 'Always' ? [] : [unsupported(`${path}.restartPolicy`, restartPolicy, ['Always'])]),
    ...(activeDeadlineSeconds === undefined
      ? []
      : [
          forbiddenValue(
            `${path}.activeDeadlineSeconds`,
            'activeDeadlineSeconds in ReplicaSet is not Supported',
          ),
        ]),
  ];
}

function podColumns<T extends Workload>(): Column<T>[] {
  const containers = (workload: T) => workload.spec.template.spec.containers;
  return [
    {
      name: 'Containers',
      type: 'string',
      priority: 1,
      value: (workload) =>
        containers(workload)
          .map((container) => container.name)
          .join(','),
    },
    {
      name: 'Images',
      type: 'string',
      priority: 1,
      value: (workload) =>
        containers(workload)
          .map((container) => container.image)
          .join(','),
    },
  ];
}

function selectorColumn<T extends Workload>(): Column<T> {
  return {
    name: 'Selector',
    type: 'string',
    priority: 1,
    value: (workload) => selectorText(workload.spec.selector),
  };
}

export const deployments = defineResource<Deployment>({
  group: 'apps',
  kind: 'Deployment',
  generation: true,
  defaults: (deployment) => ({
    ...deployment,
    spec: {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...deployment.spec,
      strategy: strategyDefaults(deployment),
      template: completeTemplate(deployment.spec?.template),
    },
    status: deployment.status ?? {},
  }),
  validate: (deployment, old) => [...workloadCauses(deployment, old), ...rolloutCauses(deployment)],
  columns: [
    nameColumn<Deployment>(),
    {
      name: 'Ready',
      type: 'string',
      value: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    },
    { name: 'Up-to-date', type: 'integer', value: ({ status }) => status?.updatedReplicas ?? 0 },
    { name: 'Available', type: 'integer', value: ({ status }) => status?.availableReplicas ?? 0 },
    ageColumn<Deployment>(),
    ...podColumns<Deployment>(),
    selectorColumn<Deployment>(),
  ],
});

export const replicaSets = defineResource<ReplicaSet>({
  group: 'apps',
  kind: 'ReplicaSet',
  generation: true,
  defaults: (set) => ({
    ...set,
    spec: { replicas: 1, ...set.spec, template: completeTemplate(set.spec?.template) },
    status: set.status ?? { replicas: 0 },
  }),
  validate: workloadCauses,
  columns: [
    nameColumn<ReplicaSet>(),
    { name: 'Desired', type: 'integer', value: ({ spec }) => spec.replicas ?? 0 },
    { name: 'Current', type: 'integer', value: ({ status }) => status?.replicas ?? 0 },
    { name: 'Ready', type: 'integer', value: ({ status }) => status?.readyReplicas ?? 0 },
    ageColumn<ReplicaSet>(),
    ...podColumns<ReplicaSet>(),
    selectorColumn<ReplicaSet>(),
  ],
});

export const statefulSets = defineResource<StatefulSet>({
  group: 'apps',
  kind: 'StatefulSet',
  generation: true,
  defaults: (set) => ({
    ...set,
    spec: {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...set.spec,
      template: completeTemplate(set.spec?.template),
    },
    status: set.status ?? { replicas: 0 },
  }),
  validate: workloadCauses,
  columns: [
    nameColumn<StatefulSet>(),
    {
      name: 'Ready',
      type: 'string',
      value: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    },
    ageColumn<StatefulSet>(),
    ...podColumns<StatefulSet>(),
  ],
});

export const daemonSets = defineResource<DaemonSet>({
  group: 'apps',
  kind: 'DaemonSet',
  generation: true,
  defaults: (set) => ({
    ...set,
    spec: {
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      ...set.spec,
      template: completeTemplate(set.spec?.template),
    },
    status: set.status ?? {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    },
  }),
  validate: workloadCauses,
  columns: [
    nameColumn<DaemonSet>(),
    { name: 'Desired', type: 'integer', value: ({ status }) => status?.desiredNumberScheduled ?? 0 },
    { name: 'Current', type: 'integer', value: ({ status }) => status?.currentNumberScheduled ?? 0 },
    { name: 'Ready', type: 'integer', value: ({ status }) => status?.numberReady ?? 0 },
    { name: 'Up-to-date', type: 'integer', value: ({ status }) => status?.updatedNumberScheduled ?? 0 },
    { name: 'Available', type: 'integer', value: ({ status }) => status?.numberAvailable ?? 0 },
    {
      name: 'Node Selector',
      type: 'string',
      value: ({ spec }) => selectorText({ matchLabels: spec.template.spec.nodeSelector }),
    },
    ageColumn<DaemonSet>(),
    ...podColumns<DaemonSet>(),
    selectorColumn<DaemonSet>(),
  ],
});
