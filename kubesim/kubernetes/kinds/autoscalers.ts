import { autoscalerCauses, type AutoscalerSpec } from './autoscaler-rules.js';
import { type MetricStatus, targetsText } from './autoscaler-targets.js';
import type { Condition, KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

/** A HorizontalPodAutoscaler of autoscaling/v2. */
export interface Autoscaler extends KubeObject {
  readonly spec: AutoscalerSpec;
  readonly status?: {
    readonly currentReplicas?: number;
    readonly desiredReplicas?: number;
    readonly lastScaleTime?: string;
    readonly currentMetrics?: readonly MetricStatus[];
    readonly conditions?: readonly Condition[];
  };
}

const CPU = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};

/** All pods may go at once; pods are doubled, or four are added, within 15 seconds. */
const PERCENT = { type: 'Percent', value: 100, periodSeconds: 15 };
const SCALE_UP = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, PERCENT],
};
const SCALE_DOWN = { selectPolicy: 'Max', policies: [PERCENT] };

/** A behavior has rules of both directions. */
function behaviorDefaults(spec: AutoscalerSpec | undefined): Pick<AutoscalerSpec, 'behavior'> {
  const { behavior } = spec ?? {};
  if (!behavior) return {};
  const { scaleUp, scaleDown } = behavior;
  return { behavior: { scaleUp: { ...SCALE_UP, ...scaleUp }, scaleDown: { ...SCALE_DOWN, ...scaleDown } } };
}

export const autoscalers = defineResource<Autoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  defaults: (autoscaler) => ({
    ...autoscaler,
    spec: { minReplicas: 1, metrics: [CPU], ...autoscaler.spec, ...behaviorDefaults(autoscaler.spec) },
    status: autoscaler.status ?? {},
  }),
  validate: ({ spec }) => autoscalerCauses(spec),
  columns: [
    nameColumn<Autoscaler>(),
    {
      name: 'Reference',
      type: 'string',
      value: ({ spec }) => `${spec.scaleTargetRef?.kind ?? ''}/${spec.scaleTargetRef?.name ?? ''}`,
    },
    {
      name: 'Targets',
      type: 'string',
      value: ({ spec, status }) => targetsText(spec.metrics, status?.currentMetrics),
    },
    { name: 'MinPods', type: 'string', value: ({ spec }) => String(spec.minReplicas ?? '<unset>') },
    { name: 'MaxPods', type: 'integer', value: ({ spec }) => spec.maxReplicas ?? 0 },
    { name: 'Replicas', type: 'integer', value: ({ status }) => status?.currentReplicas ?? 0 },
    ageColumn<Autoscaler>(),
  ],
});
