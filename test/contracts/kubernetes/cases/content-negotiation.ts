import { expect } from 'vitest';
import type { Area } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { parse } from 'yaml';
import { decodeProtobuf } from '../../../../kubesim/kubernetes/schema/protobuf.js';
import { wireFields } from '../../../../kubesim/kubernetes/schema/wire-fields.js';
import { configMap, container, deployment, pod } from '../manifests.js';
import { configMapsOf, deploymentsOf, podsOf } from '../paths.js';

const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1';
const PARTIAL = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const PARTIAL_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Columns of tables: path of an empty collection, and the columns of priority 0. */
const COLUMNS: readonly [kind: string, path: (namespace: string) => string, columns: string][] = [
  ['pods', podsOf, 'Name, Ready, Status, Restarts, Age'],
  ['deployments', deploymentsOf, 'Name, Ready, Up-to-date, Available, Age'],
  ['configmaps', configMapsOf, 'Name, Data, Age'],
  ['secrets', (ns) => `/api/v1/namespaces/${ns}/secrets`, 'Name, Type, Data, Age'],
  [
    'services',
    (ns) => `/api/v1/namespaces/${ns}/services`,
    'Name, Type, Cluster-IP, External-IP, Port(s), Age',
  ],
  ['serviceaccounts', (ns) => `/api/v1/namespaces/${ns}/serviceaccounts`, 'Name, Age'],
  ['events', (ns) => `/api/v1/namespaces/${ns}/events`, 'Last Seen, Type, Reason, Object, Message'],
  [
    'persistentvolumeclaims',
    (ns) => `/api/v1/namespaces/${ns}/persistentvolumeclaims`,
    'Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age',
  ],
  ['nodes', () => '/api/v1/nodes', 'Name, Status, Roles, Age, Version'],
  ['namespaces', () => '/api/v1/namespaces', 'Name, Status, Age'],
  ['statefulsets', (ns) => `/apis/apps/v1/namespaces/${ns}/statefulsets`, 'Name, Ready, Age'],
  [
    'daemonsets',
    (ns) => `/apis/apps/v1/namespaces/${ns}/daemonsets`,
    'Name, Desired, Current, Ready, Up-to-date, Available, Node Selector, Age',
  ],
  ['replicasets', (ns) => `/apis/apps/v1/namespaces/${ns}/replicasets`, 'Name, Desired, Current, Ready, Age'],
  ['jobs', (ns) => `/apis/batch/v1/namespaces/${ns}/jobs`, 'Name, Status, Completions, Duration, Age'],
  [
    'cronjobs',
    (ns) => `/apis/batch/v1/namespaces/${ns}/cronjobs`,
    'Name, Schedule, Timezone, Suspend, Active, Last Schedule, Age',
  ],
  [
    'ingresses',
    (ns) => `/apis/networking.k8s.io/v1/namespaces/${ns}/ingresses`,
    'Name, Class, Hosts, Address, Ports, Age',
  ],
  [
    'storageclasses',
    () => '/apis/storage.k8s.io/v1/storageclasses',
    'Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age',
  ],
  [
    'poddisruptionbudgets',
    (ns) => `/apis/policy/v1/namespaces/${ns}/poddisruptionbudgets`,
    'Name, Min Available, Max Unavailable, Allowed Disruptions, Age',
  ],
  [
    'horizontalpodautoscalers',
    (ns) => `/apis/autoscaling/v2/namespaces/${ns}/horizontalpodautoscalers`,
    'Name, Reference, Targets, MinPods, MaxPods, Replicas, Age',
  ],
  ['leases', (ns) => `/apis/coordination.k8s.io/v1/namespaces/${ns}/leases`, 'Name, Holder, Age'],
];

const columnCases = COLUMNS.map(([kind, path, columns]) => {
  const run: Area['cases'][string] = async ({ api, namespace }) => {
    const { columnDefinitions } = expectSuccess(await api.get(path(namespace), { accept: TABLE }));
    const shown = columnDefinitions.filter(({ priority }) => priority === 0);
    expect(shown.map(({ name }) => name).join(', ')).toBe(columns);
  };
  return [`has the columns of ${kind}`, run] as const;
});

