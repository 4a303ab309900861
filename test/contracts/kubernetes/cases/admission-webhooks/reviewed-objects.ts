import { expect } from 'vitest';
import type { Area } from '../../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../../expectations.js';
import { deployment, pod } from '../../manifests.js';
import { configMapsOf, deploymentsOf, podsOf } from '../../paths.js';
import { ALLOWED, patched } from '../../webhook-server.js';
import { createDefinition, createMap, MARKER, recording, register, rule, setting } from './webhook-cases.js';

/** Webhooks for deletions, custom resources and subresources, and what follows a patch. */
export const reviewedObjects: Area['cases'] = {
  async 'sends a webhook what is deleted'(context) {
    const { api, namespace } = context;
    const { requests, serve } = recording(() => ({ allowed: false, status: { message: 'keep it' } }));
    const [name] = await register(context, 'validating', {
      serve,
      rules: [rule('configmaps', 'DELETE')],
    });
    expectSuccess(await createMap(context, { a: '1' }), 201);
    const rejected = await api.delete(`${configMapsOf(namespace)}/map`, { propagationPolicy: 'Orphan' });
    expect(rejected.body.message).toBe(`admission webhook "${name}" denied the request: keep it`);
    expect(requests[0]).toMatchObject({
      name: 'map',
      operation: 'DELETE',
      object: null,
      oldObject: { data: { a: '1' } },
      options: { kind: 'DeleteOptions', propagationPolicy: 'Orphan' },
    });
    expectSuccess(await api.get(`${configMapsOf(namespace)}/map`));
  },

  async 'calls webhooks for each object of a deleted collection'(context) {
    const { api, namespace } = context;
    const { requests, serve } = recording();
    await register(context, 'validating', { serve, rules: [rule('configmaps', 'DELETE')] });
    for (const name of ['one', 'two'])
      expectSuccess(
        await api.post(configMapsOf(namespace), { metadata: { name, labels: { of: 'case' } } }),
        201,
      );
    expectSuccess(await api.delete(`${configMapsOf(namespace)}?labelSelector=of=case`));
    expect(requests.map(({ oldObject }) => oldObject?.metadata.name).toSorted()).toEqual(['one', 'two']);
  },

  async 'refuses a patch of a deletion'(context) {
    const { api, namespace } = context;
    const [name] = await register(context, 'mutating', {
      serve: setting('a'),
      rules: [rule('configmaps', 'DELETE')],
    });
    expectSuccess(await createMap(context), 201);
    const rejected = await api.delete(`${configMapsOf(namespace)}/map`);
    expectError(rejected, 500, 'InternalError');
    expect(rejected.body.message).toBe(
      `Internal error occurred: admission webhook "${name}" attempted to modify the object, which is not supported for this operation`,
    );
  },

  async 'sets defaults and validates after a patch'(context) {
    const { api, namespace } = context;
    const add = (value: object) => () => patched({ op: 'add', path: '/spec/initContainers', value: [value] });
    const rules = [rule('pods', 'CREATE')];
    await register(
      context,
      'mutating',
      {
        rules,
        matchConditions: [{ name: 'valid', expression: "object.metadata.name == 'valid'" }],
        serve: add({ name: 'added', image: 'busybox:1.36' }),
      },
      {
        rules,
        matchConditions: [{ name: 'invalid', expression: "object.metadata.name == 'invalid'" }],
        serve: add({ name: 'Added', image: 'busybox:1.36' }),
      },
    );
    const created = await context.eventually(async () => {
      const response = await api.post(podsOf(namespace), pod('valid'));
      return response.status === 201 && response;
    });
    expect(created.body.spec['initContainers']).toMatchObject([
      { name: 'added', imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log' },
    ]);
    expectInvalid(
      await api.post(podsOf(namespace), pod('invalid')),
      'FieldValueInvalid spec.initContainers[0].name',
    );
  },

  async 'prunes and defaults a custom resource after a patch'(context) {
    const { api, namespace } = context;
    const { path, apiVersion } = await createDefinition(context);
    await register(context, 'mutating', {
      rules: [rule('robots', 'CREATE')],
      serve: () => patched({ op: 'add', path: '/spec', value: { unknown: 1, size: 3 } }),
    });
    const body = { apiVersion, kind: 'Robot', metadata: { name: 'robby' } };
    const created = expectSuccess(await api.post(path(namespace), body), 201);
    expect(created.spec).toEqual({ size: 3, color: 'red' });
  },

  async 'validates a custom resource after a patch'(context) {
    const { api, namespace } = context;
    const { path, apiVersion } = await createDefinition(context);
    await register(context, 'mutating', {
      rules: [rule('robots', 'CREATE')],
      serve: () => patched({ op: 'add', path: '/spec', value: { size: 7 } }),
    });
    const body = { apiVersion, kind: 'Robot', metadata: { name: 'robby' } };
    expectInvalid(await api.post(path(namespace), body), 'FieldValueInvalid spec.size');
  },

  async 'sends the version that a rule names, if the request is equivalent'(context) {
    const { api, namespace } = context;
    const { path, group } = await createDefinition(context, ['v1', 'v2']);
    const equivalent = recording();
    const exact = recording();
    const rules = [
      { apiGroups: [group], apiVersions: ['v1'], operations: ['CREATE'], resources: ['robots'] },
    ];
    await register(
      context,
      'validating',
      { rules, serve: equivalent.serve },
      { rules, serve: exact.serve, matchPolicy: 'Exact' },
    );
    const body = { apiVersion: `${group}/v2`, kind: 'Robot', metadata: { name: 'robby' } };
    expectSuccess(await api.post(path(namespace, 'v2'), body), 201);
    expect(exact.requests).toHaveLength(0);
    expect(equivalent.requests).toHaveLength(1);
    expect(equivalent.requests[0]).toMatchObject({
      kind: { group, version: 'v1', kind: 'Robot' },
      resource: { group, version: 'v1', resource: 'robots' },
      requestKind: { group, version: 'v2', kind: 'Robot' },
      requestResource: { group, version: 'v2', resource: 'robots' },
      object: { apiVersion: `${group}/v1` },
    });
  },

  async 'calls webhooks for the scale of a workload'(context) {
    const { api, namespace } = context;
    const { requests, serve } = recording(() => ({ allowed: false, status: { message: 'no scaling' } }));
    const [name] = await register(context, 'validating', {
      serve,
      rules: [rule('deployments/scale', 'UPDATE')],
    });
    expectSuccess(await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 })), 201);
    const path = `${deploymentsOf(namespace)}/web/scale`;
    const rejected = await api.patch(path, 'merge', { spec: { replicas: 2 } });
    expect(rejected.body.message).toBe(`admission webhook "${name}" denied the request: no scaling`);
    expect(requests[0]).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      subResource: 'scale',
      operation: 'UPDATE',
      name: 'web',
      object: { kind: 'Scale', spec: { replicas: 2 } },
      oldObject: { kind: 'Scale' },
    });
  },

  async 'calls webhooks for the status of an object'(context) {
    const { api, namespace } = context;
    const { requests, serve } = recording();
    await register(context, 'validating', { serve, rules: [rule('pods/status', 'UPDATE')] });
    expectSuccess(
      await api.post(podsOf(namespace), {
        ...pod('web'),
        spec: { ...(pod('web')['spec'] as object), schedulerName: 'none' },
      }),
      201,
    );
    expect(requests).toHaveLength(0);
    expectSuccess(
      await api.patch(`${podsOf(namespace)}/web/status`, 'merge', { status: { message: 'well' } }),
    );
    expect(requests[0]).toMatchObject({
      kind: { version: 'v1', kind: 'Pod' },
      subResource: 'status',
      object: { status: { message: 'well' } },
    });
  },

  async 'calls webhooks for the eviction of a pod'(context) {
    const { api, namespace } = context;
    const { requests, serve } = recording(() => ({ allowed: false, status: { message: 'it stays' } }));
    const [name] = await register(context, 'validating', {
      serve,
      rules: [rule('pods/eviction', 'CREATE')],
    });
    expectSuccess(await api.post(podsOf(namespace), pod('web', { schedulerName: 'none' })), 201);
    const rejected = await api.post(`${podsOf(namespace)}/web/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'web', namespace },
    });
    expect(rejected.body.message).toBe(`admission webhook "${name}" denied the request: it stays`);
    expect(requests[0]).toMatchObject({
      kind: { group: 'policy', version: 'v1', kind: 'Eviction' },
      resource: { version: 'v1', resource: 'pods' },
      subResource: 'eviction',
      operation: 'CREATE',
      name: 'web',
      object: { kind: 'Eviction' },
    });
  },

  async 'calls webhooks for a connection to a pod'(context) {
    const { api, namespace } = context;
    const { requests, serve } = recording(() => ({ allowed: false, status: { message: 'keep out' } }));
    const [name] = await register(context, 'validating', {
      serve,
      objectSelector: {},
      rules: [rule('pods/exec', 'CONNECT')],
    });
    expectSuccess(await api.post(podsOf(namespace), pod('web', { schedulerName: 'none' })), 201);
    const rejected = await api.post(
      `${podsOf(namespace)}/web/exec?command=ls&container=main&stdout=true`,
      {},
    );
    expect(rejected.body.message).toBe(`admission webhook "${name}" denied the request: keep out`);
    expect(requests[0]).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'PodExecOptions' },
      resource: { version: 'v1', resource: 'pods' },
      subResource: 'exec',
      operation: 'CONNECT',
      name: 'web',
      object: { kind: 'PodExecOptions', command: ['ls'], container: 'main', stdout: true },
      oldObject: null,
      options: null,
    });
  },

  async 'calls webhooks for the pods of a controller'(context) {
    const { api, namespace, eventually } = context;
    await register(context, 'mutating', {
      rules: [rule('pods', 'CREATE')],
      serve: () => patched({ op: 'add', path: '/metadata/labels/added', value: 'yes' }),
    });
    expectSuccess(await api.post(deploymentsOf(namespace), deployment('web', { replicas: 1 })), 201);
    await eventually(async () => {
      const { body } = await api.get(`${podsOf(namespace)}?labelSelector=added=yes`);
      return body.items.length === 1;
    });
  },

  async 'reports a pod of a controller that a webhook denies, and creates it when none does'(context) {
    const { api, namespace, eventually } = context;
    let isDenied = true;
    const usernames: string[] = [];
    await register(context, 'validating', {
      rules: [rule('pods', 'CREATE')],
      serve: ({ userInfo }) => {
        usernames.push(userInfo.username);
        return isDenied ? { allowed: false, status: { message: 'no pods today' } } : ALLOWED;
      },
    });
    expectSuccess(await api.post(deploymentsOf(namespace), deployment('web', { replicas: 2 })), 201);
    const events = `/api/v1/namespaces/${namespace}/events?fieldSelector=reason=FailedCreate`;
    const event = await eventually(async () => (await api.get(events)).body.items[0] ?? false);
    expect(event.message).toMatch(
      /^Error creating: admission webhook ".*" denied the request: no pods today$/,
    );
    await eventually(async () => {
      const { body } = await api.get(`/apis/apps/v1/namespaces/${namespace}/replicasets`);
      const conditions = body.items[0]?.status?.['conditions'] as { readonly reason: string }[] | undefined;
      return conditions?.some(({ reason }) => reason === 'FailedCreate') ?? false;
    });
    isDenied = false;
    await eventually(async () => (await api.get(podsOf(namespace))).body.items.length === 2);
    expect(usernames[0]).toBe('system:serviceaccount:kube-system:replicaset-controller');
  },

  async 'checks the rights that a patched role would give'(context) {
    const { api, namespace, unique, user } = context;
    await register(context, 'mutating', {
      rules: [rule('roles', 'CREATE')],
      serve: () =>
        patched({
          op: 'add',
          path: '/rules/-',
          value: { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
        }),
    });
    const name = unique('role-writer');
    const rules = [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    ];
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    expectSuccess(
      await api.post(`${rbac}/roles`, { metadata: { name, labels: { [MARKER]: 'x' } }, rules }),
      201,
    );
    const binding = {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
    };
    expectSuccess(await api.post(`${rbac}/rolebindings`, binding), 201);
    const writer = await user(name, 'writers');
    const role = { metadata: { name: 'small' }, rules: rules.slice(1) };
    const rejected = await context.eventually(async () => {
      const response = await writer.post(`${rbac}/roles`, role);
      return response.body.message?.includes('not currently held') && response;
    });
    expectError(rejected, 403, 'Forbidden');
    expect(rejected.body.message).toContain('Resources:["secrets"], Verbs:["get"]');
  },
};
