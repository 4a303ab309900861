import type { KindContract } from './kind-contract.js';

const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
const subjects = [{ kind: 'User', name: 'alice', apiGroup: 'rbac.authorization.k8s.io' }];

const bindingRules: Pick<KindContract, 'minimal' | 'invalid' | 'immutable'> = {
  minimal: { roleRef, subjects },
  invalid: {
    'a role of an unknown kind': [{ roleRef: { kind: 'Group' } }, 'FieldValueNotSupported roleRef.kind'],
    'a role without name': [{ roleRef: { name: '' } }, 'FieldValueRequired roleRef.name'],
    'a role of another group': [{ roleRef: { apiGroup: 'x' } }, 'FieldValueNotSupported roleRef.apiGroup'],
    'a user of another group': [
      { subjects: [{ ...subjects[0], apiGroup: 'v1' }] },
      'FieldValueNotSupported subjects[0].apiGroup',
    ],
    'a service account of a group': [
      { subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: 'default', apiGroup: 'x' }] },
      'FieldValueNotSupported subjects[0].apiGroup',
    ],
    'a service account with an invalid name': [
      { subjects: [{ kind: 'ServiceAccount', name: 'X Y', namespace: 'default' }] },
      'FieldValueInvalid subjects[0].name',
    ],
    'a subject of an unknown kind': [
      { subjects: [{ kind: 'Robot', name: 'a' }] },
      'FieldValueNotSupported subjects[0].kind',
    ],
    'a subject without name': [
      { subjects: [{ ...subjects[0], name: '' }] },
      'FieldValueRequired subjects[0].name',
    ],
  },
  immutable: { 'the role': [{ roleRef: { name: 'edit' } }, 'FieldValueInvalid roleRef'] },
};

export const accessKinds: readonly KindContract[] = [
  {
    version: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    plural: 'roles',
    minimal: { rules },
    invalid: {
      'a rule without verbs': [
        { rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }] },
        'FieldValueRequired rules[0].verbs',
      ],
      'a rule without groups': [
        { rules: [{ resources: ['pods'], verbs: ['get'] }] },
        'FieldValueRequired rules[0].apiGroups',
      ],
      'a rule of paths': [
        { rules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }] },
        'FieldValueInvalid rules[0].nonResourceURLs',
      ],
      'a rule of resources and paths': [
        { rules: [{ ...rules[0], nonResourceURLs: ['/healthz'] }] },
        'FieldValueInvalid rules[0].nonResourceURLs',
        'FieldValueInvalid rules[0].nonResourceURLs',
      ],
    },
  },
  {
    version: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    plural: 'clusterroles',
    clusterScoped: true,
    minimal: { rules },
    invalid: {
      'a rule of resources and paths': [
        { rules: [{ ...rules[0], nonResourceURLs: ['/healthz'] }] },
        'FieldValueInvalid rules[0].nonResourceURLs',
      ],
      'a rule without resources': [
        { rules: [{ apiGroups: [''], verbs: ['get'] }] },
        'FieldValueRequired rules[0].resources',
      ],
      'a rule of paths and names': [
        { rules: [{ nonResourceURLs: ['/healthz'], resourceNames: ['a'], verbs: ['get'] }] },
        'FieldValueInvalid rules[0].nonResourceURLs',
      ],
      'an aggregation without selectors': [
        { aggregationRule: {} },
        'FieldValueRequired aggregationRule.clusterRoleSelectors',
      ],
      'an aggregation by an unknown operator': [
        {
          aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Foo' }] }] },
        },
        'FieldValueInvalid aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator',
        'FieldValueInvalid aggregationRule.clusterRoleSelectors[0]',
      ],
    },
  },
  { version: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', plural: 'rolebindings', ...bindingRules },
  {
    version: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    clusterScoped: true,
    ...bindingRules,
  },
];
