import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploymentBody, startSimulator, type Cluster, type Simulator } from './simulator.js';

// The expectations were compared with the answers of kube-apiserver 1.36.3.

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('apply');
});
afterAll(() => simulator[Symbol.asyncDispose]());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const SERVICES = '/api/v1/namespaces/default/services';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1: unknown;
}
interface Answer {
  readonly status: number;
  readonly body: {
    readonly code?: number;
    readonly message: string;
    readonly reason?: string;
    readonly details?: unknown;
    readonly metadata: {
      readonly resourceVersion: string;
      readonly annotations?: Readonly<Record<string, string>>;
      readonly managedFields?: readonly Entry[];
    };
    readonly data?: unknown;
    readonly spec: { readonly replicas?: number; readonly ports?: readonly object[] };
  };
}

async function send(
  method: string,
  path: string,
  type: string,
  body?: unknown,
  agent = 'test/1.0',
): Promise<Answer> {
  const response = await cluster.open(path, {
    method,
    headers: { 'content-type': type, 'user-agent': agent },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}
const apply = (path: string, manager: string, body: unknown, more = '') =>
  send('PATCH', `${path}?fieldManager=${manager}${more}`, 'application/apply-patch+yaml', body);
const patch = (path: string, body: unknown, agent?: string) =>
  send('PATCH', path, 'application/merge-patch+json', body, agent);
const create = (path: string, manager: string, body: unknown) =>
  send('POST', `${path}?fieldManager=${manager}`, 'application/json', body);
const get = (path: string) => send('GET', path, 'application/json');

const configMap = (name: string, data: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
const deployment = (name: string, replicas?: number) => {
  const { metadata, spec } = deploymentBody(name, 1) as { metadata: object; spec: object };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { ...spec, paused: true, replicas },
  };
};
const service = (name: string, port: number) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ name: 'http', port, targetPort: 8080 }] },
});
const owners = ({ body }: Answer) =>
  (body.metadata.managedFields ?? []).map(({ manager, operation, subresource }) =>
    [operation, manager, ...(subresource ? [subresource] : [])].join(' '),
  );

