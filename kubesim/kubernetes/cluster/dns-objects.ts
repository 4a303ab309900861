import { addressAt } from '../../cidr.js';
import { deployments } from '../kinds/apps.js';
import { configMaps, serviceAccounts } from '../kinds/configuration.js';
import type { Draft, KubeObject } from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';
import { DNS_ADDRESS, services } from '../kinds/services.js';

const DNS_LABELS = { 'k8s-app': 'kube-dns' };

/** An object to create, with its kind. */
interface InitialObject {
  readonly type: ResourceType;
  readonly draft: Draft<KubeObject>;
}

/** The cluster's DNS, with the Service address that its pods use. */
export function dnsObjects(serviceCidr: string): InitialObject[] {
  const namespace = 'kube-system';
  const initial = <T extends KubeObject>(type: ResourceType<T>, draft: Draft<T>): InitialObject => ({
    type: type as unknown as ResourceType,
    draft,
  });
  return [
    initial(serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'coredns', namespace },
    }),
    initial(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'coredns', namespace },
      data: {
        Corefile:
          '.:53 {\n    errors\n    health\n    kubernetes cluster.local\n    forward . /etc/resolv.conf\n    cache 30\n}\n',
      },
    }),
    initial(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kube-dns', namespace, labels: { ...DNS_LABELS, 'kubernetes.io/name': 'CoreDNS' } },
      spec: {
        clusterIP: addressAt(serviceCidr, DNS_ADDRESS),
        selector: DNS_LABELS,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        ],
      },
    }),
    initial(deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'coredns', namespace, labels: DNS_LABELS },
      spec: {
        replicas: 2,
        selector: { matchLabels: DNS_LABELS },
        template: {
          metadata: { labels: DNS_LABELS },
          spec: {
            serviceAccountName: 'coredns',
            containers: [
              {
                name: 'coredns',
                image: 'registry-vpc.aliyuncs.com/acs/coredns:v1.11.3',
                ports: [{ name: 'dns', containerPort: 53, protocol: 'UDP' }],
                resources: { requests: { cpu: '100m', memory: '100Mi' }, limits: { memory: '2Gi' } },
              },
            ],
            tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
          },
        },
      },
    }),
  ];
}
