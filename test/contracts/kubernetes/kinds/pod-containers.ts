import type { KindContract } from './kind-contract.js';

const main = { name: 'main', image: 'nginx:1.27' };

/** Invalid containers of a pod. */
export const invalidContainers: KindContract['invalid'] = {
  'a probe with a negative period': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            livenessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: -1 },
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].livenessProbe.periodSeconds',
  ],
  'a probe with a negative delay': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            readinessProbe: { httpGet: { path: '/', port: 80 }, initialDelaySeconds: -1 },
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].readinessProbe.initialDelaySeconds',
  ],
  'an HTTP probe of a port above 65535': [
    {
      spec: {
        containers: [{ name: 'main', image: 'nginx:1.27', readinessProbe: { httpGet: { port: 65536 } } }],
      },
    },
    'FieldValueInvalid spec.containers[0].readinessProbe.httpGet.port',
  ],
  'an HTTP probe of a port name with capitals': [
    {
      spec: {
        containers: [{ name: 'main', image: 'nginx:1.27', readinessProbe: { httpGet: { port: 'HTTP' } } }],
      },
    },
    'FieldValueInvalid spec.containers[0].readinessProbe.httpGet.port',
    'FieldValueInvalid spec.containers[0].readinessProbe.httpGet.port',
  ],
  'an HTTP probe of an unknown scheme': [
    {
      spec: {
        containers: [
          { name: 'main', image: 'nginx:1.27', readinessProbe: { httpGet: { port: 80, scheme: 'FTP' } } },
        ],
      },
    },
    'FieldValueNotSupported spec.containers[0].readinessProbe.httpGet.scheme',
  ],
  'an HTTP probe with a header that is none': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            readinessProbe: { httpGet: { port: 80, httpHeaders: [{ name: 'a b', value: 'c' }] } },
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].readinessProbe.httpGet.httpHeaders',
  ],
  'a command probe without command': [
    { spec: { containers: [{ name: 'main', image: 'nginx:1.27', readinessProbe: { exec: {} } }] } },
    'FieldValueRequired spec.containers[0].readinessProbe.exec.command',
  ],
  'a TCP probe of port zero': [
    {
      spec: {
        containers: [{ name: 'main', image: 'nginx:1.27', readinessProbe: { tcpSocket: { port: 0 } } }],
      },
    },
    'FieldValueInvalid spec.containers[0].readinessProbe.tcpSocket.port',
  ],
  'a gRPC probe of port zero': [
    {
      spec: {
        containers: [{ name: 'main', image: 'nginx:1.27', readinessProbe: { grpc: { port: 0 } } }],
      },
    },
    'FieldValueInvalid spec.containers[0].readinessProbe.grpc.port',
  ],
  'a readiness probe with a grace period': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            readinessProbe: { httpGet: { path: '/', port: 80 }, terminationGracePeriodSeconds: 5 },
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].readinessProbe.terminationGracePeriodSeconds',
  ],
  'a liveness probe with a grace period of zero': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            livenessProbe: { httpGet: { path: '/', port: 80 }, terminationGracePeriodSeconds: 0 },
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].livenessProbe.terminationGracePeriodSeconds',
  ],
  'a hook without handler': [
    { spec: { containers: [{ name: 'main', image: 'nginx:1.27', lifecycle: { postStart: {} } }] } },
    'FieldValueRequired spec.containers[0].lifecycle.postStart',
  ],
  'a hook with two handlers': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            lifecycle: { preStop: { exec: { command: ['a'] }, httpGet: { path: '/', port: 80 } } },
          },
        ],
      },
    },
    'FieldValueForbidden spec.containers[0].lifecycle.preStop.httpGet',
  ],
  'a hook that sleeps a negative time': [
    {
      spec: {
        containers: [
          { name: 'main', image: 'nginx:1.27', lifecycle: { preStop: { sleep: { seconds: -1 } } } },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].lifecycle.preStop.sleep',
  ],
  'a hook that sleeps longer than the grace period': [
    {
      spec: {
        terminationGracePeriodSeconds: 20,
        containers: [
          { name: 'main', image: 'nginx:1.27', lifecycle: { preStop: { sleep: { seconds: 21 } } } },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].lifecycle.preStop.sleep',
  ],
  'a hook of a sidecar that sleeps longer than the grace period': [
    {
      spec: {
        terminationGracePeriodSeconds: 0,
        initContainers: [
          {
            ...{ name: 'sidecar', image: 'nginx:1.27', restartPolicy: 'Always' },
            lifecycle: { postStart: { sleep: { seconds: 1 } }, preStop: { sleep: { seconds: 0 } } },
          },
        ],
      },
    },
    'FieldValueInvalid spec.initContainers[0].lifecycle.postStart.sleep',
  ],
  'a hook that sleeps in a pod with a negative grace period': [
    {
      spec: {
        terminationGracePeriodSeconds: -1,
        containers: [
          { name: 'main', image: 'nginx:1.27', lifecycle: { preStop: { sleep: { seconds: 2 } } } },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].lifecycle.preStop.sleep',
  ],
  'a host port of another number in the network of the host': [
    {
      spec: {
        hostNetwork: true,
        containers: [{ name: 'main', image: 'nginx:1.27', ports: [{ containerPort: 80, hostPort: 81 }] }],
      },
    },
    'FieldValueInvalid spec.containers[0].ports[0].hostPort',
  ],
  'a host port above 65535': [
    {
      spec: {
        containers: [{ name: 'main', image: 'nginx:1.27', ports: [{ containerPort: 80, hostPort: 65536 }] }],
      },
    },
    'FieldValueInvalid spec.containers[0].ports[0].hostPort',
  ],
  'an unknown protocol of a port': [
    {
      spec: {
        containers: [{ name: 'main', image: 'nginx:1.27', ports: [{ containerPort: 80, protocol: 'ICMP' }] }],
      },
    },
    'FieldValueNotSupported spec.containers[0].ports[0].protocol',
  ],
  'a port name with two hyphens': [
    {
      spec: {
        containers: [{ name: 'main', image: 'nginx:1.27', ports: [{ containerPort: 80, name: 'a--b' }] }],
      },
    },
    'FieldValueInvalid spec.containers[0].ports[0].name',
  ],
  'a port name of more than 15 characters': [
    {
      spec: {
        containers: [
          { name: 'main', image: 'nginx:1.27', ports: [{ containerPort: 80, name: 'a-long-port-name' }] },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].ports[0].name',
  ],
  'two host ports of one number': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            ports: [
              { containerPort: 80, hostPort: 80 },
              { containerPort: 81, hostPort: 80 },
            ],
          },
        ],
      },
    },
    'FieldValueDuplicate spec.containers[0].ports[1].hostPort',
  ],
  'an environment variable name with an equals sign': [
    { spec: { containers: [{ name: 'main', image: 'nginx:1.27', env: [{ name: 'A=B', value: '1' }] }] } },
    'FieldValueInvalid spec.containers[0].env[0].name',
  ],
  'an environment variable from nothing': [
    {
      spec: { containers: [{ name: 'main', image: 'nginx:1.27', env: [{ name: 'A', valueFrom: {} }] }] },
    },
    'FieldValueInvalid spec.containers[0].env[0].valueFrom',
  ],
  'an environment variable from two sources': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            env: [
              {
                name: 'A',
                valueFrom: {
                  fieldRef: { fieldPath: 'metadata.name' },
                  configMapKeyRef: { name: 'a', key: 'b' },
                },
              },
            ],
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].env[0].valueFrom',
  ],
  'an environment variable from a ConfigMap without name': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            env: [{ name: 'A', valueFrom: { configMapKeyRef: { key: 'b' } } }],
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].env[0].valueFrom.configMapKeyRef.name',
  ],
  'an environment variable from a Secret without key': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'b' } } }],
          },
        ],
      },
    },
    'FieldValueRequired spec.containers[0].env[0].valueFrom.secretKeyRef.key',
  ],
  'an environment variable from a key with a slash': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'b', key: 'a/b' } } }],
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].env[0].valueFrom.secretKeyRef.key',
  ],
  'an environment variable from an unknown resource': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.disk' } } }],
          },
        ],
      },
    },
    'FieldValueNotSupported spec.containers[0].env[0].valueFrom.resourceFieldRef.resource',
  ],
  'an environment variable with a wrong divisor': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '3' } } }],
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor',
  ],
  'variables from nothing': [
    { spec: { containers: [{ name: 'main', image: 'nginx:1.27', envFrom: [{}] }] } },
    'FieldValueInvalid spec.containers[0].envFrom',
  ],
  'variables from a ConfigMap without name': [
    { spec: { containers: [{ name: 'main', image: 'nginx:1.27', envFrom: [{ configMapRef: {} }] }] } },
    'FieldValueRequired spec.containers[0].envFrom[0].configMapRef.name',
  ],
  'variables with a prefix that is none': [
    {
      spec: {
        containers: [
          { name: 'main', image: 'nginx:1.27', envFrom: [{ prefix: 'a=', configMapRef: { name: 'a' } }] },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].envFrom[0].prefix',
  ],
  'an unknown terminationMessagePolicy': [
    { spec: { containers: [{ name: 'main', image: 'nginx:1.27', terminationMessagePolicy: 'Mail' }] } },
    'FieldValueNotSupported spec.containers[0].terminationMessagePolicy',
  ],
  'an extended resource without equal limits': [
    {
      spec: {
        containers: [
          { name: 'main', image: 'nginx:1.27', resources: { requests: { 'example.com/gpu': '1' } } },
        ],
      },
    },
    'FieldValueRequired spec.containers[0].resources.limits',
  ],
  'a half extended resource': [
    {
      spec: {
        containers: [
          { name: 'main', image: 'nginx:1.27', resources: { limits: { 'example.com/gpu': '500m' } } },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].resources.limits[example.com/gpu]',
    'FieldValueInvalid spec.containers[0].resources.requests[example.com/gpu]',
  ],
  'huge pages alone': [
    {
      spec: {
        containers: [
          { name: 'main', image: 'nginx:1.27', resources: { limits: { 'hugepages-2Mi': '2Mi' } } },
        ],
      },
    },
    'FieldValueForbidden spec.containers[0].resources',
  ],
  'a container of a user below zero': [
    { spec: { containers: [{ name: 'main', image: 'nginx:1.27', securityContext: { runAsUser: -1 } }] } },
    'FieldValueInvalid spec.containers[0].securityContext.runAsUser',
  ],
  'an unknown procMount': [
    {
      spec: {
        containers: [{ name: 'main', image: 'nginx:1.27', securityContext: { procMount: 'Some' } }],
      },
    },
    'FieldValueNotSupported spec.containers[0].securityContext.procMount',
  ],
  'a privilege that needs escalation': [
    {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { add: ['CAP_SYS_ADMIN'] },
            },
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].securityContext',
  ],
  'no container': [{ spec: { containers: [] } }, 'FieldValueRequired spec.containers'],
  'two containers of one name': [
    { spec: { containers: [main, main] } },
    'FieldValueDuplicate spec.containers[1].name',
  ],
};
