import type { KindContract, Manifest } from './kind-contract.js';

const selector = { matchLabels: { app: 'web' } };
const main = { name: 'main', image: 'nginx:1.27' };
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [main] } };
const jobTemplate = { spec: { restartPolicy: 'Never', containers: [main] } };

/** Defaults of a pod template's spec with one container. */
const podDefaults = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  securityContext: {},
  containers: [
    {
      ...main,
      imagePullPolicy: 'IfNotPresent',
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      resources: {},
    },
  ],
};

/** A change of the template's pod spec. */
const inTemplate = (spec: Manifest): Manifest => ({ spec: { template: { spec } } });

export const workloadKinds: readonly KindContract[] = [
  {
    version: 'apps/v1',
    kind: 'Deployment',
    plural: 'deployments',
    minimal: { spec: { selector, template } },
    defaults: {
      metadata: { generation: 1 },
      spec: {
        replicas: 1,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        template: { spec: podDefaults },
      },
    },
    invalid: {
      'more than all pods unavailable': [
        { spec: { strategy: { rollingUpdate: { maxUnavailable: '120%' } } } },
        'FieldValueInvalid spec.strategy.rollingUpdate.maxUnavailable',
      ],
      'a negative surge': [
        { spec: { strategy: { rollingUpdate: { maxSurge: -1 } } } },
        'FieldValueInvalid spec.strategy.rollingUpdate.maxSurge',
      ],
      'a selector in nothing': [
        { spec: { selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } } },
        'FieldValueRequired spec.selector.matchExpressions[0].values',
        'FieldValueInvalid spec.selector',
      ],
      'a label of its pods with a space': [
        { spec: { template: { metadata: { labels: { a: 'b c' } } } } },
        'FieldValueInvalid spec.template.labels',
      ],
      'an annotation of its pods with a space': [
        { spec: { template: { metadata: { annotations: { 'a b': 'c' } } } } },
        'FieldValueInvalid spec.template.annotations',
      ],
      'a name with capitals': [{ metadata: { name: 'Web' } }, 'FieldValueInvalid metadata.name'],
      'a negative progress deadline': [
        { spec: { progressDeadlineSeconds: -1 } },
        'FieldValueInvalid spec.progressDeadlineSeconds',
        'FieldValueInvalid spec.progressDeadlineSeconds',
      ],
      'no selector': [
        { spec: { selector: null } },
        'FieldValueRequired spec.selector',
        'FieldValueInvalid spec.template.metadata.labels',
      ],
      'an empty selector': [{ spec: { selector: { matchLabels: null } } }, 'FieldValueInvalid spec.selector'],
      'a selector that does not select its template': [
        { spec: { selector: { matchLabels: { app: 'other' } } } },
        'FieldValueInvalid spec.template.metadata.labels',
      ],
      'an unknown operator in the selector': [
        { spec: { selector: { matchExpressions: [{ key: 'app', operator: 'Is' }] } } },
        'FieldValueInvalid spec.selector.matchExpressions[0].operator',
        'FieldValueInvalid spec.selector',
      ],
      'negative replicas': [{ spec: { replicas: -1 } }, 'FieldValueInvalid spec.replicas'],
      'Recreate with parameters of a rolling update': [
        { spec: { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } } },
        'FieldValueForbidden spec.strategy.rollingUpdate',
      ],
      'an unknown strategy': [
        { spec: { strategy: { type: 'BlueGreen' } } },
        'FieldValueNotSupported spec.strategy',
      ],
      'neither surge nor unavailability': [
        { spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } },
        'FieldValueInvalid spec.strategy.rollingUpdate.maxUnavailable',
      ],
      'a surge that is no percentage': [
        { spec: { strategy: { rollingUpdate: { maxSurge: 'many' } } } },
        'FieldValueInvalid spec.strategy.rollingUpdate.maxSurge',
      ],
      'a progress deadline that is not after minReadySeconds': [
        { spec: { minReadySeconds: 60, progressDeadlineSeconds: 60 } },
        'FieldValueInvalid spec.progressDeadlineSeconds',
      ],
      'a negative revisionHistoryLimit': [
        { spec: { revisionHistoryLimit: -1 } },
        'FieldValueInvalid spec.revisionHistoryLimit',
      ],
      'pods that are not restarted': [
        inTemplate({ restartPolicy: 'Never' }),
        'FieldValueNotSupported spec.template.spec.restartPolicy',
      ],
      'no container': [inTemplate({ containers: [] }), 'FieldValueRequired spec.template.spec.containers'],
      'a deadline of its pods': [
        inTemplate({ activeDeadlineSeconds: 5 }),
        'FieldValueForbidden spec.template.spec.activeDeadlineSeconds',
      ],
    },
    immutable: {
      'the selector': [
        {
          spec: {
            selector: { matchLabels: { app: 'web', tier: 'front' } },
            template: { metadata: { labels: { tier: 'front' } } },
          },
        },
        'FieldValueInvalid spec.selector',
      ],
    },
  },
  {
    version: 'apps/v1',
    kind: 'ReplicaSet',
    plural: 'replicasets',
    immutable: {
      'the selector': [
        {
          spec: {
            selector: { matchLabels: { app: 'web', tier: 'front' } },
            template: { metadata: { labels: { tier: 'front' } } },
          },
        },
        'FieldValueInvalid spec.selector',
      ],
    },
    minimal: { spec: { selector, template } },
    defaults: { spec: { replicas: 1, template: { spec: podDefaults } } },
    invalid: {
      'no selector': [
        { spec: { selector: null } },
        'FieldValueRequired spec.selector',
        'FieldValueInvalid spec.template.metadata.labels',
      ],
      'negative replicas': [{ spec: { replicas: -1 } }, 'FieldValueInvalid spec.replicas'],
      'an empty selector': [{ spec: { selector: { matchLabels: null } } }, 'FieldValueInvalid spec.selector'],
      'a selector that does not select its template': [
        { spec: { selector: { matchLabels: { app: 'other' } } } },
        'FieldValueInvalid spec.template.metadata.labels',
      ],
      'negative minReadySeconds': [
        { spec: { minReadySeconds: -1 } },
        'FieldValueInvalid spec.minReadySeconds',
      ],
      'no template': [
        { spec: { template: null } },
        'FieldValueInvalid spec.template.metadata.labels',
        'FieldValueRequired spec.template.spec.containers',
      ],
    },
  },
  {
    version: 'apps/v1',
    kind: 'StatefulSet',
    plural: 'statefulsets',
    minimal: { spec: { selector, template, serviceName: 'web' } },
    defaults: {
      spec: {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        template: { spec: podDefaults },
      },
    },
    invalid: {
      'a name with dots': [{ metadata: { name: 'a.b' } }, 'FieldValueInvalid metadata.name'],
      'a Service name with dots': [{ spec: { serviceName: 'a.b' } }, 'FieldValueInvalid spec.serviceName'],
      'an unknown update strategy': [
        { spec: { updateStrategy: { type: 'BlueGreen' } } },
        'FieldValueInvalid spec.updateStrategy',
      ],
      'a negative first number': [
        { spec: { ordinals: { start: -1 } } },
        'FieldValueInvalid spec.ordinals.start',
      ],
      'a claim template without size': [
        {
          spec: {
            volumeClaimTemplates: [{ metadata: { name: 'a' }, spec: { accessModes: ['ReadWriteOnce'] } }],
          },
        },
        'FieldValueRequired spec.volumeClaimTemplates[0].spec.resources[storage]',
      ],
      'an unknown retention of claims': [
        { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Burn' } } },
        'FieldValueNotSupported spec.persistentVolumeClaimRetentionPolicy.whenDeleted',
      ],
      'no selector': [
        { spec: { selector: null } },
        'FieldValueRequired spec.selector',
        'FieldValueInvalid spec.template.metadata.labels',
      ],
      'an empty selector': [{ spec: { selector: { matchLabels: null } } }, 'FieldValueInvalid spec.selector'],
      'an unknown podManagementPolicy': [
        { spec: { podManagementPolicy: 'Random' } },
        'FieldValueInvalid spec.podManagementPolicy',
      ],
      'OnDelete with parameters of a rolling update': [
        { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } } },
        'FieldValueInvalid spec.updateStrategy.rollingUpdate',
      ],
      'a negative partition': [
        { spec: { updateStrategy: { rollingUpdate: { partition: -1 } } } },
        'FieldValueInvalid spec.updateStrategy.rollingUpdate.partition',
      ],
    },
    immutable: {
      'the name of its Service': [{ spec: { serviceName: 'other' } }, 'FieldValueForbidden spec'],
      'the claim templates': [
        {
          spec: {
            volumeClaimTemplates: [
              {
                metadata: { name: 'data' },
                spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
              },
            ],
          },
        },
        'FieldValueForbidden spec',
      ],
    },
  },
  {
    version: 'apps/v1',
    kind: 'DaemonSet',
    plural: 'daemonsets',
    minimal: { spec: { selector, template } },
    defaults: {
      spec: {
        revisionHistoryLimit: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
        template: { spec: podDefaults },
      },
    },
    invalid: {
      'no selector': [{ spec: { selector: null } }, 'FieldValueInvalid spec.template.metadata.labels'],
      'an empty selector': [{ spec: { selector: { matchLabels: null } } }, 'FieldValueInvalid spec.selector'],
      'an unknown update strategy': [
        { spec: { updateStrategy: { type: 'BlueGreen' } } },
        'FieldValueNotSupported spec.updateStrategy',
      ],
      'neither surge nor unavailability': [
        { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } } },
        'FieldValueRequired spec.updateStrategy.rollingUpdate.maxUnavailable',
      ],
      'a deadline of its pods': [
        { spec: { template: { spec: { activeDeadlineSeconds: 5 } } } },
        'FieldValueForbidden spec.template.spec.activeDeadlineSeconds',
      ],
      'both surge and unavailability': [
        { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } } },
        'FieldValueInvalid spec.updateStrategy.rollingUpdate.maxSurge',
      ],
      'pods that are not restarted': [
        inTemplate({ restartPolicy: 'OnFailure' }),
        'FieldValueNotSupported spec.template.spec.restartPolicy',
      ],
    },
    immutable: {
      'the selector': [
        {
          spec: {
            selector: { matchLabels: { app: 'web', tier: 'front' } },
            template: { metadata: { labels: { tier: 'front' } } },
          },
        },
        'FieldValueInvalid spec.selector',
      ],
    },
  },
  {
    version: 'v1',
    kind: 'ReplicationController',
    plural: 'replicationcontrollers',
    minimal: { spec: { template } },
    defaults: {
      metadata: { labels: { app: 'web' } },
      spec: { replicas: 1, selector: { app: 'web' }, template: { spec: podDefaults } },
    },
    invalid: {
      'a selector that does not select its template': [
        { spec: { selector: { app: 'other' } } },
        'FieldValueInvalid spec.template.metadata.labels',
      ],
      'pods that are not restarted': [
        { spec: { template: { spec: { restartPolicy: 'Never' } } } },
        'FieldValueNotSupported spec.template.spec.restartPolicy',
      ],
      'no labels at all': [{ spec: { template: { metadata: null } } }, 'FieldValueRequired spec.selector'],
      'negative replicas': [{ spec: { replicas: -1 } }, 'FieldValueInvalid spec.replicas'],
      'no template': [
        { spec: { template: null, selector: { app: 'web' } } },
        'FieldValueRequired spec.template',
      ],
    },
  },
  {
    version: 'v1',
    kind: 'PodTemplate',
    plural: 'podtemplates',
    minimal: { template },
    defaults: { template: { spec: podDefaults } },
    invalid: {
      'a label with a space': [
        { template: { metadata: { labels: { a: 'b c' } } } },
        'FieldValueInvalid template.labels',
      ],
      'an unknown restartPolicy': [
        { template: { spec: { restartPolicy: 'Sometimes' } } },
        'FieldValueNotSupported template.spec.restartPolicy',
      ],
      'no container': [{ template: null }, 'FieldValueRequired template.spec.containers'],
    },
  },
  {
    version: 'batch/v1',
    kind: 'Job',
    plural: 'jobs',
    minimal: { spec: { template: jobTemplate } },
    defaults: {
      spec: {
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: 'TerminatingOrFailed',
        template: { spec: { ...podDefaults, restartPolicy: 'Never' } },
      },
    },
    invalid: {
      'a failure limit by index of a plain Job': [
        { spec: { backoffLimitPerIndex: 1 } },
        'FieldValueInvalid spec.backoffLimitPerIndex',
      ],
      'failed indexes without their limit': [
        { spec: { completionMode: 'Indexed', completions: 2, maxFailedIndexes: 1 } },
        'FieldValueRequired spec.backoffLimitPerIndex',
      ],
      'a selector of its own': [
        { spec: { selector: { matchLabels: { a: 'b' } } } },
        'FieldValueInvalid spec.selector',
        'FieldValueInvalid spec.template.metadata.labels',
      ],
      'a selector by hand that does not select its template': [
        { spec: { manualSelector: true, selector: { matchLabels: { a: 'b' } } } },
        'FieldValueInvalid spec.template.metadata.labels',
      ],
      'an unknown podReplacementPolicy': [
        { spec: { podReplacementPolicy: 'Never' } },
        'FieldValueNotSupported spec.podReplacementPolicy',
      ],
      'a name that is too long for its pods': [
        { metadata: { name: 'n'.repeat(63) }, spec: { completionMode: 'Indexed', completions: 2 } },
        'FieldValueInvalid metadata.name',
      ],
      'a manager without domain': [{ spec: { managedBy: 'me' } }, 'FieldValueInvalid spec.managedBy'],
      'a negative deadline': [
        { spec: { activeDeadlineSeconds: -1 } },
        'FieldValueInvalid spec.activeDeadlineSeconds',
      ],
      'a negative life after its end': [
        { spec: { ttlSecondsAfterFinished: -1 } },
        'FieldValueInvalid spec.ttlSecondsAfterFinished',
      ],
      'a success policy of a plain Job': [
        { spec: { successPolicy: { rules: [{ succeededCount: 1 }] } } },
        'FieldValueInvalid spec.successPolicy',
      ],
      'a failure policy without rules': [
        {
          spec: {
            podFailurePolicy: {
              rules: [{ action: 'Perhaps', onExitCodes: { operator: 'In', values: [1] } }],
            },
          },
        },
        'FieldValueNotSupported spec.podFailurePolicy.rules[0].action',
      ],
      'pods that are restarted always': [
        inTemplate({ restartPolicy: 'Always' }),
        'FieldValueRequired spec.template.spec.restartPolicy',
      ],
      'negative parallelism': [{ spec: { parallelism: -1 } }, 'FieldValueInvalid spec.parallelism'],
      'a negative backoffLimit': [{ spec: { backoffLimit: -1 } }, 'FieldValueInvalid spec.backoffLimit'],
      'Indexed without completions': [
        { spec: { completionMode: 'Indexed', parallelism: 2 } },
        'FieldValueRequired spec.completions',
      ],
      'an unknown completionMode': [
        { spec: { completionMode: 'Some' } },
        'FieldValueNotSupported spec.completionMode',
      ],
    },
    immutable: {
      'the completionMode': [
        { spec: { completionMode: 'Indexed' } },
        'FieldValueInvalid spec.completionMode',
      ],
      'the selector': [
        { spec: { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'other' } } } },
        'FieldValueInvalid spec.selector',
        'FieldValueInvalid spec.template.metadata.labels',
        'FieldValueInvalid spec.template.metadata.labels',
        'FieldValueInvalid spec.selector',
      ],
      completions: [{ spec: { completions: 2 } }, 'FieldValueInvalid spec.completions'],
      'the template': [
        inTemplate({ containers: [{ ...main, image: 'redis' }] }),
        'FieldValueInvalid spec.template',
      ],
    },
  },
  {
    version: 'batch/v1',
    kind: 'CronJob',
    plural: 'cronjobs',
    minimal: { spec: { schedule: '0 3 1 1 *', jobTemplate: { spec: { template: jobTemplate } } } },
    defaults: {
      spec: {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
        jobTemplate: { spec: { template: { spec: { ...podDefaults, restartPolicy: 'Never' } } } },
      },
    },
    invalid: {
      'a negative starting deadline': [
        { spec: { startingDeadlineSeconds: -1 } },
        'FieldValueInvalid spec.startingDeadlineSeconds',
      ],
      'a negative history': [
        { spec: { successfulJobsHistoryLimit: -1 } },
        'FieldValueInvalid spec.successfulJobsHistoryLimit',
      ],
      'pods that are restarted always': [
        { spec: { jobTemplate: { spec: { template: { spec: { restartPolicy: 'Always' } } } } } },
        'FieldValueRequired spec.jobTemplate.spec.template.spec.restartPolicy',
      ],
      'a selector of its Jobs': [
        { spec: { jobTemplate: { spec: { selector: { matchLabels: { a: 'b' } } } } } },
        'FieldValueInvalid spec.jobTemplate.spec.selector',
      ],
      'no schedule': [{ spec: { schedule: null } }, 'FieldValueRequired spec.schedule'],
      'a schedule with an hour of 25': [
        { spec: { schedule: '0 25 * * *' } },
        'FieldValueInvalid spec.schedule',
      ],
      'an unknown time zone': [{ spec: { timeZone: 'Moon/Crater' } }, 'FieldValueInvalid spec.timeZone'],
      'a schedule that names a time zone': [
        { spec: { schedule: 'TZ=UTC 0 3 * * *' } },
        'FieldValueInvalid spec.schedule',
      ],
      'an unknown concurrencyPolicy': [
        { spec: { concurrencyPolicy: 'Maybe' } },
        'FieldValueNotSupported spec.concurrencyPolicy',
      ],
      'a name of more than 52 characters': [
        { metadata: { name: 'n'.repeat(53) } },
        'FieldValueInvalid metadata.name',
      ],
    },
  },
];
