import type { KindContract, Manifest } from './kind-contract.js';

const GROUP = 'admissionregistration.k8s.io/v1';

const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods/attach'] };

const webhook = {
  name: 'hook.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  clientConfig: { service: { namespace: 'absent', name: 'hook' } },
};

const changed = (change: Manifest) => ({ webhooks: [{ ...webhook, ...change }] });
const withRule = (change: Manifest) => changed({ rules: [{ ...rule, ...change }] });
const withUrl = (url: string) => changed({ clientConfig: { url } });
const withService = (change: Manifest) =>
  changed({ clientConfig: { service: { ...webhook.clientConfig.service, ...change } } });

const defaults = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
  clientConfig: { service: { namespace: 'absent', name: 'hook', port: 443 } },
};

const invalid: KindContract['invalid'] = {
  'a webhook without name': [changed({ name: null }), 'FieldValueRequired webhooks[0].name'],
  'a webhook whose name has two labels': [
    changed({ name: 'example.com' }),
    'FieldValueInvalid webhooks[0].name',
  ],
  'two webhooks of one name': [{ webhooks: [webhook, webhook] }, 'FieldValueDuplicate webhooks[1].name'],
  'an unknown failurePolicy': [
    changed({ failurePolicy: 'Retry' }),
    'FieldValueNotSupported webhooks[0].failurePolicy',
  ],
  'an unknown matchPolicy': [
    changed({ matchPolicy: 'Any' }),
    'FieldValueNotSupported webhooks[0].matchPolicy',
  ],
  'a webhook that does not say its side effects': [
    changed({ sideEffects: null }),
    'FieldValueRequired webhooks[0].sideEffects',
  ],
  'a webhook with side effects': [
    changed({ sideEffects: 'Some' }),
    'FieldValueNotSupported webhooks[0].sideEffects',
  ],
  'a timeout of zero': [changed({ timeoutSeconds: 0 }), 'FieldValueInvalid webhooks[0].timeoutSeconds'],
  'a timeout of more than 30 seconds': [
    changed({ timeoutSeconds: 31 }),
    'FieldValueInvalid webhooks[0].timeoutSeconds',
  ],
  'no version of reviews': [
    changed({ admissionReviewVersions: [] }),
    'FieldValueRequired webhooks[0].admissionReviewVersions',
  ],
  'only unknown versions of reviews': [
    changed({ admissionReviewVersions: ['v2'] }),
    'FieldValueInvalid webhooks[0].admissionReviewVersions',
  ],
  'a version of reviews twice': [
    changed({ admissionReviewVersions: ['v1', 'v1'] }),
    'FieldValueInvalid webhooks[0].admissionReviewVersions[1]',
  ],
  'neither URL nor Service': [changed({ clientConfig: {} }), 'FieldValueRequired webhooks[0].clientConfig'],
  'a URL without TLS': [withUrl('http://example.com'), 'FieldValueInvalid webhooks[0].clientConfig.url'],
  'a URL without host': [withUrl('https:///a'), 'FieldValueInvalid webhooks[0].clientConfig.url'],
  'a URL with user, query and fragment': [
    withUrl('https://a:b@example.com/?c=d#e'),
    'FieldValueInvalid webhooks[0].clientConfig.url',
    'FieldValueInvalid webhooks[0].clientConfig.url',
    'FieldValueInvalid webhooks[0].clientConfig.url',
  ],
  'a Service without name': [
    withService({ name: '' }),
    // API servers take one for the other.
    'FieldValueRequired webhooks[0].clientConfig.service.namespace',
  ],
  'a port of a Service that is none': [
    withService({ port: 70_000 }),
    'FieldValueInvalid webhooks[0].clientConfig.service.port',
  ],
  'a path of a Service that does not begin with a slash': [
    withService({ path: 'ab' }),
    'FieldValueInvalid webhooks[0].clientConfig.service.path',
  ],
  'a path of a Service with an empty segment': [
    withService({ path: '/a//b' }),
    'FieldValueInvalid webhooks[0].clientConfig.service.path',
  ],
  'a rule without operations': [
    withRule({ operations: [] }),
    'FieldValueRequired webhooks[0].rules[0].operations',
  ],
  'an unknown operation': [
    withRule({ operations: ['READ'] }),
    'FieldValueNotSupported webhooks[0].rules[0].operations[0]',
  ],
  'all operations and another': [
    withRule({ operations: ['*', 'CREATE'] }),
    'FieldValueInvalid webhooks[0].rules[0].operations',
  ],
  'a rule without groups, versions and resources': [
    withRule({ apiGroups: [], apiVersions: [], resources: [] }),
    'FieldValueRequired webhooks[0].rules[0].apiGroups',
    'FieldValueRequired webhooks[0].rules[0].apiVersions',
    'FieldValueRequired webhooks[0].rules[0].resources',
  ],
  'all groups and another': [
    withRule({ apiGroups: ['*', 'apps'] }),
    'FieldValueInvalid webhooks[0].rules[0].apiGroups',
  ],
  'an empty version': [
    withRule({ apiVersions: [''] }),
    'FieldValueRequired webhooks[0].rules[0].apiVersions[0]',
  ],
  'all resources and another': [
    withRule({ resources: ['*', 'pods'] }),
    'FieldValueInvalid webhooks[0].rules[0].resources',
  ],
  'a subresource beside all subresources': [
    withRule({ resources: ['pods/*', 'pods/status'] }),
    'FieldValueInvalid webhooks[0].rules[0].resources[1]',
  ],
  'an unknown scope': [withRule({ scope: 'World' }), 'FieldValueNotSupported webhooks[0].rules[0].scope'],
  'a selector of an unknown operator': [
    changed({ objectSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }),
    'FieldValueInvalid webhooks[0].objectSelector.matchExpressions[0].operator',
  ],
  'a condition that does not compile': [
    changed({ matchConditions: [{ name: 'a', expression: 'object.' }] }),
    'FieldValueInvalid webhooks[0].matchConditions[0].expression',
  ],
  'a condition that is no boolean': [
    changed({ matchConditions: [{ name: 'a', expression: '1' }] }),
    'FieldValueInvalid webhooks[0].matchConditions[0].expression',
  ],
  'conditions without name and expression, and with the name of another': [
    changed({
      matchConditions: [
        { name: '', expression: 'true' },
        { name: 'a', expression: '' },
        { name: 'a', expression: 'true' },
      ],
    }),
    'FieldValueRequired webhooks[0].matchConditions[0].name',
    'FieldValueRequired webhooks[0].matchConditions[1].expression',
    'FieldValueDuplicate webhooks[0].matchConditions[2].name',
  ],
};

