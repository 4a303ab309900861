import { expect, test } from 'vitest';
import { decode } from '../../kubesim/kubernetes/schema/decode.js';
import { withDefaults } from '../../kubesim/kubernetes/schema/defaults.js';
import { kubernetesApi } from '../../kubesim/kubernetes/schema/kubernetes-api.js';
import { schemaCauses } from '../../kubesim/kubernetes/schema/validate.js';
import type { SchemaNode } from '../../kubesim/kubernetes/schema/schema-node.js';

const api = kubernetesApi('1.34.3');

function schemaOf(group: string, kind: string): SchemaNode {
  const schema = api.schemaOf(group, 'v1', kind);
  if (!schema) throw new Error(`there is no kind ${kind}`);
  return schema;
}

function fieldAt(schema: SchemaNode, ...path: string[]): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((node, name) => (node?.items ?? node)?.fields.get(name), schema);
}

const deployment = schemaOf('apps', 'Deployment');
const pod = schemaOf('', 'Pod');

test('resolves references between the types of a kind', () => {
  const ports = fieldAt(deployment, 'spec', 'template', 'spec', 'containers', 'ports');
  expect(ports).toMatchObject({
    type: 'array',
    listType: 'map',
    listMapKeys: ['containerPort', 'protocol'],
    patchMergeKey: 'containerPort',
    patchStrategies: ['merge'],
  });
  expect(ports?.items?.required).toEqual(['containerPort']);
  expect(ports?.items?.fields.get('protocol')).toMatchObject({
    type: 'string',
    default: 'TCP',
    enum: ['SCTP', 'TCP', 'UDP'],
  });
});

test('knows the entries of maps, and which objects are atomic', () => {
  expect(fieldAt(pod, 'metadata', 'labels')?.additionalProperties?.type).toBe('string');
  expect(fieldAt(pod, 'spec', 'nodeSelector')?.mapType).toBe('atomic');
  expect(fieldAt(pod, 'metadata', 'finalizers')?.listType).toBe('set');
});

test('describes the resources of a group as discovery does', () => {
  expect(api.resourcesOf('apps/v1').find(({ name }) => name === 'deployments')).toMatchObject({
    kind: 'Deployment',
    singularName: 'deployment',
    shortNames: ['deploy'],
    categories: ['all'],
    namespaced: true,
    storageVersionHash: '8aSe+NMegvE=',
  });
  expect(api.resourcesOf('example.com/v1')).toEqual([]);
});

test.each([
  ['1.34.1', '1.34'],
  ['1.99.0', undefined],
])('reads the API of version %s', (version, minor) => {
  const read = kubernetesApi(version);
  expect(read.schemaOf('', 'v1', 'Pod')).toBeDefined();
  if (minor !== undefined) expect(read.version.startsWith(`${minor}.`)).toBe(true);
});

test('removes unknown fields and nulls, and reports the paths of unknown fields', () => {
  const container = { name: 'a', image: 'b', ports: [{ containerPort: 80, potr: 1 }], command: null };
  const { object, unknown } = decode(
    {
      kind: 'Pod',
      metadata: { name: 'a', labels: { b: 'c' }, label: {} },
      spec: { containers: [container] },
    },
    pod,
  );
  expect(unknown).toEqual(['metadata.label', 'spec.containers[0].ports[0].potr']);
  expect(object).toEqual({
    kind: 'Pod',
    metadata: { name: 'a', labels: { b: 'c' } },
    spec: { containers: [{ name: 'a', image: 'b', ports: [{ containerPort: 80 }] }] },
  });
});

const withContainer = (container: object) => ({ spec: { containers: [{ name: 'a', ...container }] } });
test.each([
  [
    { metadata: 'a' },
    'json: cannot unmarshal string into Go struct field Pod.metadata of type v1.ObjectMeta',
  ],
  [
    { metadata: { labels: { a: 1 } } },
    'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
  ],
  [
    { metadata: { labels: ['a'] } },
    'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
  ],
  [
    { spec: { containers: {} } },
    'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
  ],
  [
    withContainer({ image: true }),
    'json: cannot unmarshal bool into Go struct field Container.spec.containers.image of type string',
  ],
  [
    withContainer({ ports: [{ containerPort: '80' }] }),
    'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
  ],
  [
    { spec: { terminationGracePeriodSeconds: 1.5 } },
    'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
  ],
  [
    withContainer({ resources: { limits: { cpu: 'many' } } }),
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    { metadata: { creationTimestamp: 'today' } },
    'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"',
  ],
])('rejects a pod with a value of the wrong type: %j', (object, message) => {
  expect(() => decode(object, pod)).toThrow(message);
});

test('sets defaults of the schema and of the types in an object, and keeps what is set', () => {
  const probe = { httpGet: { port: 80 }, periodSeconds: 5 };
  const container = { name: 'a', image: 'a:1', ports: [{ containerPort: 80 }], livenessProbe: probe };
  const volumes = [{ name: 'empty' }, { name: 'settings', configMap: { name: 'a' } }];
  const filled = withDefaults({ spec: { dnsPolicy: 'Default', containers: [container], volumes } }, pod);
  expect(filled.spec).toMatchObject({ dnsPolicy: 'Default', restartPolicy: 'Always' });
  expect(filled.spec.containers[0]).toMatchObject({
    imagePullPolicy: 'IfNotPresent',
    ports: [{ containerPort: 80, protocol: 'TCP' }],
    livenessProbe: {
      httpGet: { path: '/', port: 80, scheme: 'HTTP' },
      periodSeconds: 5,
      timeoutSeconds: 1,
      failureThreshold: 3,
    },
  });
  expect(filled.spec.volumes).toEqual([
    { name: 'empty', emptyDir: {} },
    { name: 'settings', configMap: { name: 'a', defaultMode: 420 } },
  ]);
  expect(withDefaults(filled, pod)).toBe(filled);
});

test.each([
  [
    { restartPolicy: 'Sometimes' },
    'spec.restartPolicy',
    'Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
  ],
  [{ containers: [{}] }, 'spec.containers[0].name', 'Required value'],
  [
    { containers: [{ name: 'a', ports: [{ containerPort: 80, protocol: 'HTTP' }] }] },
    'spec.containers[0].ports[0].protocol',
    'Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
  ],
  [
    { tolerations: [{ effect: 'No' }] },
    'spec.tolerations[0].effect',
    'Unsupported value: "No": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
  ],
])('reports what is wrong in a spec by its field: %j', (spec, field, message) => {
  expect(schemaCauses({ metadata: {}, spec: { containers: [], ...spec } }, pod)).toMatchObject([
    { field, message },
  ]);
});

test('does not validate the status of an object, and accepts values that later versions may have in it', () => {
  expect(schemaCauses({ status: { phase: 'Unknowable' } }, pod)).toEqual([]);
});
