import { invalidValue, required } from './causes.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

interface ScaleTarget {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** A HorizontalPodAutoscaler of autoscaling/v2. It is stored and has no effect: nothing scales by it. */
interface Autoscaler extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef?: ScaleTarget;
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly metrics?: readonly unknown[];
  };
  readonly status?: { readonly currentReplicas?: number };
}

const CPU = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};

export const autoscalers = defineResource<Autoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  defaults: (autoscaler) => ({
    ...autoscaler,
    spec: { minReplicas: 1, metrics: [CPU], ...autoscaler.spec },
    status: autoscaler.status ?? {},
  }),
  validate: ({ spec: { scaleTargetRef = {}, minReplicas = 1, maxReplicas = 0 } }) => [
    ...(maxReplicas < 1 ? [required('spec.maxReplicas', 'must be greater than 0')] : []),
    ...(maxReplicas < minReplicas
      ? [invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`')]
      : []),
    ...targetCauses(scaleTargetRef),
  ],
  columns: [
    nameColumn<Autoscaler>(),
    {
      name: 'Reference',
      type: 'string',
      value: ({ spec }) => `${spec.scaleTargetRef?.kind ?? ''}/${spec.scaleTargetRef?.name ?? ''}`,
    },
    { name: 'Targets', type: 'string', value: () => '<unknown>' },
    { name: 'MinPods', type: 'string', value: ({ spec }) => String(spec.minReplicas ?? '<unset>') },
    { name: 'MaxPods', type: 'integer', value: ({ spec }) => spec.maxReplicas ?? 0 },
    { name: 'Replicas', type: 'integer', value: ({ status }) => status?.currentReplicas ?? 0 },
    ageColumn<Autoscaler>(),
  ],
});

function targetCauses({ apiVersion = '', kind, name }: ScaleTarget): Cause[] {
  const field = 'spec.scaleTargetRef';
  const why = 'apiVersion must specify API group';
  return [
    ...(kind ? [] : [required(`${field}.kind`)]),
    ...(name ? [] : [required(`${field}.name`)]),
    ...(apiVersion ? [] : [invalidValue(`${field}.apiVersion`, apiVersion, why)]),
  ];
}
