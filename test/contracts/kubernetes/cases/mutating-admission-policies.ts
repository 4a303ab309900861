import { expect } from 'vitest';
import type { ApiResponse } from '../api-client.js';
import type { CaseContext, ContractCase } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { configMap, container, deployment, pod } from '../manifests.js';
import { configMapsOf, podsOf } from '../paths.js';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const POLICIES = `${GROUP}/mutatingadmissionpolicies`;
const BINDINGS = `${GROUP}/mutatingadmissionpolicybindings`;

const rule = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['configmaps'],
};

const apply = (expression: string) => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

interface PolicyParts {
  readonly spec?: object;
  readonly binding?: object;
  readonly prefix?: string;
}

/** A policy for ConfigMaps of the case's namespace, and its binding. */
async function createPolicy(
  { api, namespace, unique }: CaseContext,
  mutations: readonly object[],
  { spec = {}, binding = {}, prefix = 'policy' }: PolicyParts = {},
): Promise<string> {
  const name = unique(prefix);
  const policy = {
    matchConstraints: { resourceRules: [rule] },
    reinvocationPolicy: 'Never',
    mutations,
    ...spec,
  };
  expectSuccess(await api.post(POLICIES, { metadata: { name }, spec: policy }), 201);
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  const bound = { policyName: name, matchResources: { namespaceSelector }, ...binding };
  expectSuccess(await api.post(BINDINGS, { metadata: { name }, spec: bound }), 201);
  return name;
}

/** The answer to a dry run that fulfils `isDone`. API servers notice a new policy after a moment. */
function created(
  { api, namespace, eventually }: CaseContext,
  body: object,
  isDone: (response: ApiResponse) => boolean,
  path = configMapsOf(namespace),
): Promise<ApiResponse> {
  return eventually(async () => {
    const response = await api.post(`${path}?dryRun=All`, body);
    return isDone(response) && response;
  });
}

const isRejected = ({ status }: ApiResponse) => status !== 201;
const dataOf = ({ body }: ApiResponse) => (body as { readonly data?: Record<string, string> }).data ?? {};
const isMutated = (response: ApiResponse) => 'mutated' in dataOf(response);

/** The answer to a scale to one replica, of which a policy makes something else. */
async function scaleBy(context: CaseContext, mutation: object): Promise<ApiResponse> {
  const { api, namespace, eventually } = context;
  await createPolicy(context, [mutation], {
    spec: {
      matchConstraints: {
        resourceRules: [{ ...rule, apiGroups: ['apps'], resources: ['deployments/scale'] }],
      },
    },
  });
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  expectSuccess(await api.post(path, deployment('web', { replicas: 0 })), 201);
  return eventually(async () => {
    const scaled = await api.patch(`${path}/web/scale`, 'merge', { spec: { replicas: 1 } });
    if (scaled.status === 409) return false;
    return (scaled.body.spec as { replicas?: number } | undefined)?.replicas !== 1 && scaled;
  });
}