const policy = {
  matchConstraints: { resourceRules: [rule] },
  mutations: [
    { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{spec: Object.spec{}}' } },
    { patchType: 'JSONPatch', jsonPatch: { expression: "[JSONPatch{op: 'remove', path: '/spec'}]" } },
  ],
  reinvocationPolicy: 'Never',
};

const changedPolicy = (change: Manifest) => ({ spec: { ...policy, ...change } });
const withMutation = (mutation: Manifest) => changedPolicy({ mutations: [mutation] });
const applying = (expression: string) =>
  withMutation({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const patching = (expression: string) => withMutation({ patchType: 'JSONPatch', jsonPatch: { expression } });

const changedSpec = (spec: Manifest) => ({ spec });

/** Invalid changes of what both kinds of policies have. */
const invalidSpecs: KindContract['invalid'] = {
  'a variable whose name is no identifier': [
    changedSpec({ variables: [{ name: '1a', expression: '1' }] }),
    'FieldValueInvalid spec.variables[0].name',
  ],
  'a variable that reads one after it': [
    changedSpec({
      variables: [
        { name: 'a', expression: 'variables.b' },
        { name: 'b', expression: '1' },
      ],
    }),
    'FieldValueInvalid spec.variables[0].expression',
  ],
  'a kind of parameters without version': [
    changedSpec({ paramKind: { kind: 'ConfigMap' } }),
    'FieldValueRequired spec.paramKind.apiVersion',
  ],
  'a kind of parameters with a version that is none': [
    changedSpec({ paramKind: { apiVersion: 'apps/1', kind: 'Config_map' } }),
    'FieldValueInvalid spec.paramKind.apiVersion',
    'FieldValueInvalid spec.paramKind.kind',
  ],
  'a condition that is a number': [
    changedSpec({ matchConditions: [{ name: 'a', expression: '1' }] }),
    'FieldValueInvalid spec.matchConditions[0].expression',
  ],
  'all resources and one of them': [
    changedSpec({ matchConstraints: { resourceRules: [{ ...rule, resources: ['*', 'pods'] }] } }),
    'FieldValueInvalid spec.matchConstraints.resourceRules[0].resources',
  ],
};

const invalidPolicies: KindContract['invalid'] = {
  ...invalidSpecs,
  'an unknown failurePolicy': [
    changedPolicy({ failurePolicy: 'Retry' }),
    'FieldValueNotSupported spec.failurePolicy',
  ],
  'a policy without constraints': [
    changedPolicy({ matchConstraints: null }),
    'FieldValueRequired spec.matchConstraints',
  ],
  'a policy without rules': [
    changedPolicy({ matchConstraints: { matchPolicy: 'Any', resourceRules: null } }),
    'FieldValueNotSupported spec.matchConstraints.matchPolicy',
    'FieldValueRequired spec.matchConstraints.resourceRules',
  ],
  'a rule for deletions': [
    changedPolicy({ matchConstraints: { resourceRules: [{ ...rule, operations: ['DELETE'] }] } }),
    'FieldValueNotSupported spec.matchConstraints.resourceRules.operations',
  ],
  'no mutations': [changedPolicy({ mutations: [] }), 'FieldValueRequired spec.mutations'],
  'no reinvocationPolicy': [
    changedPolicy({ reinvocationPolicy: '' }),
    'FieldValueRequired spec.reinvocationPolicy',
  ],
  'an unknown reinvocationPolicy': [
    changedPolicy({ reinvocationPolicy: 'Always' }),
    'FieldValueNotSupported spec.reinvocationPolicy',
  ],
  'a mutation without type': [
    withMutation({ patchType: '', jsonPatch: { expression: '[]' } }),
    'FieldValueRequired spec.mutations[0].patchType',
  ],
  'a mutation of an unknown type': [
    withMutation({ patchType: 'Merge' }),
    'FieldValueNotSupported spec.mutations[0].patchType',
  ],
  'a mutation with the expression of another type': [
    withMutation({ patchType: 'JSONPatch', applyConfiguration: { expression: 'Object{}' } }),
    'FieldValueRequired spec.mutations[0].jsonPatch',
    'FieldValueInvalid spec.mutations[0].applyConfiguration',
  ],
  'a mutation without expression': [
    applying(' '),
    'FieldValueRequired spec.mutations[0].applyConfiguration.expression',
  ],
  'a configuration that does not compile': [
    applying('Object{'),
    'FieldValueInvalid spec.mutations[0].applyConfiguration.expression',
  ],
  'a configuration that is only a part of the object': [
    applying('Object.spec{}'),
    'FieldValueInvalid spec.mutations[0].applyConfiguration.expression',
  ],
  'a configuration that is a map': [
    applying('{"spec": {"replicas": 1}}'),
    'FieldValueInvalid spec.mutations[0].applyConfiguration.expression',
  ],
  'an object as a patch': [patching('Object{}'), 'FieldValueInvalid spec.mutations[0].jsonPatch.expression'],
  'one operation as a patch': [
    patching("JSONPatch{op: 'remove', path: '/spec'}"),
    'FieldValueInvalid spec.mutations[0].jsonPatch.expression',
  ],
  'an operation with an unknown field': [
    patching("[JSONPatch{op: 'remove', place: '/spec'}]"),
    'FieldValueInvalid spec.mutations[0].jsonPatch.expression',
  ],
  'an operation with a number as its path': [
    patching("[JSONPatch{op: 'remove', path: 1}]"),
    'FieldValueInvalid spec.mutations[0].jsonPatch.expression',
  ],
  'a condition that makes an object': [
    changedPolicy({ matchConditions: [{ name: 'a', expression: 'Object{} == object' }] }),
    'FieldValueInvalid spec.matchConditions[0].expression',
  ],
  'a variable without name': [
    changedPolicy({ variables: [{ name: '', expression: '1' }] }),
    'FieldValueRequired spec.variables[0].name',
  ],
};

const validating = {
  matchConstraints: { resourceRules: [rule] },
  validations: [{ expression: '1 == 1', reason: 'Forbidden' }],
  // Of variables of one name the last counts.
  variables: [
    { name: 'a', expression: '1' },
    { name: 'a', expression: 'variables.a' },
  ],
};

const invalidValidations: KindContract['invalid'] = {
  ...invalidSpecs,
  'an unknown operation': [
    changedSpec({ matchConstraints: { resourceRules: [{ ...rule, operations: ['FLY'] }] } }),
    'FieldValueNotSupported spec.matchConstraints.resourceRules[0].operations[0]',
  ],
  'nothing to validate': [
    changedSpec({ validations: null }),
    'FieldValueRequired spec.auditAnnotations',
    'FieldValueRequired spec.validations',
  ],
  'a validation that is a number': [
    changedSpec({ validations: [{ expression: '1' }] }),
    'FieldValueInvalid spec.validations[0].expression',
  ],
  'a validation of an unknown variable': [
    changedSpec({ validations: [{ expression: 'variables.none == 1' }] }),
    'FieldValueInvalid spec.validations[0].expression',
  ],
  'a message of two lines': [
    changedSpec({ validations: [{ expression: 'true', message: 'a\nb' }] }),
    'FieldValueInvalid spec.validations[0].message',
  ],
  'a reason that policies cannot have': [
    changedSpec({ validations: [{ expression: 'true', reason: 'Unauthorized' }] }),
    'FieldValueNotSupported spec.validations[0].reason',
  ],
  'an annotation that is a number': [
    changedSpec({ auditAnnotations: [{ key: 'a', valueExpression: '1' }] }),
    'FieldValueInvalid spec.auditAnnotations[0].valueExpression',
  ],
};

const binding = { policyName: 'policy' };
const changedBinding = (change: Manifest) => ({ spec: { ...binding, ...change } });
const withParam = (paramRef: Manifest) => changedBinding({ paramRef });

const invalidBindings: KindContract['invalid'] = {
  'a binding without policy': [changedBinding({ policyName: '' }), 'FieldValueRequired spec.policyName'],
  'a policy whose name is none': [changedBinding({ policyName: 'A_b' }), 'FieldValueInvalid spec.policyName'],
  'neither the name nor a selector of parameters': [
    withParam({ parameterNotFoundAction: 'Deny' }),
    'FieldValueRequired spec.paramRef',
  ],
  'both the name and a selector of parameters': [
    withParam({ name: 'a', selector: {}, parameterNotFoundAction: 'Deny' }),
    'FieldValueForbidden spec.paramRef.name',
    'FieldValueForbidden spec.paramRef.selector',
  ],
  'no action for missing parameters': [
    withParam({ name: 'a' }),
    'FieldValueRequired spec.paramRef.parameterNotFoundAction',
  ],
  'an unknown action for missing parameters': [
    withParam({ name: 'a', parameterNotFoundAction: 'Retry' }),
    'FieldValueNotSupported spec.paramRef.parameterNotFoundAction',
  ],
  'a rule for deletions': [
    changedBinding({ matchResources: { resourceRules: [{ ...rule, operations: ['CREATE', 'DELETE'] }] } }),
    'FieldValueNotSupported spec.matchResources.resourceRules.operations',
  ],
};

const matchDefaults = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} };

export const admissionKinds: readonly KindContract[] = [
  {
    version: GROUP,
    kind: 'MutatingWebhookConfiguration',
    plural: 'mutatingwebhookconfigurations',
    clusterScoped: true,
    minimal: { webhooks: [webhook] },
    defaults: {
      metadata: { generation: 1 },
      webhooks: [{ ...webhook, ...defaults, reinvocationPolicy: 'Never' }],
    },
    invalid: {
      ...invalid,
      'an unknown reinvocationPolicy': [
        changed({ reinvocationPolicy: 'Always' }),
        'FieldValueNotSupported webhooks[0].reinvocationPolicy',
      ],
    },
  },
  {
    version: GROUP,
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
    clusterScoped: true,
    minimal: { webhooks: [webhook] },
    defaults: { metadata: { generation: 1 }, webhooks: [{ ...webhook, ...defaults }] },
    invalid,
  },
  {
    version: GROUP,
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
    clusterScoped: true,
    minimal: { spec: validating },
    defaults: {
      metadata: { generation: 1 },
      spec: {
        ...validating,
        failurePolicy: 'Fail',
        matchConstraints: { ...matchDefaults, resourceRules: [{ ...rule, scope: '*' }] },
      },
    },
    invalid: invalidValidations,
  },
  {
    version: GROUP,
    kind: 'MutatingAdmissionPolicy',
    plural: 'mutatingadmissionpolicies',
    clusterScoped: true,
    minimal: { spec: policy },
    defaults: {
      metadata: { generation: 1 },
      spec: {
        ...policy,
        failurePolicy: 'Fail',
        matchConstraints: { ...matchDefaults, resourceRules: [{ ...rule, scope: '*' }] },
      },
    },
    invalid: invalidPolicies,
  },
  {
    version: GROUP,
    kind: 'MutatingAdmissionPolicyBinding',
    plural: 'mutatingadmissionpolicybindings',
    clusterScoped: true,
    minimal: { spec: { ...binding, matchResources: { resourceRules: [rule] } } },
    defaults: {
      metadata: { generation: 1 },
      spec: { ...binding, matchResources: { ...matchDefaults, resourceRules: [{ ...rule, scope: '*' }] } },
    },
    invalid: invalidBindings,
  },
];
