import { selectorText } from './selector.js';
import { daemonSetCauses, daemonStrategyDefaults } from './daemon-set-rules.js';
import { deploymentCauses, replicaSetCauses, strategyDefaults } from './deployment-rules.js';
import { completeTemplate } from './pod-template.js';
import { ageColumn, defineResource, nameColumn, type Column } from './resource.js';
import { statefulSetCauses, updateStrategyDefaults } from './stateful-set-rules.js';
import type { Workload } from './workload-rules.js';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from './workloads.js';

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
  validate: deploymentCauses,
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
  validate: replicaSetCauses,
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
      ...set.spec,
      updateStrategy: updateStrategyDefaults(set.spec),
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: 'Retain',
        whenScaled: 'Retain',
        ...set.spec?.persistentVolumeClaimRetentionPolicy,
      },
      template: completeTemplate(set.spec?.template),
    },
    status: set.status ?? { replicas: 0 },
  }),
  validate: statefulSetCauses,
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
      ...set.spec,
      updateStrategy: daemonStrategyDefaults(set.spec?.updateStrategy),
      template: completeTemplate(set.spec?.template),
    },
    status: set.status ?? {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    },
  }),
  validate: daemonSetCauses,
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
