import type { KindContract, Manifest } from './kind-contract.js';

const main = { name: 'main', image: 'nginx:1.27' };

/** A pod whose only container has these fields. */
const withContainer = (more: Manifest): Manifest => ({ spec: { containers: [{ ...main, ...more }] } });
const httpGet = { path: '/', port: 80 };

export const podKinds: readonly KindContract[] = [
  {
    version: 'v1',
    kind: 'Pod',
    plural: 'pods',
    minimal: {
      spec: { containers: [{ ...main, livenessProbe: { httpGet }, ports: [{ containerPort: 80 }] }] },
    },
    defaults: {
      spec: {
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        serviceAccountName: 'default',
        serviceAccount: 'default',
        securityContext: {},
        schedulerName: 'default-scheduler',
        enableServiceLinks: true,
        priority: 0,
        preemptionPolicy: 'PreemptLowerPriority',
        tolerations: [
          {
            key: 'node.kubernetes.io/not-ready',
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 300,
          },
          {
            key: 'node.kubernetes.io/unreachable',
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 300,
          },
        ],
        containers: [
          {
            imagePullPolicy: 'IfNotPresent',
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            livenessProbe: {
              httpGet: { path: '/', port: 80, scheme: 'HTTP' },
              timeoutSeconds: 1,
              periodSeconds: 10,
              successThreshold: 1,
              failureThreshold: 3,
            },
          },
        ],
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    },
    invalid: {
      'no container': [{ spec: { containers: [] } }, 'FieldValueRequired spec.containers'],
      'a container without image': [
        withContainer({ image: null }),
        'FieldValueRequired spec.containers[0].image',
      ],
      'a container without name': [
        withContainer({ name: null }),
        'FieldValueRequired spec.containers[0].name',
      ],
      'a container name with capitals': [
        withContainer({ name: 'Main' }),
        'FieldValueInvalid spec.containers[0].name',
      ],
      'two containers of one name': [
        { spec: { containers: [main, main] } },
        'FieldValueDuplicate spec.containers[1].name',
      ],
      'an init container with the name of a container': [
        { spec: { initContainers: [main] } },
        'FieldValueDuplicate spec.initContainers[0].name',
      ],
      'an unknown restartPolicy': [
        { spec: { restartPolicy: 'Sometimes' } },
        'FieldValueNotSupported spec.restartPolicy',
      ],
      'an unknown imagePullPolicy': [
        withContainer({ imagePullPolicy: 'Often' }),
        'FieldValueNotSupported spec.containers[0].imagePullPolicy',
      ],
      'a port above 65535': [
        withContainer({ ports: [{ containerPort: 65_536 }] }),
        'FieldValueInvalid spec.containers[0].ports[0].containerPort',
      ],
      'a port without a number': [
        withContainer({ ports: [{ name: 'http' }] }),
        'FieldValueRequired spec.containers[0].ports[0].containerPort',
      ],
      'two ports of one name': [
        withContainer({
          ports: [
            { name: 'http', containerPort: 80 },
            { name: 'http', containerPort: 81 },
          ],
        }),
        'FieldValueDuplicate spec.containers[0].ports[1].name',
      ],
      'a port name without a letter': [
        withContainer({ ports: [{ name: '80', containerPort: 80 }] }),
        'FieldValueInvalid spec.containers[0].ports[0].name',
      ],
      'an environment variable without name': [
        withContainer({ env: [{ value: '1' }] }),
        'FieldValueRequired spec.containers[0].env[0].name',
      ],
      'an environment variable with a value and a source': [
        withContainer({
          env: [{ name: 'A', value: '1', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        }),
        'FieldValueInvalid spec.containers[0].env[0].valueFrom',
      ],
      'an environment variable from an unknown field': [
        withContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.mood' } } }] }),
        'FieldValueInvalid spec.containers[0].env[0].valueFrom.fieldRef.fieldPath',
      ],
      'a mount of a volume that it does not have': [
        withContainer({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
        'FieldValueNotFound spec.containers[0].volumeMounts[0].name',
      ],
      'a volume with two sources': [
        { spec: { volumes: [{ name: 'data', emptyDir: {}, hostPath: { path: '/' } }] } },
        'FieldValueForbidden spec.volumes[0].hostPath',
      ],
      'two volumes of one name': [
        {
          spec: {
            volumes: [
              { name: 'data', emptyDir: {} },
              { name: 'data', emptyDir: {} },
            ],
          },
        },
        'FieldValueDuplicate spec.volumes[1].name',
      ],
      'requests above limits': [
        withContainer({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
        'FieldValueInvalid spec.containers[0].resources.requests',
      ],
      'a negative request': [
        withContainer({ resources: { requests: { memory: '-1Mi' } } }),
        'FieldValueInvalid spec.containers[0].resources.requests[memory]',
      ],
      'a resource of an unknown name': [
        withContainer({ resources: { requests: { disk: '1' } } }),
        'FieldValueInvalid spec.containers[0].resources.requests[disk]',
        'FieldValueInvalid spec.containers[0].resources.requests[disk]',
      ],
      'a probe with two handlers': [
        withContainer({ livenessProbe: { httpGet, tcpSocket: { port: 80 } } }),
        'FieldValueForbidden spec.containers[0].livenessProbe.tcpSocket',
      ],
      'a probe without handler': [
        withContainer({ livenessProbe: { periodSeconds: 1 } }),
        'FieldValueRequired spec.containers[0].livenessProbe',
      ],
      'a liveness probe that must succeed twice': [
        withContainer({ livenessProbe: { httpGet, successThreshold: 2 } }),
        'FieldValueInvalid spec.containers[0].livenessProbe.successThreshold',
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
      'an image with a leading space': [
        withContainer({ image: ' nginx' }),
        'FieldValueInvalid spec.containers[0].image',
      ],
      'a host name with dots': [{ spec: { hostname: 'a.b' } }, 'FieldValueInvalid spec.hostname'],
      'host aliases without an address': [
        { spec: { hostAliases: [{ ip: 'here', hostnames: ['a'] }] } },
        'FieldValueInvalid spec.hostAliases[0].ip',
      ],
      'a privileged container without privilege escalation': [
        withContainer({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
        'FieldValueInvalid spec.containers[0].securityContext',
      ],
      'dnsPolicy None without servers': [
        { spec: { dnsPolicy: 'None' } },
        'FieldValueRequired spec.dnsConfig',
      ],
    },
    immutable: {
      'the command of a container': [withContainer({ command: ['true'] }), 'FieldValueForbidden spec'],
      'the restartPolicy': [{ spec: { restartPolicy: 'Never' } }, 'FieldValueForbidden spec'],
    },
  },
];
