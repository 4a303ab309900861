import type { KindContract } from './kind-contract.js';

const selector = { matchLabels: { app: 'web' } };

export const scalingKinds: readonly KindContract[] = [
  {
    version: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    minimal: {
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 3 },
    },
    defaults: {
      spec: {
        minReplicas: 1,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
          },
        ],
      },
    },
    invalid: {
      'negative minReplicas': [{ spec: { minReplicas: -1 } }, 'FieldValueInvalid spec.minReplicas'],
      'no replicas without an external metric': [
        { spec: { minReplicas: 0 } },
        'FieldValueInvalid spec.minReplicas',
        'FieldValueForbidden spec.metrics',
      ],
      'a target kind with a space': [
        { spec: { scaleTargetRef: { kind: 'A/B' } } },
        'FieldValueInvalid spec.scaleTargetRef.kind',
      ],
      'a metric of an unknown type': [
        { spec: { metrics: [{ type: 'Mood' }] } },
        'FieldValueNotSupported spec.metrics[0].type',
        'FieldValueNotSupported spec.metrics[0].type',
      ],
      'a metric without its source': [
        { spec: { metrics: [{ type: 'Resource' }] } },
        'FieldValueRequired spec.metrics[0].resource',
      ],
      'a resource metric without name': [
        {
          spec: {
            metrics: [
              { type: 'Resource', resource: { target: { type: 'Utilization', averageUtilization: 50 } } },
            ],
          },
        },
        'FieldValueRequired spec.metrics[0].resource.name',
      ],
      'a resource metric without target': [
        { spec: { metrics: [{ type: 'Resource', resource: { name: 'cpu' } }] } },
        'FieldValueRequired spec.metrics[0].resource.target.type',
        'FieldValueInvalid spec.metrics[0].resource.target.type',
        'FieldValueRequired spec.metrics[0].resource.target.averageUtilization',
      ],
      'a utilization of zero': [
        {
          spec: {
            metrics: [
              {
                type: 'Resource',
                resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0 } },
              },
            ],
          },
        },
        'FieldValueInvalid spec.metrics[0].resource.target.averageUtilization',
      ],
      'two targets of a metric': [
        {
          spec: {
            metrics: [
              {
                type: 'Resource',
                resource: {
                  name: 'cpu',
                  target: { type: 'Utilization', averageUtilization: 50, averageValue: '1' },
                },
              },
            ],
          },
        },
        'FieldValueForbidden spec.metrics[0].resource.target.averageValue',
      ],
      'a pods metric without average': [
        {
          spec: {
            metrics: [{ type: 'Pods', pods: { metric: { name: 'a' }, target: { type: 'AverageValue' } } }],
          },
        },
        'FieldValueRequired spec.metrics[0].pods.target.averageValue',
      ],
      'a window above an hour': [
        { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 3601 } } } },
        'FieldValueInvalid spec.behavior.scaleDown.stabilizationWindowSeconds',
      ],
      'no policy of a direction': [
        { spec: { behavior: { scaleUp: { policies: [] } } } },
        'FieldValueRequired spec.behavior.scaleUp.policies',
      ],
      'a policy of no pods': [
        { spec: { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 0, periodSeconds: 15 }] } } } },
        'FieldValueInvalid spec.behavior.scaleUp.policies[0].value',
      ],
      'a policy of a period above half an hour': [
        { spec: { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 1801 }] } } } },
        'FieldValueInvalid spec.behavior.scaleUp.policies[0].periodSeconds',
      ],
      'a policy of an unknown type': [
        { spec: { behavior: { scaleUp: { policies: [{ type: 'Nodes', value: 1, periodSeconds: 15 }] } } } },
        'FieldValueNotSupported spec.behavior.scaleUp.policies[0].type',
      ],
      'an unknown selection of policies': [
        { spec: { behavior: { scaleUp: { selectPolicy: 'Some' } } } },
        'FieldValueNotSupported spec.behavior.scaleUp.selectPolicy',
      ],
      'no maxReplicas': [
        { spec: { maxReplicas: null } },
        'FieldValueRequired spec.maxReplicas',
        'FieldValueInvalid spec.maxReplicas',
      ],
      'fewer maxReplicas than minReplicas': [
        { spec: { minReplicas: 5 } },
        'FieldValueInvalid spec.maxReplicas',
      ],
      'no target': [
        { spec: { scaleTargetRef: null } },
        'FieldValueRequired spec.scaleTargetRef.kind',
        'FieldValueRequired spec.scaleTargetRef.name',
        'FieldValueInvalid spec.scaleTargetRef.apiVersion',
      ],
    },
  },
  {
    version: 'policy/v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    minimal: { spec: { selector, minAvailable: 1 } },
    invalid: {
      'an amount that is none': [{ spec: { minAvailable: 'many' } }, 'FieldValueInvalid spec.minAvailable'],
      'a selector of an unknown operator': [
        { spec: { selector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } } },
        'FieldValueInvalid spec.selector.matchExpressions[0].operator',
      ],
      'an unknown eviction policy': [
        { spec: { unhealthyPodEvictionPolicy: 'Some' } },
        'FieldValueNotSupported spec.unhealthyPodEvictionPolicy',
      ],
      'both minAvailable and maxUnavailable': [{ spec: { maxUnavailable: 1 } }, 'FieldValueInvalid spec'],
      'a negative minAvailable': [{ spec: { minAvailable: -1 } }, 'FieldValueInvalid spec.minAvailable'],
      'more than 100 percent': [{ spec: { minAvailable: '120%' } }, 'FieldValueInvalid spec.minAvailable'],
    },
  },
];