/** Representations: JSON, YAML, protobuf, tables, metadata. */
export const contentNegotiation: Area = {
  name: 'content negotiation',
  cases: {
    async 'serves an object as a table'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1', b: '2' }));
      const response = await api.get(`${configMapsOf(namespace)}/map`, { accept: TABLE });
      expect(expectSuccess(response)).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
      expect(response.body.rows).toEqual([
        {
          cells: ['map', 2, expect.stringMatching(/^\d+s$/)],
          object: {
            kind: 'PartialObjectMetadata',
            apiVersion: 'meta.k8s.io/v1',
            metadata: expect.any(Object),
          },
        },
      ]);
    },

    async 'serves whole objects in a table for includeObject=Object'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const path = `${configMapsOf(namespace)}/map?includeObject=Object`;
      const { rows } = expectSuccess(await api.get(path, { accept: TABLE }));
      expect(rows[0]?.object).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } });
    },

    async 'serves no objects in a table for includeObject=None'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const path = `${configMapsOf(namespace)}?includeObject=None&fieldSelector=metadata.name=map`;
      const { rows } = expectSuccess(await api.get(path, { accept: TABLE }));
      expect(rows).toHaveLength(1);
      expect(rows[0]?.object ?? null).toBeNull();
    },

    async 'serves JSON where a client accepts a table or JSON of an error'({ api, namespace }) {
      const response = await api.get(`${configMapsOf(namespace)}/none`, {
        accept: `${TABLE},application/json`,
      });
      expectError(response, 404, 'NotFound');
    },

    async 'shows a pending pod in a table'({ api, namespace, eventually }) {
      await eventually(async () => (await api.post(podsOf(namespace), pod('web'))).status === 201);
      const { rows } = expectSuccess(await api.get(`${podsOf(namespace)}/web`, { accept: TABLE }));
      expect(rows[0]?.cells.slice(0, 4)).toEqual(['web', '0/1', 'Pending', '0']);
    },

    async 'shows a new deployment in a table'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      const { rows } = expectSuccess(await api.get(`${deploymentsOf(namespace)}/web`, { accept: TABLE }));
      expect(rows[0]?.cells.slice(0, 4)).toEqual(['web', '0/0', 0, 0]);
    },

    async 'serves the metadata of an object alone'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const { body } = await api.get(`${configMapsOf(namespace)}/map`, { accept: PARTIAL });
      expect(body).toEqual({
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: expect.objectContaining({ name: 'map' }),
      });
    },

    async 'serves the metadata of a list alone'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const { body } = await api.get(`${configMapsOf(namespace)}?fieldSelector=metadata.name=map`, {
        accept: PARTIAL_LIST,
      });
      expect(body).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
      expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['map']);
      expect(body.items[0]).not.toHaveProperty('data');
    },

    async 'sends metadata in a watch that asks for it'({ api, namespace }) {
      const path = `${configMapsOf(namespace)}?fieldSelector=metadata.name=map`;
      await using watch = await api.watch(path, { accept: PARTIAL });
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const event = await watch.next();
      expect(event?.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'map' } });
      expect(event?.object).not.toHaveProperty('data');
    },

    async 'sends a table in each event of a watch that asks for it'({ api, namespace }) {
      const selector = 'fieldSelector=metadata.name=map';
      const { body: list } = await api.get(`${configMapsOf(namespace)}?${selector}`);
      const from = `${selector}&resourceVersion=${list.metadata.resourceVersion}`;
      await using watch = await api.watch(`${configMapsOf(namespace)}?${from}`, { accept: TABLE });
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      await api.patch(`${configMapsOf(namespace)}/map`, 'merge', { data: { b: '2' } });
      const [added, modified] = [await watch.next(), await watch.next()];
      expect(added?.object.columnDefinitions.length).toBe(3);
      expect(modified?.object.columnDefinitions ?? null).toBeNull();
      expect(modified?.object.rows[0]?.cells.slice(0, 2)).toEqual(['map', 2]);
    },

    async 'serves YAML'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const response = await api.get(`${configMapsOf(namespace)}/map`, { accept: 'application/yaml' });
      expect(response.type).toBe('application/yaml');
      expect(response.text).toContain('kind: ConfigMap\n');
    },

    async 'accepts YAML'({ api, namespace }) {
      const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\ndata:\n  a: "1"\n';
      const created = await api.post(configMapsOf(namespace), text, { type: 'application/yaml' });
      expect(expectSuccess(created, 201).data).toEqual({ a: '1' });
    },

    async 'serves protobuf'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const response = await api.get(`${configMapsOf(namespace)}/map`, { accept: PROTOBUF });
      expect(response.type).toBe(PROTOBUF);
      expect(response.text.slice(0, 4)).toBe('k8s\0');
    },

    async 'serves the same object in JSON, YAML and protobuf'({ api, namespace, eventually }) {
      const path = `${podsOf(namespace)}/web`;
      const spec = {
        containers: [
          container({
            command: ['sh', '-c', 'sleep 1'],
            env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
            ports: [{ containerPort: 80, name: 'http' }],
            resources: { requests: { cpu: '1500m', memory: '64Mi' } },
            livenessProbe: { httpGet: { path: '/', port: 'http' }, initialDelaySeconds: 3 },
            securityContext: { runAsUser: 0, privileged: false },
          }),
        ],
        nodeSelector: { 'no.such/node': 'true' },
        terminationGracePeriodSeconds: 0,
        volumes: [{ name: 'empty', emptyDir: {} }],
      };
      const metadata = { name: 'web', annotations: { a: '✓\n' } };
      await eventually(async () => {
        const created = await api.post(podsOf(namespace), { ...pod('web', spec), metadata });
        return created.status === 201;
      });
      const { body: json } = await api.get(path);
      const protobuf = await api.get(path, { accept: PROTOBUF });
      expect(withoutStatus(decodeProtobuf(protobuf.bytes))).toEqual(withoutStatus(json));
      const yaml = await api.get(path, { accept: 'application/yaml' });
      expect(withoutStatus(parse(yaml.text))).toEqual(withoutStatus(json));
    },

    async 'serves a list in YAML and protobuf'({ api, namespace }) {
      for (const name of ['a', 'b', 'c']) await api.post(configMapsOf(namespace), configMap(name, { name }));
      const path = `${configMapsOf(namespace)}?fieldSelector=metadata.name!=kube-root-ca.crt`;
      const { body: json } = await api.get(path);
      const yaml = parse((await api.get(path, { accept: 'application/yaml' })).text) as typeof json;
      const protobuf = decodeProtobuf(
        (await api.get(path, { accept: PROTOBUF })).bytes,
      ) as unknown as typeof json;
      for (const list of [yaml, protobuf])
        expect({ kind: list.kind, items: list.items }).toEqual({ kind: 'ConfigMapList', items: json.items });
      expect(protobuf.metadata.resourceVersion).toMatch(/^\d+$/);
    },

    async 'answers a change in protobuf, and reads it again'({ api, namespace }) {
      const accept = PROTOBUF;
      const created = await api.post(configMapsOf(namespace), configMap('map', { a: '1' }), { accept });
      expect(created.type).toBe(PROTOBUF);
      const replaced = await api.put(`${configMapsOf(namespace)}/map`, created.bytes, {
        type: PROTOBUF,
        accept,
      });
      expect(decodeProtobuf(replaced.bytes)).toEqual(decodeProtobuf(created.bytes));
    },

    async 'sends the events of a watch as frames of protobuf'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const path = `${configMapsOf(namespace)}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=map`;
      const response = await api.get(path, { accept: `${PROTOBUF},application/json` });
      expect(response.type).toBe(`${PROTOBUF};stream=watch`);
      const length = response.bytes.readUInt32BE(0);
      expect(response.bytes.length).toBe(4 + length);
      const [type, object] = [...wireFields(response.bytes.subarray(4))];
      expect(type?.bytes.toString()).toBe('ADDED');
      const [raw] = [...wireFields(object?.bytes ?? Buffer.alloc(0))];
      expect(decodeProtobuf(raw?.bytes ?? Buffer.alloc(0))).toMatchObject({
        kind: 'ConfigMap',
        data: { a: '1' },
      });
    },

    async 'refuses a watch in YAML'({ api, namespace }) {
      const rejected = await api.get(`${configMapsOf(namespace)}?watch=1`, { accept: 'application/yaml' });
      expect(rejected.status).toBe(406);
      expect(rejected.text).toContain('application/json;stream=watch');
    },

    async 'serves the metadata of an object alone in protobuf'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const accept = `${PROTOBUF};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
      const { bytes } = await api.get(`${configMapsOf(namespace)}/map`, { accept });
      const object = decodeProtobuf(bytes);
      expect(object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'map' } });
      expect(object).not.toHaveProperty('data');
    },

    async 'serves definitions of custom resources in protobuf'({ api }) {
      const accept = `${PROTOBUF},application/json`;
      const response = await api.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { accept });
      expect(response.type).toBe(PROTOBUF);
      expect(decodeProtobuf(response.bytes)).toMatchObject({ kind: 'CustomResourceDefinitionList' });
    },

    async 'serves the format of the highest quality'({ api, namespace }) {
      const accept = 'application/json;q=0.1,application/yaml';
      expect((await api.get(configMapsOf(namespace), { accept })).type).toBe('application/yaml');
    },

    async 'serves JSON to a client that sends an empty Accept'({ api, namespace }) {
      expect((await api.get(configMapsOf(namespace), { accept: '' })).type).toBe('application/json');
    },

    async 'refuses representations that it does not have'({ api, namespace }) {
      for (const accept of [
        'application/json;as=Foo',
        'application/json;as=Table',
        'application/json;as=Table;g=meta.k8s.io;v=v2',
        `${PROTOBUF};as=Table;g=meta.k8s.io;v=v1`,
      ]) {
        const rejected = await api.get(configMapsOf(namespace), { accept });
        expectError(rejected, 406, 'NotAcceptable');
        expect(rejected.body.message).toBe(
          `only the following media types are accepted: application/json, application/yaml, ${PROTOBUF}`,
        );
      }
      for (const accept of ['application/cbor', 'text/html', '*/json', 'application/*']) {
        const rejected = await api.get(configMapsOf(namespace), { accept });
        expectError(rejected, 406, 'NotAcceptable');
        expect(rejected.body.message).toContain(
          `406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, ${PROTOBUF}`,
        );
      }
    },

    async 'accepts protobuf'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('one', { a: '1' }));
      const created = await api.post(configMapsOf(namespace), protobufConfigMap('two', namespace), {
        type: PROTOBUF,
      });
      expect(expectSuccess(created, 201).metadata.name).toBe('two');
    },

    async 'rejects a body of an unknown media type'({ api, namespace }) {
      const response = await api.post(configMapsOf(namespace), 'hello', { type: 'text/plain' });
      expectError(response, 415, 'UnsupportedMediaType');
    },

    async 'rejects a patch of an unknown media type'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const response = await api.call('PATCH', `${configMapsOf(namespace)}/map`, { body: '{}' });
      expectError(response, 415, 'UnsupportedMediaType');
    },

    async 'refuses to serve a review of rights as a table'({ api }) {
      const review = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      expectError(await api.post(path, review, { accept: TABLE }), 406, 'NotAcceptable');
    },

    async 'serves JSON for */*'({ api, namespace }) {
      expect((await api.get(configMapsOf(namespace), { accept: '*/*' })).type).toBe('application/json');
    },

    async 'compresses a large list for a client that accepts gzip'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: 'x'.repeat(200_000) }));
      const response = await api.get(configMapsOf(namespace), { headers: { 'accept-encoding': 'gzip' } });
      expect(response.headers.get('content-encoding')).toBe('gzip');
    },

    async 'indents for pretty=true'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const { text } = await api.get(`${configMapsOf(namespace)}/map?pretty=true`);
      expect(text.startsWith('{\n  "kind": "ConfigMap",\n')).toBe(true);
    },

    async 'rejects a body of more than 3 MiB'({ api, namespace }) {
      const response = await api.post(
        configMapsOf(namespace),
        configMap('map', { a: 'x'.repeat(3_200_000) }),
      );
      expectError(response, 413, 'RequestEntityTooLarge');
    },

    async 'serves further requests of a client whose body was too large'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: 'x'.repeat(3_200_000) }));
      // One after the other, so that they use the same connection if it is kept.
      for (let count = 0; count < 8; count += 1) expectSuccess(await api.get(configMapsOf(namespace)));
    },

    ...Object.fromEntries(columnCases),
  },
};

/** A pod without what the scheduler changes at any time, and without null, which protobuf does not have. */
function withoutStatus(object: unknown): unknown {
  const {
    status: _status,
    metadata,
    ...rest
  } = JSON.parse(JSON.stringify(object)) as Record<string, unknown>;
  const { resourceVersion: _version, managedFields: _fields, ...kept } = metadata as Record<string, unknown>;
  return { ...rest, metadata: kept };
}

/** A ConfigMap as protobuf: `k8s\0` and a runtime.Unknown with type and object. */
function protobufConfigMap(name: string, namespace: string): Uint8Array {
  const field = (number: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
  const meta = Buffer.concat([field(1, Buffer.from(name)), field(3, Buffer.from(namespace))]);
  const type = Buffer.concat([field(1, Buffer.from('v1')), field(2, Buffer.from('ConfigMap'))]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, field(1, meta))]);
}
