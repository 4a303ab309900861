import { expect } from 'vitest';
import type { ApiClient } from '../api-client.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';
import { configMap } from '../manifests.js';
import { configMapsOf } from '../paths.js';
import { createMap, register } from './admission-webhooks/webhook-cases.js';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] };

/** A user who may create ConfigMaps and get the Secret `own` in the namespace of the case. */
async function author(context: CaseContext): Promise<{ readonly name: string; readonly api: ApiClient }> {
  const { api, namespace, unique } = context;
  const name = unique('author');
  const role = `${RBAC}/namespaces/${namespace}`;
  const rules = [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['own'], verbs: ['get'] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  ];
  expectSuccess(await api.post(`${role}/roles`, { metadata: { name }, rules }), 201);
  const subjects = [
    { kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' },
    { kind: 'ServiceAccount', name: 'robot', namespace },
  ];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  expectSuccess(await api.post(`${role}/rolebindings`, { metadata: { name }, subjects, roleRef }), 201);
  return { name, api: await context.user(name, 'authors') };
}

/** Expects that an expression for a string in a policy is this text for the request of a user. */
async function expectFound(
  context: CaseContext,
  expression: string,
  expected: (user: string) => string,
): Promise<void> {
  const { api, namespace, unique, eventually } = context;
  const { name: user, api: own } = await author(context);
  const name = unique('policy');
  const spec = {
    matchConstraints: { resourceRules: [rule] },
    variables: [{ name: 'found', expression }],
    validations: [
      { expression: "!has(object.data) || !('marker' in object.data)", message: 'in force' },
      { expression: `variables.found == ${JSON.stringify(expected(user))}`, message: 'other' },
    ],
  };
  expectSuccess(await api.post(`${GROUP}/validatingadmissionpolicies`, { metadata: { name }, spec }), 201);
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  const binding = { policyName: name, validationActions: ['Deny'], matchResources: { namespaceSelector } };
  expectSuccess(
    await api.post(`${GROUP}/validatingadmissionpolicybindings`, { metadata: { name }, spec: binding }),
    201,
  );
  await eventually(async () => {
    const { status } = await own.post(
      `${configMapsOf(namespace)}?dryRun=All`,
      configMap('map', { marker: '' }),
    );
    return status === 422;
  });
  expectSuccess(await own.post(configMapsOf(namespace), configMap('map', {})), 201);
}

const flags = (...checks: readonly string[]) =>
  checks.map((check) => `string(${check}.allowed())`).join(" + ' ' + ");

/** What expressions find out about rights. */
export const authorizer: Area = {
  name: 'authorizer of expressions',
  cases: {
    async 'asks for the rights of the user of a request'(context) {
      const of = `authorizer.group('').resource('secrets').namespace('${context.namespace}')`;
      await expectFound(
        context,
        flags(`${of}.name('own').check('get')`, `${of}.check('get')`),
        () => 'true false',
      );
    },

    async 'asks for rights to subresources'(context) {
      const of = `authorizer.group('').resource('pods').namespace('${context.namespace}')`;
      await expectFound(
        context,
        flags(`${of}.subresource('log').check('get')`, `${of}.check('get')`),
        () => 'true false',
      );
    },

    async 'asks for rights to paths'(context) {
      const of = (path: string) => `authorizer.path('${path}').check('get')`;
      await expectFound(context, flags(of('/healthz'), of('/logs')), () => 'true false');
    },

    async 'asks for rights to the resource of a request'(context) {
      const of = 'authorizer.requestResource';
      await expectFound(context, flags(`${of}.check('create')`, `${of}.check('delete')`), () => 'true false');
    },

    async 'asks for the rights of a service account'(context) {
      const { namespace } = context;
      const of = (name: string) =>
        `authorizer.serviceAccount('${namespace}', '${name}').group('').resource('configmaps')` +
        `.namespace('${namespace}').check('create')`;
      await expectFound(context, flags(of('robot'), of('other')), () => 'true false');
    },

    async 'says why a right is given, and that no decision failed'(context) {
      const check = "authorizer.requestResource.check('create')";
      await expectFound(
        context,
        `${check}.reason() + '; ' + string(${check}.errored())`,
        (user) =>
          `RBAC: allowed by RoleBinding "${user}/${context.namespace}" of Role "${user}" to User "${user}"; false`,
      );
    },

    async 'refuses expressions that do not use the authorizer as it is'({ api, unique }) {
      const refused = async (expression: string) => {
        const spec = { matchConstraints: { resourceRules: [rule] }, validations: [{ expression }] };
        const response = await api.post(`${GROUP}/validatingadmissionpolicies?dryRun=All`, {
          metadata: { name: unique('policy') },
          spec,
        });
        expectError(response, 422, 'Invalid');
      };
      await refused("authorizer.group('').check('get').allowed()");
      await refused("authorizer.group('').resource('pods').check('get')");
      await refused("authorizer.path('/a').allowed()");
      await refused("authorizer.none == 'a'");
    },

    async 'ends an expression that asks for a third right'(context) {
      const { api, namespace, unique, eventually } = context;
      const name = unique('policy');
      const check = "authorizer.requestResource.check('create').allowed()";
      const spec = {
        matchConstraints: { resourceRules: [rule] },
        validations: [
          { expression: `${check} && ${check}` },
          { expression: [check, check, check].join(' && ') },
        ],
      };
      expectSuccess(
        await api.post(`${GROUP}/validatingadmissionpolicies`, { metadata: { name }, spec }),
        201,
      );
      const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
      const binding = {
        policyName: name,
        validationActions: ['Deny'],
        matchResources: { namespaceSelector },
      };
      const path = `${GROUP}/validatingadmissionpolicybindings`;
      expectSuccess(await api.post(path, { metadata: { name }, spec: binding }), 201);
      const rejected = await eventually(async () => {
        const response = await api.post(`${configMapsOf(namespace)}?dryRun=All`, configMap('map'));
        return response.status === 422 && response;
      });
      expect(rejected.body.message).toContain(
        `denied request: expression '${[check, check, check].join(' && ')}' resulted in error: ` +
          'operation cancelled: actual cost limit exceeded',
      );
    },

    async 'refuses a message that asks for rights'({ api, unique }) {
      const messageExpression = "string(authorizer.requestResource.check('get').allowed())";
      const spec = {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: 'true', messageExpression }],
      };
      const rejected = await api.post(`${GROUP}/validatingadmissionpolicies?dryRun=All`, {
        metadata: { name: unique('policy') },
        spec,
      });
      expectInvalid(rejected, 'FieldValueInvalid spec.validations[0].messageExpression');
      expect(rejected.body.message).toContain("undeclared reference to 'authorizer'");
    },

    async 'calls a webhook by the rights of the user'(context) {
      const { namespace } = context;
      const { api } = await author(context);
      const matchConditions = [
        {
          name: 'no-secrets',
          expression: "!authorizer.group('').resource('secrets').check('get').allowed()",
        },
      ];
      await register(context, 'validating', { serve: () => ({ allowed: false }), matchConditions });
      const denied = await api.post(configMapsOf(namespace), configMap('map'));
      expect(denied.status).toBe(400);
      expectSuccess(await createMap(context), 201);
    },
  },
};