describe('server-side apply', () => {
  test('creates an object and records its manager', async () => {
    const created = await apply(`${CONFIG_MAPS}/new`, 'helm', configMap('new', { a: '1' }));
    expect(created.status).toBe(201);
    expect(created.body.metadata.managedFields).toEqual([
      {
        manager: 'helm',
        operation: 'Apply',
        apiVersion: 'v1',
        time: expect.any(String) as string,
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} } },
      },
    ]);
  });

  test('removes the fields that its manager alone owned and leaves out', async () => {
    await apply(`${CONFIG_MAPS}/less`, 'helm', configMap('less', { a: '1', b: '2' }));
    await patch(`${CONFIG_MAPS}/less`, { data: { c: '3' } });
    const { body } = await apply(`${CONFIG_MAPS}/less`, 'helm', configMap('less', { b: '2' }));
    expect(body.data).toEqual({ b: '2', c: '3' });
  });

  test('leaves one port of a service whose port changes', async () => {
    await apply(`${SERVICES}/moved`, 'helm', service('moved', 80));
    const { body } = await apply(`${SERVICES}/moved`, 'helm', service('moved', 81));
    expect(body.spec.ports).toEqual([{ name: 'http', port: 81, protocol: 'TCP', targetPort: 8080 }]);
  });

  test('is rejected with all conflicts and their owners, and takes the fields over with force', async () => {
    await create(CONFIG_MAPS, 'creator', configMap('shared', { a: '1', b: '1', c: '1' }));
    const rejected = await apply(
      `${CONFIG_MAPS}/shared`,
      'me',
      configMap('shared', { a: '2', b: '2', c: '1' }),
    );
    expect(rejected).toEqual({
      status: 409,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'Apply failed with 2 conflicts: conflicts with "creator" using v1:\n- .data.a\n- .data.b',
        reason: 'Conflict',
        details: {
          causes: ['.data.a', '.data.b'].map((field) => ({
            reason: 'FieldManagerConflict',
            message: 'conflict with "creator" using v1',
            field,
          })),
        },
        code: 409,
      },
    });
    const forced = await apply(
      `${CONFIG_MAPS}/shared`,
      'me',
      configMap('shared', { a: '2', b: '2', c: '1' }),
      '&force=true',
    );
    expect(forced.body.data).toEqual({ a: '2', b: '2', c: '1' });
    expect(forced.body.metadata.managedFields).toMatchObject([
      { manager: 'me', fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {}, 'f:c': {} } } },
      { manager: 'creator', fieldsV1: { 'f:data': { '.': {}, 'f:c': {} } } },
    ]);
  });

  test('changes neither resourceVersion nor managedFields if nothing changes', async () => {
    const first = await apply(`${CONFIG_MAPS}/same`, 'me', configMap('same', { a: '1' }));
    simulator.clock.advance(5_000);
    const second = await apply(`${CONFIG_MAPS}/same`, 'me', configMap('same', { a: '1' }));
    expect(second.body.metadata).toEqual(first.body.metadata);
  });

  test('of an object without managers finds the fields owned before the first apply', async () => {
    await create(CONFIG_MAPS, 'creator', configMap('old', { a: '1' }));
    const reset = await patch(`${CONFIG_MAPS}/old`, { metadata: { managedFields: [{}] } });
    expect(reset.body.metadata.managedFields).toBeUndefined();
    expect(
      (await patch(`${CONFIG_MAPS}/old`, { data: { b: '1' } })).body.metadata.managedFields,
    ).toBeUndefined();
    expect((await apply(`${CONFIG_MAPS}/old`, 'me', configMap('old', { a: '2' }))).body.message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
    );
  });

  test('reads YAML', { timeout: 30_000 }, async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: yaml }\ndata:\n  a: "1"\n';
    expect((await apply(`${CONFIG_MAPS}/yaml`, 'me', yaml)).body.data).toEqual({ a: '1' });
  });

  test('returns the result of a dry run without changing anything', async () => {
    const dry = await apply(`${CONFIG_MAPS}/dry`, 'me', configMap('dry', { a: '1' }), '&dryRun=All');
    expect([dry.status, owners(dry)]).toEqual([201, ['Apply me']]);
    expect((await get(`${CONFIG_MAPS}/dry`)).status).toBe(404);
  });

  test('takes over what kubectl applied on the client side, without conflicts', async () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const first = deployment('migrated', 1);
    await create(DEPLOYMENTS, 'kubectl-client-side-apply', {
      ...first,
      metadata: { ...first.metadata, annotations: { [annotation]: JSON.stringify(first) } },
    });
    const other = await apply(`${DEPLOYMENTS}/migrated`, 'other', deployment('migrated', 2));
    expect(other.body.message).toContain(
      'conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
    );
    const { status, body } = await apply(`${DEPLOYMENTS}/migrated`, 'kubectl', deployment('migrated', 2));
    expect([status, body.spec.replicas]).toEqual([200, 2]);
    expect(JSON.parse(body.metadata.annotations?.[annotation] ?? '')).toMatchObject({
      spec: { replicas: 2 },
    });
  });

  test.each([
    [
      'without a manager',
      '',
      configMap('x', {}),
      422,
      'fieldManager: Required value: is required for apply patch',
    ],
    [
      'with managedFields',
      'me',
      configMap('x', {}, { managedFields: [] }),
      400,
      'metadata.managedFields must be nil',
    ],
    [
      'of another kind',
      'me',
      { ...configMap('x', {}), kind: 'Secret' },
      400,
      'invalid object type: /v1, Kind=Secret',
    ],
    ['without a name', 'me', { apiVersion: 'v1', kind: 'ConfigMap' }, 400, 'name must be provided'],
    [
      'with an unknown field',
      'me',
      { ...configMap('x', {}), nope: 1 },
      500,
      '.nope: field not declared in schema',
    ],
    ['with a wrong type', 'me', configMap('x', { a: 1 }), 500, '.data.a: expected string, got &value.value'],
    [
      'with a uid',
      'me',
      configMap('x', {}, { uid: '1' }),
      409,
      'uid mismatch: the provided object specified uid 1',
    ],
  ])('is rejected %s', async (_what, manager, body, status, message) => {
    const rejected = await apply(`${CONFIG_MAPS}/x`, manager, body);
    expect([rejected.status, rejected.body.message]).toEqual([status, expect.stringContaining(message)]);
  });
});

