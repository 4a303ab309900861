import { expect } from 'vitest';
import type { Area } from '../../contract-case.js';
import { expectError, expectSuccess } from '../../expectations.js';
import { configMap } from '../../manifests.js';
import { configMapsOf } from '../../paths.js';
import { ALLOWED } from '../../webhook-server.js';
import { createMap, PATHS, recording, register, rule, setting } from './webhook-cases.js';

/** When and in which order webhooks are called, and what they get and decide. */
export const calls: Area['cases'] = {
  async 'rejects what a webhook denies, in its words'(context) {
    const [name] = await register(context, 'validating', {
      serve: () => ({ allowed: false, status: { message: 'not today', reason: 'Expired', code: 410 } }),
    });
    const rejected = await createMap(context);
    expectError(rejected, 410, 'Expired');
    expect(rejected.body.message).toBe(`admission webhook "${name}" denied the request: not today`);
  },

  async 'rejects what a webhook denies without explanation'(context) {
    const [name] = await register(context, 'validating', { serve: () => ({ allowed: false }) });
    const rejected = await createMap(context);
    expect(rejected.status).toBe(400);
    expect(rejected.body).toMatchObject({ kind: 'Status', status: 'Failure', code: 400 });
    expect(rejected.body.reason).toBeUndefined();
    expect(rejected.body.message).toBe(`admission webhook "${name}" denied the request without explanation`);
  },

  async 'rejects what a webhook denies with a reason only'(context) {
    const [name] = await register(context, 'mutating', {
      serve: () => ({ allowed: false, status: { reason: 'the data is unwanted', code: 200 } }),
    });
    const rejected = await createMap(context);
    expectError(rejected, 400, 'the data is unwanted');
    expect(rejected.body.message).toBe(
      `admission webhook "${name}" denied the request: the data is unwanted`,
    );
  },

  async 'sends a webhook what is created, by whom and how'(context) {
    const { requests, serve } = recording();
    await register(context, 'validating', { serve });
    const { namespace } = context;
    expectSuccess(await createMap(context, { a: '1' }, '?fieldManager=me&fieldValidation=Strict'), 201);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
      requestResource: { group: '', version: 'v1', resource: 'configmaps' },
      name: 'map',
      namespace,
      operation: 'CREATE',
      userInfo: { groups: ['system:masters', 'system:authenticated'] },
      object: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'map', namespace },
        data: { a: '1' },
      },
      oldObject: null,
      dryRun: false,
      options: {
        apiVersion: 'meta.k8s.io/v1',
        kind: 'CreateOptions',
        fieldManager: 'me',
        fieldValidation: 'Strict',
      },
    });
    expect(requests[0]?.object?.metadata.uid).toMatch(/./);
    expect(requests[0]).not.toHaveProperty('subResource');
  },

  async 'calls a webhook as an API server, without the credential of the client'(context) {
    const headers: Record<string, unknown>[] = [];
    const urls: string[] = [];
    await register(context, 'validating', {
      timeoutSeconds: 7,
      serve: (_request, http) => {
        headers.push(http.headers);
        urls.push(`${http.method} ${http.url?.split('?')[1]}`);
        return ALLOWED;
      },
    });
    expectSuccess(await createMap(context), 201);
    expect(headers[0]).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'kube-apiserver-admission',
    });
    expect(headers[0]).not.toHaveProperty('authorization');
    expect(urls).toEqual(['POST timeout=7s']);
  },

  async 'shows a mutating webhook an object before the API server names it'(context) {
    const { requests, serve } = recording();
    await register(context, 'mutating', { serve });
    const { api, namespace } = context;
    const body = { metadata: { generateName: 'map-' } };
    const created = expectSuccess(await api.post(configMapsOf(namespace), body), 201);
    expect(created.metadata.name).toMatch(/^map-/);
    expect(requests[0]).not.toHaveProperty('name');
    expect(requests[0]?.object?.metadata).not.toHaveProperty('name');
    expect(requests[0]?.object?.metadata).not.toHaveProperty('uid');
  },

  async 'sends a webhook both versions of what is changed'(context) {
    const { api, namespace } = context;
    const { requests, serve } = recording();
    await register(context, 'validating', { serve, rules: [rule('configmaps', 'UPDATE')] });
    expectSuccess(await createMap(context, { a: '1' }), 201);
    const path = `${configMapsOf(namespace)}/map`;
    expectSuccess(await api.patch(path, 'merge', { data: { a: '2' } }));
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      operation: 'UPDATE',
      object: { data: { a: '2' } },
      oldObject: { data: { a: '1' } },
      options: { kind: 'UpdateOptions' },
    });
  },

  async 'patches objects by mutating webhooks in the order of their configuration'(context) {
    const stages: string[] = [];
    await register(
      context,
      'mutating',
      {
        serve: setting(
          'first',
          ({ object }) => (stages.push('first'), Object.keys(object?.data ?? {}).join()),
        ),
      },
      {
        serve: setting(
          'second',
          ({ object }) => (stages.push('second'), Object.keys(object?.data ?? {}).join()),
        ),
      },
    );
    const created = expectSuccess(await createMap(context, { a: '1' }), 201);
    expect(created.data).toEqual({ a: '1', first: 'a', second: 'a,first' });
    expect(stages).toEqual(['first', 'second']);
  },

  async 'patches a changed object'(context) {
    const { api, namespace } = context;
    await register(context, 'mutating', { serve: setting('b'), rules: [rule('configmaps', 'UPDATE')] });
    expectSuccess(await createMap(context, { a: '1' }), 201);
    const path = `${configMapsOf(namespace)}/map`;
    const changed = expectSuccess(await api.patch(path, 'merge', { data: { a: '2' } }));
    expect(changed.data).toEqual({ a: '2', b: 'yes' });
    const applied = await api.apply(path, configMap('map', { c: '3' }), { manager: 'me' });
    expect(expectSuccess(applied).data).toEqual({ a: '2', b: 'yes', c: '3' });
  },

  async 'calls a webhook again that wants to see later patches'(context) {
    const first = recording();
    const never = recording();
    await register(
      context,
      'mutating',
      { serve: first.serve, reinvocationPolicy: 'IfNeeded' },
      { serve: never.serve },
      { serve: setting('late') },
    );
    expectSuccess(await createMap(context, { a: '1' }), 201);
    expect(first.requests.map(({ object }) => object?.data)).toEqual([{ a: '1' }, { a: '1', late: 'yes' }]);
    expect(never.requests).toHaveLength(1);
  },

  async 'does not call a webhook again for a patch of its own'(context) {
    const { requests, serve } = recording(setting('own'));
    await register(context, 'mutating', { serve, reinvocationPolicy: 'IfNeeded' });
    expectSuccess(await createMap(context, { a: '1' }), 201);
    expect(requests).toHaveLength(1);
  },

  async 'calls webhooks whose conditions are met'(context) {
    const met = recording();
    const unmet = recording();
    const conditions = (expression: string) => [{ name: 'condition', expression }];
    await register(
      context,
      'validating',
      {
        serve: met.serve,
        matchConditions: conditions(
          "request.operation == 'CREATE' && object.data.a == '1' && oldObject == null",
        ),
      },
      { serve: unmet.serve, matchConditions: conditions("object.data.a == '2'") },
    );
    expectSuccess(await createMap(context, { a: '1' }), 201);
    expect(met.requests).toHaveLength(1);
    expect(unmet.requests).toHaveLength(0);
  },

  async 'rejects a request for which a condition cannot be evaluated'(context) {
    const { requests, serve } = recording();
    await register(context, 'validating', {
      serve,
      matchConditions: [{ name: 'broken', expression: "object.data.missing == 'a'" }],
    });
    const rejected = await createMap(context, { a: '1' });
    expectError(rejected, 403, 'Forbidden');
    expect(rejected.body.message).toContain('configmaps "map" is forbidden: ');
    expect(rejected.body.message).toContain('no such key: missing');
    expect(requests).toHaveLength(0);
  },

  async 'ignores a webhook whose condition cannot be evaluated, if its failures are ignored'(context) {
    const { requests, serve } = recording(() => ({ allowed: false }));
    await register(context, 'validating', {
      serve,
      failurePolicy: 'Ignore',
      matchConditions: [{ name: 'broken', expression: "object.data.missing == 'a'" }],
    });
    expectSuccess(await createMap(context, { a: '1' }), 201);
    expect(requests).toHaveLength(0);
  },

  async 'calls webhooks whose selectors select the object, before or after the change'(context) {
    const { api, namespace } = context;
    const { requests, serve } = recording();
    await register(context, 'validating', {
      serve,
      objectSelector: { matchLabels: { app: 'web' } },
      rules: [rule('configmaps', 'CREATE', 'UPDATE')],
    });
    expectSuccess(await createMap(context), 201);
    expect(requests).toHaveLength(0);
    const path = `${configMapsOf(namespace)}/map`;
    expectSuccess(await api.patch(path, 'merge', { metadata: { labels: { app: 'web' } } }));
    expectSuccess(await api.patch(path, 'merge', { metadata: { labels: { app: null } } }));
    expectSuccess(await api.patch(path, 'merge', { data: { a: '1' } }));
    expect(requests).toHaveLength(2);
  },

  async 'does not call webhooks for other namespaces'(context) {
    const { api, unique } = context;
    const { requests, serve } = recording();
    await register(context, 'validating', { serve });
    const other = unique('other');
    expectSuccess(await api.post('/api/v1/namespaces', { metadata: { name: other } }), 201);
    expectSuccess(await api.post(configMapsOf(other), configMap('map')), 201);
    expect(requests).toHaveLength(0);
  },

  async 'does not call webhooks for their own configurations'(context) {
    const { api, unique, serve } = context;
    const name = unique('hook');
    const { requests, serve: record } = recording(() => ({ allowed: false }));
    const webhook = {
      name: `${name}.example.com`,
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: serve(record),
      objectSelector: { matchLabels: { case: name } },
      rules: [
        {
          apiGroups: ['admissionregistration.k8s.io'],
          apiVersions: ['*'],
          operations: ['*'],
          resources: ['*'],
        },
      ],
    };
    await register(context, 'validating', { serve: () => ALLOWED });
    const metadata = { name, labels: { case: name } };
    expectSuccess(await api.post(PATHS.validating, { metadata, webhooks: [webhook] }), 201);
    await register(context, 'validating', { serve: () => ALLOWED });
    expectSuccess(await api.delete(`${PATHS.validating}/${name}`));
    expect(requests).toHaveLength(0);
  },

  async 'warns of what webhooks warn of'(context) {
    await register(context, 'validating', {
      serve: () => ({ allowed: true, warnings: ['this is old', 'and that is new'] }),
    });
    const created = await createMap(context);
    expectSuccess(created, 201);
    expect(created.warnings).toEqual(['this is old', 'and that is new']);
  },

  async 'shows webhooks a dry run'(context) {
    const { requests, serve } = recording();
    await register(context, 'validating', { serve, sideEffects: 'NoneOnDryRun' });
    expectSuccess(await createMap(context, {}, '?dryRun=All'), 201);
    expect(requests[0]).toMatchObject({ dryRun: true, options: { dryRun: ['All'] } });
  },
};
