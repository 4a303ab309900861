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
      'a port above 65535': [
        { spec: { ports: [{ port: 65536 }] } },
        'FieldValueInvalid spec.ports[0].port',
        'FieldValueInvalid spec.ports[0].targetPort',
      ],
      'a target port above 65535': [
        { spec: { ports: [{ port: 80, targetPort: 65536 }] } },
        'FieldValueInvalid spec.ports[0].targetPort',
      ],
      'a target port name with capitals': [
        { spec: { ports: [{ port: 80, targetPort: 'HTTP' }] } },
        'FieldValueInvalid spec.ports[0].targetPort',
        'FieldValueInvalid spec.ports[0].targetPort',
      ],
      'a selector that is no label': [
        { spec: { selector: { app: 'a b' } } },
        'FieldValueInvalid spec.selector',
      ],
      'an external address that is none': [
        { spec: { externalIPs: ['here'] } },
        'FieldValueInvalid spec.externalIPs[0]',
      ],
      'a loopback external address': [
        { spec: { externalIPs: ['127.0.0.1'] } },
        'FieldValueInvalid spec.externalIPs[0]',
      ],
      'an unknown external traffic policy': [
        { spec: { type: 'NodePort', externalTrafficPolicy: 'Some' } },
        'FieldValueNotSupported spec.externalTrafficPolicy',
      ],
      'an external traffic policy of an internal Service': [
        { spec: { externalTrafficPolicy: 'Local' } },
        'FieldValueInvalid spec.externalTrafficPolicy',
      ],
      'an unknown internal traffic policy': [
        { spec: { internalTrafficPolicy: 'Some' } },
        'FieldValueNotSupported spec.internalTrafficPolicy',
      ],
      'a health check port of an internal Service': [
        { spec: { healthCheckNodePort: 30000 } },
        'FieldValueInvalid spec.healthCheckNodePort',
      ],
      'source ranges that are none': [
        { spec: { type: 'LoadBalancer', loadBalancerSourceRanges: ['all'] } },
        'FieldValueInvalid spec.LoadBalancerSourceRanges[0]',
      ],
      'source ranges of an internal Service': [
        { spec: { loadBalancerSourceRanges: ['192.0.2.0/24'] } },
        'FieldValueForbidden spec.LoadBalancerSourceRanges',
      ],
      'a load balancer class of an internal Service': [
        { spec: { loadBalancerClass: 'example.com/a' } },
        'FieldValueForbidden spec.loadBalancerClass',
      ],
      'a timeout of sessions of a day and a second': [
        {
          spec: {
            sessionAffinity: 'ClientIP',
            sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } },
          },
        },
        'FieldValueInvalid spec.sessionAffinityConfig.clientIP.timeoutSeconds',
      ],
      'an address that is none': [{ spec: { clusterIP: 'here' } }, 'FieldValueInvalid spec.clusterIPs[0]'],
      'two node ports of one number': [
        {
          spec: {
            type: 'NodePort',
            ports: [
              { name: 'a', port: 80, nodePort: 30999 },
              { name: 'b', port: 81, nodePort: 30999 },
            ],
          },
        },
        'FieldValueInvalid spec.ports[1].nodePort',
      ],
      'an unknown family': [{ spec: { ipFamilies: ['IPv5'] } }, 'FieldValueNotSupported spec.ipFamilies[0]'],
      'an unknown family policy': [
        { spec: { ipFamilyPolicy: 'Some' } },
        'FieldValueNotSupported spec.ipFamilyPolicy',
      ],
      'an address of an external Service': [
        {
          spec: { type: 'ExternalName', externalName: 'a.example.com', clusterIP: '10.96.0.99', ports: null },
        },
        'FieldValueForbidden spec.clusterIPs',
      ],
      'an application protocol that is none': [
        { spec: { ports: [{ port: 80, appProtocol: 'a b' }] } },
        'FieldValueInvalid spec.ports[0].appProtocol',
      ],
      'two ports of one name': [
        {
          spec: {
            ports: [
              { name: 'a', port: 80 },
              { name: 'a', port: 81 },
            ],
          },
        },
        'FieldValueDuplicate spec.ports[1].name',
      ],
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
      'the type to an external name without one': [
        { spec: { type: 'ExternalName' } },
        'FieldValueRequired spec.externalName',
      ],
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
      'a subset without addresses': [
        { subsets: [{ ports: [{ port: 80 }] }] },
        'FieldValueRequired subsets[0]',
      ],
      'a link-local address': [
        { subsets: [{ addresses: [{ ip: '169.254.1.1' }] }] },
        'FieldValueInvalid subsets[0].addresses[0].ip',
      ],
      'two ports without names': [
        { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }, { port: 81 }] }] },
        'FieldValueRequired subsets[0].ports[0].name',
        'FieldValueRequired subsets[0].ports[1].name',
      ],
      'a port of zero': [
        { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 0 }] }] },
        'FieldValueInvalid subsets[0].ports[0].port',
      ],
      'an unknown protocol': [
        { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80, protocol: 'ICMP' }] }] },
        'FieldValueNotSupported subsets[0].ports[0].protocol',
      ],
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
      'two ports of one name': [
        {
          ports: [
            { name: 'a', port: 80 },
            { name: 'a', port: 81 },
          ],
        },
        'FieldValueDuplicate ports[1].name',
      ],
      'an unknown addressType': [{ addressType: 'Phone' }, 'FieldValueNotSupported addressType'],
      'a domain name of one label': [
        { addressType: 'FQDN', endpoints: [{ addresses: ['web'] }] },
        'FieldValueInvalid endpoints[0].addresses[0]',
      ],
      'an unspecified address': [
        { endpoints: [{ addresses: ['0.0.0.0'] }] },
        'FieldValueInvalid endpoints[0].addresses[0]',
      ],
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
      'a host with capitals': [
        { spec: { rules: [{ host: 'Web.example.com' }] } },
        'FieldValueInvalid spec.rules[0].host',
      ],
      'a wildcard in the middle of a host': [
        { spec: { rules: [{ host: 'a.*.example.com' }] } },
        'FieldValueInvalid spec.rules[0].host',
      ],
      'a path with a dot segment': [
        {
          spec: {
            rules: [
              {
                http: {
                  paths: [
                    {
                      path: '/a/../b',
                      pathType: 'Prefix',
                      backend: { service: { name: 'web', port: { number: 80 } } },
                    },
                  ],
                },
              },
            ],
          },
        },
        'FieldValueInvalid spec.rules[0].http.paths[0].path',
      ],
      'no path': [
        { spec: { rules: [{ http: { paths: [] } }] } },
        'FieldValueRequired spec.rules[0].http.paths',
      ],
      'a backend without anything': [
        { spec: { defaultBackend: { service: null } } },
        'FieldValueInvalid spec.defaultBackend',
      ],
      'a backend with a port of a number and a name': [
        { spec: { defaultBackend: { service: { name: 'web', port: { number: 80, name: 'http' } } } } },
        'FieldValueInvalid spec.defaultBackend',
      ],
      'a backend port above 65535': [
        { spec: { defaultBackend: { service: { name: 'web', port: { number: 65536 } } } } },
        'FieldValueInvalid spec.defaultBackend.service.port.number',
      ],
      'a backend of a Service with capitals': [
        { spec: { defaultBackend: { service: { name: 'Web', port: { number: 80 } } } } },
        'FieldValueInvalid spec.defaultBackend.service.name',
      ],
      'a backend of a Service and a resource': [
        { spec: { defaultBackend: { resource: { kind: 'A', name: 'a' } } } },
        'FieldValueInvalid spec.defaultBackend',
      ],
      'a class with capitals': [
        { spec: { ingressClassName: 'Public' } },
        'FieldValueInvalid spec.ingressClassName',
      ],
      'a TLS host with capitals': [
        { spec: { tls: [{ hosts: ['Web'] }] } },
        'FieldValueInvalid spec.tls[0].hosts[0]',
      ],
      'a class in both places': [
        {
          metadata: { annotations: { 'kubernetes.io/ingress.class': 'a' } },
          spec: { ingressClassName: 'b' },
        },
        'FieldValueInvalid annotations.kubernetes.io/ingress.class',
      ],
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
      'parameters without kind': [
        { spec: { parameters: { name: 'a' } } },
        'FieldValueRequired spec.parameters.kind',
      ],
      'parameters of a namespace without it': [
        { spec: { parameters: { kind: 'A', name: 'a', scope: 'Namespace' } } },
        'FieldValueRequired spec.parameters.namespace',
      ],
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
      'a port above 65535': [
        { spec: { ingress: [{ ports: [{ port: 65536 }] }] } },
        'FieldValueInvalid spec.ingress[0].ports[0].port',
      ],
      'an end before its port': [
        { spec: { ingress: [{ ports: [{ port: 80, endPort: 79 }] }] } },
        'FieldValueInvalid spec.ingress[0].ports[0].endPort',
      ],
      'an end of a port name': [
        { spec: { ingress: [{ ports: [{ port: 'http', endPort: 79 }] }] } },
        'FieldValueInvalid spec.ingress[0].ports[0].endPort',
      ],
      'a range beside a selector': [
        { spec: { ingress: [{ from: [{ podSelector: {}, ipBlock: { cidr: '192.0.2.0/24' } }] }] } },
        'FieldValueForbidden spec.ingress[0].from[0]',
      ],
      'an exception outside its range': [
        { spec: { egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24', except: ['198.51.100.0/25'] } }] }] } },
        'FieldValueInvalid spec.egress[0].to[0].ipBlock.except[0]',
      ],
      'an unknown protocol': [
        { spec: { egress: [{ ports: [{ protocol: 'ICMP' }] }] } },
        'FieldValueNotSupported spec.egress[0].ports[0].protocol',
      ],
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
