import type { KindContract } from './kind-contract.js';

/** Invalid settings of a pod as a whole. */
export const invalidPodSpecs: KindContract['invalid'] = {
  'a topology spread without skew': [
    {
      spec: {
        topologySpreadConstraints: [{ maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
      },
    },
    'FieldValueInvalid spec.topologySpreadConstraints[0].maxSkew',
  ],
  'a topology spread without key': [
    { spec: { topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }] } },
    'FieldValueRequired spec.topologySpreadConstraints[0].topologyKey',
  ],
  'a topology spread that may be unsatisfiable somehow': [
    {
      spec: {
        topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'Maybe' }],
      },
    },
    'FieldValueNotSupported spec.topologySpreadConstraints[0].whenUnsatisfiable',
  ],
  'two topology spreads of one key': [
    {
      spec: {
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
          { maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
        ],
      },
    },
    'FieldValueDuplicate spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}',
  ],
  'a toleration of a value without key': [
    { spec: { tolerations: [{ value: 'a' }] } },
    'FieldValueInvalid spec.tolerations[0].operator',
  ],
  'a toleration of all values with a value': [
    { spec: { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] } },
    'FieldValueInvalid spec.tolerations[0].operator',
  ],
  'a toleration that ends without NoExecute': [
    {
      spec: {
        tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 5 }],
      },
    },
    'FieldValueInvalid spec.tolerations[0].effect',
  ],
  'a toleration whose key is no label': [
    { spec: { tolerations: [{ key: 'a b', operator: 'Exists' }] } },
    'FieldValueInvalid spec.tolerations[0].key',
  ],
  'a user below zero': [
    { spec: { securityContext: { runAsUser: -1 } } },
    'FieldValueInvalid spec.securityContext.runAsUser',
  ],
  'a group below zero': [
    { spec: { securityContext: { fsGroup: -1 } } },
    'FieldValueInvalid spec.securityContext.fsGroup',
  ],
  'an unknown seccomp profile': [
    { spec: { securityContext: { seccompProfile: { type: 'Loose' } } } },
    'FieldValueNotSupported spec.securityContext.seccompProfile.type',
  ],
  'a local seccomp profile without name': [
    { spec: { securityContext: { seccompProfile: { type: 'Localhost' } } } },
    'FieldValueRequired spec.securityContext.seccompProfile.localhostProfile',
  ],
  'a sysctl that is none': [
    { spec: { securityContext: { sysctls: [{ name: 'a b', value: '1' }] } } },
    'FieldValueInvalid spec.securityContext.sysctls[0].name',
  ],
  'a node name with capitals': [{ spec: { nodeName: 'Node' } }, 'FieldValueInvalid spec.nodeName'],
  'a node selector that is no label': [
    { spec: { nodeSelector: { 'a b': 'c' } } },
    'FieldValueInvalid spec.nodeSelector',
  ],
  'a pod affinity without topology': [
    {
      spec: {
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: { matchLabels: { app: 'web' } } },
            ],
          },
        },
      },
    },
    'FieldValueRequired spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey',
    'FieldValueInvalid spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey',
    'FieldValueInvalid spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey',
  ],
  'a preference of weight zero': [
    {
      spec: {
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 0,
                podAffinityTerm: { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } },
              },
            ],
          },
        },
      },
    },
    'FieldValueInvalid spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight',
  ],
  'a node affinity without terms': [
    {
      spec: {
        affinity: {
          nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
        },
      },
    },
    'FieldValueRequired spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms',
  ],
  'a node affinity in nothing': [
    {
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }],
            },
          },
        },
      },
    },
    'FieldValueRequired spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values',
  ],
  'a node preference of weight 101': [
    {
      spec: {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 101, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
            ],
          },
        },
      },
    },
    'FieldValueInvalid spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight',
  ],
  'a node affinity of an unknown field': [
    {
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchFields: [{ key: 'spec.mood', operator: 'In', values: ['a'] }] }],
            },
          },
        },
      },
    },
    'FieldValueInvalid spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].key',
  ],
  'a pod selector with an unknown operator': [
    {
      spec: {
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              {
                topologyKey: 'zone',
                labelSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] },
              },
            ],
          },
        },
      },
    },
    'FieldValueInvalid spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].operator',
  ],
  'four name servers': [
    { spec: { dnsConfig: { nameservers: ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'] } } },
    'FieldValueInvalid spec.dnsConfig.nameservers',
  ],
  'a name server that is none': [
    { spec: { dnsConfig: { nameservers: ['here'] } } },
    'FieldValueInvalid spec.dnsConfig.nameservers[0]',
  ],
  'a DNS option without name': [
    { spec: { dnsConfig: { options: [{ value: '1' }] } } },
    'FieldValueRequired spec.dnsConfig.options[0]',
  ],
  'a readiness gate that is no name': [
    { spec: { readinessGates: [{ conditionType: 'a b' }] } },
    'FieldValueInvalid spec.readinessGates[0].conditionType',
  ],
  'two scheduling gates of one name': [
    { spec: { schedulingGates: [{ name: 'a' }, { name: 'a' }] } },
    'FieldValueDuplicate spec.schedulingGates[1]',
  ],
  'an alias that is no host name': [
    { spec: { hostAliases: [{ ip: '192.0.2.1', hostnames: ['a_b'] }] } },
    'FieldValueInvalid spec.hostAliases[0].hostnames[0]',
  ],
  'a container that sees all of /proc with users of the node': [
    { spec: { containers: [{ name: 'a', image: 'a', securityContext: { procMount: 'Unmasked' } }] } },
    'FieldValueInvalid spec.containers[0].securityContext.procMount',
  ],
  'a mirror pod without node': [
    { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } },
    'FieldValueInvalid metadata.annotations[kubernetes.io/config.mirror]',
  ],
  'an ephemeral container': [
    { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } },
    'FieldValueForbidden spec.ephemeralContainers',
  ],
  'an operating system that is none': [{ spec: { os: { name: 'beos' } } }, 'FieldValueNotSupported spec.os'],
  'a deadline above the largest number': [
    { spec: { activeDeadlineSeconds: 2147483648 } },
    'FieldValueInvalid spec.activeDeadlineSeconds',
  ],
  'a shared process namespace with the one of the host': [
    { spec: { shareProcessNamespace: true, hostPID: true } },
    'FieldValueInvalid spec.securityContext.shareProcessNamespace',
  ],
  'an init container with a readiness probe': [
    {
      spec: {
        initContainers: [{ name: 'init', image: 'a', readinessProbe: { httpGet: { path: '/', port: 80 } } }],
      },
    },
    'FieldValueForbidden spec.initContainers[0].readinessProbe',
  ],
  'an init container with an unknown restartPolicy': [
    { spec: { initContainers: [{ name: 'init', image: 'a', restartPolicy: 'Often' }] } },
    'FieldValueNotSupported spec.initContainers[0].restartPolicy',
  ],
  'a label with a space': [{ metadata: { labels: { a: 'b c' } } }, 'FieldValueInvalid metadata.labels'],
  'a name with an underscore': [{ metadata: { name: 'a_b' } }, 'FieldValueInvalid metadata.name'],
  'an unknown restartPolicy': [
    { spec: { restartPolicy: 'Sometimes' } },
    'FieldValueNotSupported spec.restartPolicy',
  ],
  'a deadline of zero': [
    { spec: { activeDeadlineSeconds: 0 } },
    'FieldValueInvalid spec.activeDeadlineSeconds',
  ],
  'a toleration of an unknown effect': [
    { spec: { tolerations: [{ key: 'a', effect: 'NoWay' }] } },
    'FieldValueNotSupported spec.tolerations[0].effect',
  ],
  'an unknown operator in its node affinity': [
    {
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Is' }] }],
            },
          },
        },
      },
    },
    'FieldValueInvalid spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator',
  ],
  'a host name with dots': [{ spec: { hostname: 'a.b' } }, 'FieldValueInvalid spec.hostname'],
  'host aliases without an address': [
    { spec: { hostAliases: [{ ip: 'here', hostnames: ['a'] }] } },
    'FieldValueInvalid spec.hostAliases[0].ip',
  ],
  'dnsPolicy None without servers': [{ spec: { dnsPolicy: 'None' } }, 'FieldValueRequired spec.dnsConfig'],
};
