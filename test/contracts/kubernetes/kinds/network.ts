import type { KindContract } from './kind-contract.js';

const ports = [{ port: 80 }];
const backend = { service: { name: 'web', port: { number: 80 } } };
const rule = (path: object) => ({ spec: { defaultBackend: null, rules: [{ http: { paths: [path] } }] } });

export const networkKinds: readonly KindContract[] = [
  {
    version: 'v1',
    kind: 'Service',
    plural: 'services',
    minimal: { spec: { selector: { app: 'web' }, ports } },
    defaults: {
      spec: {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
      status: { loadBalancer: {} },
    },
    invalid: {
      'no port': [{ spec: { ports: [] } }, 'FieldValueRequired spec.ports'],
      'a port of zero': [
        { spec: { ports: [{ port: 0, targetPort: 80 }] } },
        'FieldValueInvalid spec.ports[0].port',
      ],
      'two ports without names': [
        { spec: { ports: [{ port: 80 }, { port: 81 }] } },
        'FieldValueRequired spec.ports[0].name',
        'FieldValueRequired spec.ports[1].name',
      ],
      'two ports of one number': [
        {
          spec: {
            ports: [
              { name: 'a', port: 80 },
              { name: 'b', port: 80 },
            ],
          },
        },
        'FieldValueDuplicate spec.ports[1]',
      ],
      'a port name with capitals': [
        { spec: { ports: [{ name: 'HTTP', port: 80 }] } },
        'FieldValueInvalid spec.ports[0].name',
      ],
      'an unknown protocol': [
        { spec: { ports: [{ port: 80, protocol: 'ICMP' }] } },
        'FieldValueNotSupported spec.ports[0].protocol',
      ],
      'an unknown type': [{ spec: { type: 'Balancer' } }, 'FieldValueNotSupported spec.type'],
      'a node port of a cluster-internal Service': [
        { spec: { ports: [{ port: 80, nodePort: 30_080 }] } },
        'FieldValueForbidden spec.ports[0].nodePort',
      ],
      'a node port outside the range': [
        { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] } },
        'FieldValueInvalid spec.ports[0].nodePort',
      ],
      'an address outside the range': [
        { spec: { clusterIP: '192.0.2.1' } },
        'FieldValueInvalid spec.clusterIPs',
      ],
      'an external name that is none': [
        { spec: { type: 'ExternalName', externalName: '-', ports: null } },
        'FieldValueInvalid spec.externalName',
      ],
      'an external Service without name': [
        { spec: { type: 'ExternalName', ports: null } },
        'FieldValueRequired spec.externalName',
      ],
      'an unknown session affinity': [
        { spec: { sessionAffinity: 'Cookie' } },
        'FieldValueNotSupported spec.sessionAffinity',
      ],
      'a headless node port Service': [
        { spec: { type: 'NodePort', clusterIP: 'None' } },
        'FieldValueInvalid spec.clusterIPs[0]',
      ],
    },
    immutable: {
      'the address': [
        { spec: { clusterIP: '10.96.77.77', clusterIPs: ['10.96.77.77'] } },
        'FieldValueInvalid spec.clusterIPs[0]',
      ],
    },
  },
  {
    version: 'v1',
    kind: 'Endpoints',
    plural: 'endpoints',
    minimal: { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }] },
    defaults: { subsets: [{ ports: [{ port: 80, protocol: 'TCP' }] }] },
    invalid: {
      'an address that is none': [
        { subsets: [{ addresses: [{ ip: 'here' }] }] },
        'FieldValueInvalid subsets[0].addresses[0].ip',
        'FieldValueInvalid subsets[0].addresses[0].ip',
      ],
      'a loopback address': [
        { subsets: [{ addresses: [{ ip: '127.0.0.1' }] }] },
        'FieldValueInvalid subsets[0].addresses[0].ip',
      ],
    },
  },
  {
    version: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    plural: 'endpointslices',
    minimal: { addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'] }], ports: [{ port: 80 }] },
    defaults: { ports: [{ name: '', port: 80, protocol: 'TCP' }] },
    invalid: {
      'no addressType': [{ addressType: null }, 'FieldValueRequired addressType'],
      'an endpoint without addresses': [
        { endpoints: [{ addresses: [] }] },
        'FieldValueRequired endpoints[0].addresses',
      ],
      'an address of another family': [
        { endpoints: [{ addresses: ['2001:db8::1'] }] },
        'FieldValueInvalid endpoints[0].addresses',
      ],
    },
    immutable: {
      'the addressType': [
        { addressType: 'FQDN', endpoints: [{ addresses: ['a.example.com'] }] },
        'FieldValueInvalid addressType',
      ],
    },
  },
  {
    version: 'networking.k8s.io/v1',
    kind: 'Ingress',
    plural: 'ingresses',
    minimal: { spec: { defaultBackend: backend } },
    defaults: { metadata: { generation: 1 }, status: { loadBalancer: {} } },
    invalid: {
      'neither a default backend nor rules': [{ spec: { defaultBackend: null } }, 'FieldValueInvalid spec'],
      'a path without slash': [
        rule({ path: 'api', pathType: 'Prefix', backend }),
        'FieldValueInvalid spec.rules[0].http.paths[0].path',
      ],
      'a path without pathType': [
        rule({ path: '/api', backend }),
        'FieldValueRequired spec.rules[0].http.paths[0].pathType',
      ],
      'an unknown pathType': [
        rule({ path: '/api', pathType: 'Regex', backend }),
        'FieldValueNotSupported spec.rules[0].http.paths[0].pathType',
      ],
      'a backend without port': [
        rule({ path: '/api', pathType: 'Prefix', backend: { service: { name: 'web' } } }),
        'FieldValueRequired spec.rules[0].http.paths[0].backend',
      ],
      'an address as host': [
        { spec: { rules: [{ host: '192.0.2.1' }] } },
        'FieldValueInvalid spec.rules[0].host',
      ],
    },
  },
  {
    version: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    plural: 'ingressclasses',
    clusterScoped: true,
    minimal: { spec: { controller: 'example.com/controller' } },
    invalid: {
      'no controller': [{ spec: { controller: null } }, 'FieldValueRequired spec.controller'],
      'a controller without domain': [{ spec: { controller: 'mine' } }, 'FieldValueInvalid spec.controller'],
    },
    immutable: {
      'the controller': [{ spec: { controller: 'example.com/other' } }, 'FieldValueInvalid spec.controller'],
    },
  },
  {
    version: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    minimal: { spec: { podSelector: {} } },
    defaults: { spec: { policyTypes: ['Ingress'] } },
    invalid: {
      'an unknown policyType': [
        { spec: { policyTypes: ['Sideways'] } },
        'FieldValueNotSupported spec.policyTypes[0]',
      ],
      'a range that is none': [
        { spec: { ingress: [{ from: [{ ipBlock: { cidr: 'all' } }] }] } },
        'FieldValueInvalid spec.ingress[0].from[0].ipBlock.cidr',
      ],
      'a peer without anything': [
        { spec: { ingress: [{ from: [{}] }] } },
        'FieldValueRequired spec.ingress[0].from[0]',
      ],
    },
  },
];
