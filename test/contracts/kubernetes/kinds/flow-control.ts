import type { KindContract, Manifest } from './kind-contract.js';

const VERSION = 'flowcontrol.apiserver.k8s.io/v1';
const subjects = [{ kind: 'Group', group: { name: 'team' } }];
const resourceRules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] }];
const rule = { subjects, resourceRules };

/** A FlowSchema whose only rule has these fields. */
const withRule = (more: Manifest): Manifest => ({ spec: { rules: [{ ...rule, ...more }] } });
const PATH = 'spec.rules[0]';

/** A priority that answers so when it is full. */
const answering = (limitResponse: Manifest): Manifest => ({ spec: { limited: { limitResponse } } });
const RESPONSE = 'spec.limited.limitResponse';

export const flowControlKinds: readonly KindContract[] = [
  {
    version: VERSION,
    kind: 'FlowSchema',
    plural: 'flowschemas',
    clusterScoped: true,
    minimal: { spec: { priorityLevelConfiguration: { name: 'workload-low' }, rules: [rule] } },
    defaults: { spec: { matchingPrecedence: 1000 } },
    invalid: {
      'a precedence below zero': [
        { spec: { matchingPrecedence: -1 } },
        'FieldValueInvalid spec.matchingPrecedence',
      ],
      'a precedence above ten thousand': [
        { spec: { matchingPrecedence: 10_001 } },
        'FieldValueInvalid spec.matchingPrecedence',
      ],
      'the precedence of the exempt schema': [
        { spec: { matchingPrecedence: 1 } },
        'FieldValueInvalid spec.matchingPrecedence',
      ],
      'an unknown distinguisher': [
        { spec: { distinguisherMethod: { type: 'ByMood' } } },
        'FieldValueNotSupported spec.distinguisherMethod.type',
      ],
      'no priority': [
        { spec: { priorityLevelConfiguration: null } },
        'FieldValueRequired spec.priorityLevelConfiguration.name',
      ],
      'a rule without subjects': [withRule({ subjects: [] }), `FieldValueRequired ${PATH}.subjects`],
      'a rule of nothing': [withRule({ resourceRules: [] }), `FieldValueRequired ${PATH}`],
      'a subject of an unknown kind': [
        withRule({ subjects: [{ kind: 'Robot' }] }),
        `FieldValueNotSupported ${PATH}.subjects[0].kind`,
      ],
      'a group without its field': [
        withRule({ subjects: [{ kind: 'Group' }] }),
        `FieldValueRequired ${PATH}.subjects[0].group`,
      ],
      'a group that is a user too': [
        withRule({ subjects: [{ kind: 'Group', group: { name: 'a' }, user: { name: 'a' } }] }),
        `FieldValueForbidden ${PATH}.subjects[0].user`,
      ],
      'a service account without namespace': [
        withRule({ subjects: [{ kind: 'ServiceAccount', serviceAccount: { name: 'a', namespace: '' } }] }),
        `FieldValueRequired ${PATH}.subjects[0].serviceAccount.namespace`,
      ],
      'an unknown verb': [
        withRule({ resourceRules: [{ ...resourceRules[0], verbs: ['see'] }] }),
        `FieldValueNotSupported ${PATH}.resourceRules[0].verbs`,
      ],
      'a wildcard and another verb': [
        withRule({ resourceRules: [{ ...resourceRules[0], verbs: ['*', 'get'] }] }),
        `FieldValueInvalid ${PATH}.resourceRules[0].verbs`,
      ],
      'resources of no namespace': [
        withRule({ resourceRules: [{ ...resourceRules[0], namespaces: [] }] }),
        `FieldValueRequired ${PATH}.resourceRules[0].namespaces`,
      ],
      'a path without slash': [
        withRule({ nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['healthz'] }] }),
        `FieldValueInvalid ${PATH}.nonResourceRules[0].nonResourceURLs[0]`,
      ],
    },
  },
  {
    version: VERSION,
    kind: 'PriorityLevelConfiguration',
    plural: 'prioritylevelconfigurations',
    clusterScoped: true,
    minimal: { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } },
    defaults: { spec: { limited: { nominalConcurrencyShares: 30, lendablePercent: 0 } } },
    invalid: {
      'another exempt priority': [{ spec: { type: 'Exempt', limited: null } }, 'FieldValueInvalid spec.type'],
      'an unknown type': [{ spec: { type: 'Mood' } }, 'FieldValueNotSupported spec.type'],
      'a limited priority without limit': [{ spec: { limited: null } }, 'FieldValueRequired spec.limited'],
      'a limited priority that is exempt': [{ spec: { exempt: {} } }, 'FieldValueForbidden spec.exempt'],
      'negative shares': [
        { spec: { limited: { nominalConcurrencyShares: -1 } } },
        'FieldValueInvalid spec.limited.nominalConcurrencyShares',
      ],
      'lending more than all': [
        { spec: { limited: { lendablePercent: 101 } } },
        'FieldValueInvalid spec.limited.lendablePercent',
      ],
      'borrowing less than nothing': [
        { spec: { limited: { borrowingLimitPercent: -1 } } },
        'FieldValueInvalid spec.limited.borrowingLimitPercent',
      ],
      'an unknown response': [answering({ type: 'Wait' }), `FieldValueNotSupported ${RESPONSE}.type`],
      'queues without their number': [answering({ type: 'Queue' }), `FieldValueRequired ${RESPONSE}.queuing`],
      'rejection with queues': [
        answering({ type: 'Reject', queuing: {} }),
        `FieldValueForbidden ${RESPONSE}.queuing`,
      ],
      'negative queues': [
        answering({ type: 'Queue', queuing: { queues: -1 } }),
        `FieldValueInvalid ${RESPONSE}.queuing.queues`,
        `FieldValueInvalid ${RESPONSE}.queuing.handSize`,
      ],
      'a hand of more than all queues': [
        answering({ type: 'Queue', queuing: { queues: 4, handSize: 5 } }),
        `FieldValueInvalid ${RESPONSE}.queuing.handSize`,
      ],
    },
  },
];