describe('ownership by other writes', () => {
  test('is recorded for the field manager or the first word of the user agent', async () => {
    await create(CONFIG_MAPS, 'creator', configMap('owned', { a: '1' }));
    const changed = await patch(`${CONFIG_MAPS}/owned`, { data: { b: '1' } }, 'my agent/1.0 (linux)');
    expect(owners(changed)).toEqual(['Update creator', 'Update my agent']);
    const same = await patch(`${CONFIG_MAPS}/owned`, { data: { b: '1' } }, 'other/1.0');
    expect(same.body.metadata).toEqual(changed.body.metadata);
  });

  test('keeps an object without structs that always exist, like the types of API servers', async () => {
    const { body } = await create(SERVICES, 'c', service('struct', 80));
    expect(body.metadata.managedFields?.[0]?.fieldsV1).toMatchObject({
      'f:spec': {
        'f:ports': {
          '.': {},
          'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:targetPort': {} },
        },
        'f:selector': {},
      },
    });
  });

  test('of a scale belongs to its manager, which conflicts with a later apply', async () => {
    await apply(`${DEPLOYMENTS}/scaled`, 'helm', deployment('scaled', 2));
    await patch(`${DEPLOYMENTS}/scaled/scale?fieldManager=hpa`, { spec: { replicas: 3 } });
    expect((await apply(`${DEPLOYMENTS}/scaled`, 'helm', deployment('scaled', 2))).body.message).toBe(
      'Apply failed with 1 conflict: conflict with "hpa" with subresource "scale" using apps/v1: .spec.replicas',
    );
    const without = await apply(`${DEPLOYMENTS}/scaled`, 'helm', deployment('scaled'));
    expect(without.body.spec.replicas).toBe(3);
    const scale = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'scaled' },
      spec: { replicas: 4 },
    };
    expect((await apply(`${DEPLOYMENTS}/scaled/scale`, 'keda', scale)).body.message).toContain(
      'conflict with "hpa" with subresource "scale" using autoscaling/v1: .spec.replicas',
    );
    await apply(`${DEPLOYMENTS}/scaled/scale`, 'keda', scale, '&force=true');
    expect(owners(await get(`${DEPLOYMENTS}/scaled`))).toContain('Apply keda scale');
  });

  test('of the status is kept apart from that of the object', async () => {
    await apply(`${DEPLOYMENTS}/status`, 'helm', deployment('status', 0));
    const status = { conditions: [{ type: 'Checked', status: 'True' }] };
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'status' }, status };
    const applied = await apply(`${DEPLOYMENTS}/status/status`, 'checker', body);
    expect(owners(applied)).toEqual(expect.arrayContaining(['Apply helm', 'Apply checker status']));
  });

  test('can be replaced by an update, unless it cannot be read', async () => {
    const entry = { manager: 'old', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1' };
    const fieldsV1 = { 'f:data': { 'f:a': {} } };
    await create(
      CONFIG_MAPS,
      'c',
      configMap('sent', { a: '1' }, { managedFields: [{ ...entry, fieldsV1 }] }),
    );
    expect(owners(await get(`${CONFIG_MAPS}/sent`))).toEqual(['Update c']);
    const replaced = await patch(`${CONFIG_MAPS}/sent`, {
      metadata: { managedFields: [{ ...entry, fieldsV1 }] },
    });
    expect(owners(replaced)).toEqual(['Update old']);
    const kept = await patch(`${CONFIG_MAPS}/sent`, {
      metadata: { managedFields: [{ ...entry, operation: 'Bad' }] },
    });
    expect(owners(kept)).toEqual(['Update old']);
  });

  test('does not let other patches use force', async () => {
    const { status, body } = await patch(`${CONFIG_MAPS}/owned?force=true`, { data: {} });
    expect([status, body.message]).toEqual([
      422,
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    ]);
  });
});