/** MutatingAdmissionPolicies. */
export const mutatingPolicyCases: Readonly<Record<string, ContractCase>> = {
  async 'merges the configuration of a MutatingAdmissionPolicy'(context) {
    await createPolicy(context, [
      apply(
        "Object{metadata: Object.metadata{labels: {'a': object.metadata.name}}, data: {'mutated': 'yes'}}",
      ),
    ]);
    const { body } = await created(context, configMap('map', { own: '1' }), isMutated);
    expect(body).toMatchObject({
      metadata: { labels: { a: 'map' } },
      data: { own: '1', mutated: 'yes' },
    });
  },

  async 'applies the JSON patch of a MutatingAdmissionPolicy'(context) {
    await createPolicy(context, [
      patch(
        "[JSONPatch{op: 'test', path: '/data/own', value: '1'}, JSONPatch{op: 'remove', path: '/data/own'}," +
          " JSONPatch{op: 'add', path: '/metadata/labels', value: {'x': 'y'}}," +
          " JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b'), value: 'c'}," +
          " JSONPatch{op: 'copy', from: '/metadata/labels/x', path: '/data/mutated'}]",
      ),
    ]);
    const { body } = await created(context, configMap('map', { own: '1' }), isMutated);
    expect(body).toMatchObject({ metadata: { labels: { x: 'y', 'a/b': 'c' } } });
    expect(body['data']).toEqual({ mutated: 'y' });
  },

  async 'makes the mutations of a MutatingAdmissionPolicy one after the other'(context) {
    await createPolicy(
      context,
      [
        apply("Object{data: {'count': variables.count}}"),
        patch(
          "[JSONPatch{op: 'test', path: '/data/own', value: '2'}, JSONPatch{op: 'remove', path: '/data'}]",
        ),
        apply("Object{data: {'mutated': object.data.count + '!'}}"),
      ],
      { spec: { variables: [{ name: 'count', expression: 'string(size(object.data))' }] } },
    );
    const response = await created(context, configMap('map', { own: '1' }), isMutated);
    expect(dataOf(response)).toEqual({ own: '1', count: '1', mutated: '1!' });
  },

  async 'mutates only the requests that meet the conditions of a MutatingAdmissionPolicy'(context) {
    const { api, namespace } = context;
    await createPolicy(context, [apply("Object{data: {'mutated': request.operation}}")], {
      spec: { matchConditions: [{ name: 'not-excluded', expression: "object.metadata.name != 'other'" }] },
    });
    const response = await created(context, configMap('map'), isMutated);
    expect(dataOf(response)).toEqual({ mutated: 'CREATE' });
    const other = await api.post(configMapsOf(namespace), configMap('other', { a: '1' }));
    expect(dataOf(other)).toEqual({ a: '1' });
    expectSuccess(await api.post(configMapsOf(namespace), configMap('map')), 201);
    const updated = await api.patch(`${configMapsOf(namespace)}/map`, 'merge', { data: { b: '2' } });
    expect(dataOf(updated)).toEqual({ b: '2', mutated: 'UPDATE' });
  },

  async 'mutates with each parameter of a MutatingAdmissionPolicy'(context) {
    const { api, namespace } = context;
    for (const name of ['one', 'two']) {
      const body = { ...configMap(name, { key: name }), metadata: { name, labels: { param: 'yes' } } };
      expectSuccess(await api.post(configMapsOf(namespace), body), 201);
    }
    const paramRef = {
      selector: { matchLabels: { param: 'yes' } },
      parameterNotFoundAction: 'Deny',
      namespace,
    };
    const matchResources = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    };
    await createPolicy(
      context,
      [patch("[JSONPatch{op: 'add', path: '/data/' + params.data.key, value: 'mutated'}]")],
      {
        spec: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
        binding: { paramRef, matchResources },
      },
    );
    const response = await created(context, configMap('map', { a: '1' }), (each) => 'two' in dataOf(each));
    expect(dataOf(response)).toEqual({ a: '1', one: 'mutated', two: 'mutated' });
  },

  async 'denies a request whose MutatingAdmissionPolicy has no parameters'(context) {
    const { namespace } = context;
    const paramRef = { name: 'absent', namespace, parameterNotFoundAction: 'Deny' };
    const matchResources = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    };
    const name = await createPolicy(context, [apply('Object{data: params.data}')], {
      spec: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
      binding: { paramRef, matchResources },
    });
    const rejected = await created(context, configMap('map'), isRejected);
    expectError(rejected, 403, 'Forbidden');
    expect(rejected.body.message).toBe(
      `policy '${name}' with binding '${name}' denied request: failed to configure binding: ` +
        'no params found for policy binding with `Deny` parameterNotFoundAction',
    );
  },

  async 'denies a request whose MutatingAdmissionPolicy cannot be evaluated'(context) {
    const expression = "Object{data: {'a': object.data.missing}}";
    const name = await createPolicy(context, [apply(expression)]);
    const rejected = await created(context, configMap('map', { a: '1' }), isRejected);
    expectError(rejected, 403, 'Invalid');
    expect(rejected.body.message).toBe(
      `policy '${name}' with binding '${name}' denied request: expression '${expression}' resulted in error: no such key: missing`,
    );
    expect(rejected.body['details']).toMatchObject({
      name: 'map',
      kind: 'configmaps',
      causes: [{ message: rejected.body.message }],
    });
  },

  async 'makes the mutations that it can of a MutatingAdmissionPolicy whose failures are ignored'(context) {
    await createPolicy(
      context,
      [apply("Object{data: {'a': object.data.missing}}"), apply("Object{data: {'mutated': 'yes'}}")],
      { spec: { failurePolicy: 'Ignore' } },
    );
    const response = await created(context, configMap('map', { a: '1' }), isMutated);
    expect(dataOf(response)).toEqual({ a: '1', mutated: 'yes' });
  },

  async 'denies a configuration with a part of another place'(context) {
    const name = await createPolicy(context, [apply("Object{metadata: Object.spec{labels: {'a': 'b'}}}")]);
    const rejected = await created(context, configMap('map'), isRejected);
    expectError(rejected, 403, 'Invalid');
    expect(rejected.body.message).toBe(
      `policy '${name}' with binding '${name}' denied request: type mismatch: unexpected type name "Object.spec", ` +
        'expected "Object.metadata", which matches field name path from root Object type',
    );
  },

  async 'denies a configuration with an unknown field'(context) {
    await createPolicy(context, [apply('Object{spec: Object.spec{replicas: 1}}')]);
    const rejected = await created(context, configMap('map'), isRejected);
    expectError(rejected, 403, 'Invalid');
    expect(rejected.body.message).toContain(
      'error applying patch: failed to convert patch object to typed object: ',
    );
    expect(rejected.body.message).toContain('.spec: field not declared in schema');
  },

  async 'denies a configuration that replaces a list as a whole'(context) {
    const { namespace } = context;
    await createPolicy(
      context,
      [apply("Object{spec: Object.spec{containers: [Object.spec.containers{name: 'main', args: ['a']}]}}")],
      { spec: { matchConstraints: { resourceRules: [{ ...rule, resources: ['pods'] }] } } },
    );
    const rejected = await created(
      context,
      pod('web'),
      (response) => response.body['reason'] === 'Invalid',
      podsOf(namespace),
    );
    expectError(rejected, 403, 'Invalid');
    expect(rejected.body.message).toContain(
      'invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers[0].args',
    );
  },

  async 'denies a JSON patch of a path that does not exist'(context) {
    await createPolicy(context, [patch("[JSONPatch{op: 'remove', path: '/data/absent'}]")]);
    const rejected = await created(context, configMap('map', { a: '1' }), isRejected);
    expectError(rejected, 403, 'Invalid');
    expect(rejected.body.message).toContain('denied request: JSON Patch: ');
  },

  async 'fails for a JSON patch that adds an unknown field'(context) {
    await createPolicy(context, [patch("[JSONPatch{op: 'add', path: '/absent', value: 1}]")], {
      spec: { failurePolicy: 'Ignore' },
    });
    const rejected = await created(context, configMap('map'), isRejected);
    expectError(rejected, 500, 'InternalError');
    expect(rejected.body.message).toContain('unknown field "absent"');
  },

  async 'merges the containers of a pod by their names, and completes what a policy added'(context) {
    const { namespace } = context;
    await createPolicy(
      context,
      [
        apply(
          'Object{spec: Object.spec{containers: object.spec.containers.map(c, Object.spec.containers{name: c.name,' +
            " env: [Object.spec.containers.env{name: 'ADDED', value: 'x'}]})," +
            " initContainers: [Object.spec.initContainers{name: 'setup', image: 'busybox'}]}}",
        ),
      ],
      { spec: { matchConstraints: { resourceRules: [{ ...rule, resources: ['pods'] }] } } },
    );
    const body = pod('web', { containers: [container({ env: [{ name: 'OWN', value: 'y' }] })] });
    const { body: mutated } = await created(
      context,
      body,
      (response) => response.status === 201 && 'initContainers' in (response.body.spec as object),
      podsOf(namespace),
    );
    expect(mutated.spec).toMatchObject({
      containers: [{ name: 'main', env: [{ name: 'OWN' }, { name: 'ADDED', value: 'x' }] }],
      initContainers: [
        {
          name: 'setup',
          imagePullPolicy: 'Always',
          volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
        },
      ],
    });
  },

  async 'mutates the pods of a Deployment'(context) {
    const { api, namespace, eventually } = context;
    await createPolicy(
      context,
      [apply("Object{metadata: Object.metadata{annotations: {'mutated': 'yes'}}}")],
      { spec: { matchConstraints: { resourceRules: [{ ...rule, resources: ['pods'] }] } } },
    );
    await created(
      context,
      pod('web'),
      ({ status, body }) => status === 201 && body.metadata.annotations?.['mutated'] === 'yes',
      podsOf(namespace),
    );
    expectSuccess(
      await api.post(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment('web')),
      201,
    );
    const pods = await eventually(async () => {
      const { items } = expectSuccess(await api.get(podsOf(namespace))) as unknown as {
        items: { metadata: { annotations?: Record<string, string> } }[];
      };
      return items.length > 0 && items;
    });
    expect(pods.map(({ metadata }) => metadata.annotations)).toEqual([{ mutated: 'yes' }]);
  },

  async 'mutates the scale of a Deployment by a JSON patch'(context) {
    const scaled = await scaleBy(
      context,
      patch("[JSONPatch{op: 'replace', path: '/spec/replicas', value: 3}]"),
    );
    expect(expectSuccess(scaled, 200).spec).toEqual({ replicas: 3 });
  },

  async 'denies the scale of a Deployment for which a MutatingAdmissionPolicy has a configuration'(context) {
    const rejected = await scaleBy(context, apply('Object{spec: Object.spec{replicas: 3}}'));
    expectError(rejected, 403, 'Invalid');
    expect(rejected.body.message).toContain(
      'failed to convert patch object to typed object: no corresponding type for autoscaling/v1, Kind=Scale',
    );
  },

  async 'invokes a MutatingAdmissionPolicy again that wants to see the changes of others'(context) {
    const count = (key: string) =>
      apply(
        `Object{data: {'${key}': (has(object.data) && '${key}' in object.data ? object.data['${key}'] : '') + 'x'}}`,
      );
    await createPolicy(context, [count('again')], { spec: { reinvocationPolicy: 'IfNeeded' } });
    await createPolicy(context, [count('once')]);
    const response = await created(
      context,
      configMap('map'),
      (each) => 'once' in dataOf(each) && 'again' in dataOf(each),
    );
    expect(dataOf(response)).toEqual({ again: 'xx', once: 'x' });
  },
};
