import type { KindContract, Manifest } from './kind-contract.js';
import { invalidContainers } from './pod-containers.js';
import { invalidPodSpecs } from './pod-specs.js';
import { invalidVolumes } from './pod-volumes.js';

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
      ...invalidContainers,
      ...invalidVolumes,
      ...invalidPodSpecs,
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
      'an image with a leading space': [
        withContainer({ image: ' nginx' }),
        'FieldValueInvalid spec.containers[0].image',
      ],
      'a privileged container without privilege escalation': [
        withContainer({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
        'FieldValueInvalid spec.containers[0].securityContext',
      ],
      'a minimum of domains of a soft topology spread': [
        {
          spec: {
            topologySpreadConstraints: [
              { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 },
            ],
          },
        },
        'FieldValueInvalid spec.topologySpreadConstraints[0].minDomains',
      ],
      'a subdomain with dots': [{ spec: { subdomain: 'a.b' } }, 'FieldValueInvalid spec.subdomain'],
      'an init container with the name of a container': [
        { spec: { initContainers: [main] } },
        'FieldValueDuplicate spec.initContainers[0].name',
      ],
    },
    immutable: {
      'the node': [{ spec: { nodeName: 'other' } }, 'FieldValueForbidden spec'],
      'the deadline that it has not to a negative one': [
        { spec: { activeDeadlineSeconds: -1 } },
        'FieldValueInvalid spec.activeDeadlineSeconds',
        'FieldValueInvalid spec.activeDeadlineSeconds',
      ],
      'the volumes': [
        { spec: { volumes: [{ name: 'a', emptyDir: {} }] } },
        'FieldValueNotFound spec.containers[0].volumeMounts[0].name',
        'FieldValueForbidden spec',
      ],
      'the number of containers': [
        {
          spec: {
            containers: [
              { name: 'main', image: 'nginx:1.27' },
              { name: 'b', image: 'a' },
            ],
          },
        },
        'FieldValueForbidden spec.containers',
      ],
      'the image to none': [
        { spec: { containers: [{ name: 'main', image: '' }] } },
        'FieldValueRequired spec.containers[0].image',
        'FieldValueRequired spec.containers[0].image',
        'FieldValueForbidden spec',
      ],
      'the host name': [{ spec: { hostname: 'a' } }, 'FieldValueForbidden spec'],
      'the grace period': [{ spec: { terminationGracePeriodSeconds: 5 } }, 'FieldValueForbidden spec'],
      'the command of a container': [withContainer({ command: ['true'] }), 'FieldValueForbidden spec'],
      'the restartPolicy': [{ spec: { restartPolicy: 'Never' } }, 'FieldValueForbidden spec'],
    },
  },
];
