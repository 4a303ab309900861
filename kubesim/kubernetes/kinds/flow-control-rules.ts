import { sameJson } from '../../../kernel/same-json.js';
import { forbiddenValue, formatCauses, invalidValue, required, unsupported } from '../schema/causes.js';
import type {
  FlowRule,
  FlowSchema,
  FlowSubject,
  NonResourceRule,
  PriorityLevelConfiguration,
  Queuing,
  ResourceRule,
} from './flow-control-types.js';
import { dnsLabel, dnsSubdomain } from './formats.js';
import type { Cause } from './resource.js';

const HIGHEST_PRECEDENCE = 10_000;
const EXEMPT = 'exempt';
const DISTINGUISHERS = ['ByNamespace', 'ByUser'];

/** Validates a FlowSchema. */
export function flowSchemaCauses({ metadata, spec }: FlowSchema, old?: FlowSchema): Cause[] {
  const { distinguisherMethod, rules = [] } = spec;
  const level = spec.priorityLevelConfiguration?.name;
  const name = 'spec.priorityLevelConfiguration.name';
  const method = distinguisherMethod?.type;
  return [
    ...precedenceCauses(metadata.name, spec.matchingPrecedence ?? 0, 'spec.matchingPrecedence'),
    ...(method && !DISTINGUISHERS.includes(method)
      ? [unsupported('spec.distinguisherMethod.type', method, DISTINGUISHERS)]
      : []),
    ...(level
      ? formatCauses(name, level, dnsSubdomain)
      : [required(name, 'must reference a priority level')]),
    ...rules.flatMap((rule, index) => ruleCauses(rule, `spec.rules[${index}]`)),
    ...(old ? mandatoryCauses(metadata.name, spec, old.spec) : []),
  ];
}

function precedenceCauses(name: string, precedence: number, field: string): Cause[] {
  return [
    ...(precedence > 0 ? [] : [invalidValue(field, precedence, 'must be a positive value')]),
    ...(precedence > HIGHEST_PRECEDENCE
      ? [invalidValue(field, precedence, `must not be greater than ${HIGHEST_PRECEDENCE}`)]
      : []),
    ...(precedence === 1 && name !== EXEMPT
      ? [invalidValue(field, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")]
      : []),
  ];
}

function ruleCauses(
  { subjects = [], resourceRules = [], nonResourceRules = [] }: FlowRule,
  path: string,
): Cause[] {
  const none = 'at least one of resourceRules and nonResourceRules has to be non-empty';
  return [
    ...(subjects.length === 0
      ? [required(`${path}.subjects`, 'subjects must contain at least one value')]
      : []),
    ...subjects.flatMap((subject, index) => subjectCauses(subject, `${path}.subjects[${index}]`)),
    ...(resourceRules.length + nonResourceRules.length === 0 ? [required(path, none)] : []),
    ...resourceRules.flatMap((rule, index) => resourceCauses(rule, `${path}.resourceRules[${index}]`)),
    ...nonResourceRules.flatMap((rule, index) => pathCauses(rule, `${path}.nonResourceRules[${index}]`)),
  ];
}

/** The fields of subjects by their kinds. */
const SUBJECTS = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;

function subjectCauses(subject: FlowSubject, path: string): Cause[] {
  const { kind = '' } = subject;
  const kinds = Object.keys(SUBJECTS) as (keyof typeof SUBJECTS)[];
  const known = kinds.find((each) => each === kind);
  if (!known) return [unsupported(`${path}.kind`, kind, kinds.sort())];
  const own = SUBJECTS[known];
  return [
    ...(subject[own]
      ? subjectNameCauses(own, subject[own], `${path}.${own}`)
      : [required(`${path}.${own}`, `${own} is required when subject kind is '${kind}'`)]),
    ...kinds
      .filter((each) => each !== known && subject[SUBJECTS[each]])
      .map((each) => {
        const field = SUBJECTS[each];
        return forbiddenValue(`${path}.${field}`, `${field} is forbidden when subject kind is not '${each}'`);
      }),
  ];
}

function subjectNameCauses(
  kind: string,
  { name, namespace }: { readonly name?: string; readonly namespace?: string },
  path: string,
): Cause[] {
  if (kind !== 'serviceAccount') return name ? [] : [required(`${path}.name`)];
  const missing = 'must specify namespace for service account';
  return [
    ...(name ? [] : [required(`${path}.name`)]),
    ...(name && name !== '*' ? formatCauses(`${path}.name`, name, dnsSubdomain) : []),
    ...(namespace
      ? formatCauses(`${path}.namespace`, namespace, dnsLabel)
      : [required(`${path}.namespace`, missing)]),
  ];
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function verbCauses(verbs: readonly string[], field: string): Cause[] {
  if (verbs.length === 0) return [required(field, 'verbs must contain at least one value')];
  if (verbs.includes('*')) return aloneCauses(verbs, field, 'verbs');
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [unsupported(field, verbs, VERBS)];
}

/** `*` is all, so that it stands alone. */
function aloneCauses(values: readonly string[], field: string, what: string): Cause[] {
  if (values.length < 2 || !values.includes('*')) return [];
  return [invalidValue(field, values, `if '*' is present, must not specify other ${what}`)];
}

function resourceCauses(rule: ResourceRule, path: string): Cause[] {
  const { verbs = [], apiGroups = [], resources = [], namespaces = [], clusterScope } = rule;
  const none = 'resource rules must supply at least one';
  return [
    ...verbCauses(verbs, `${path}.verbs`),
    ...(apiGroups.length === 0 ? [required(`${path}.apiGroups`, `${none} api group`)] : []),
    ...aloneCauses(apiGroups, `${path}.apiGroups`, 'api groups'),
    ...(resources.length === 0 ? [required(`${path}.resources`, `${none} resource`)] : []),
    ...aloneCauses(resources, `${path}.resources`, 'resources'),
    ...(namespaces.length === 0 && !clusterScope
      ? [
          required(
            `${path}.namespaces`,
            'resource rules that are not cluster scoped must supply at least one namespace',
          ),
        ]
      : []),
    ...namespaceCauses(namespaces, `${path}.namespaces`),
  ];
}

function namespaceCauses(namespaces: readonly string[], path: string): Cause[] {
  if (namespaces.includes('*')) return aloneCauses(namespaces, path, 'namespaces');
  const why = "each member of this list must be '*' or a DNS-1123 label; ";
  return namespaces.flatMap((name, index) =>
    dnsLabel(name).map((problem) => invalidValue(`${path}[${index}]`, name, `${why}${problem}`)),
  );
}

function pathCauses({ verbs = [], nonResourceURLs: urls = [] }: NonResourceRule, path: string): Cause[] {
  const field = `${path}.nonResourceURLs`;
  return [
    ...verbCauses(verbs, `${path}.verbs`),
    ...(urls.length === 0 ? [required(field, 'nonResourceURLs must contain at least one value')] : []),
    ...(urls.includes('*')
      ? aloneCauses(urls, field, 'non-resource URLs')
      : urls.flatMap((url, index) => urlCauses(url, `${field}[${index}]`))),
  ];
}

function urlCauses(url: string, field: string): Cause[] {
  if (url === '') return [invalidValue(field, url, 'must not be empty')];
  if (url === '/') return [];
  if (!url.startsWith('/')) return [invalidValue(field, url, "must start with slash '/'")];
  if (url.includes(' ')) return [invalidValue(field, url, 'must not contain white-space')];
  if (url.includes('//')) return [invalidValue(field, url, 'must not contain double slash')];
  const star = url.indexOf('*');
  return star < 0 || (star === url.length - 1 && url.endsWith('/*'))
    ? []
    : [invalidValue(field, url, "wildcard can only do suffix matching: '*' must follow '/'")];
}

const MANDATORY = [EXEMPT, 'catch-all'];

/** Every cluster has the mandatory flows and priorities as they are. */
function mandatoryCauses(name: string, spec: object, old: object): Cause[] {
  return MANDATORY.includes(name) && !sameJson(spec, old)
    ? [invalidValue('spec', spec, `spec of '${name}' must equal the fixed value`)]
    : [];
}

const TYPES = ['Exempt', 'Limited'];

/** Validates a PriorityLevelConfiguration. */
export function priorityLevelCauses(
  { metadata, spec }: PriorityLevelConfiguration,
  old?: PriorityLevelConfiguration,
): Cause[] {
  const { type = '', limited, exempt } = spec;
  const isExempt = type === 'Exempt';
  return [
    ...((metadata.name === EXEMPT) === isExempt
      ? []
      : [invalidValue('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'")]),
    ...(type !== '' && !TYPES.includes(type) ? [unsupported('spec.type', type, TYPES)] : []),
    ...(isExempt && limited
      ? [forbiddenValue('spec.limited', 'must be nil if the type is not Limited')]
      : []),
    ...(isExempt && exempt ? shareCauses(exempt, 'spec.exempt') : []),
    ...(type === 'Limited' ? limitedCauses(spec) : []),
    ...fixedCauses(metadata.name, spec, old),
  ];
}

type Spec = PriorityLevelConfiguration['spec'];

/** Only the shares of the exempt priority may change. */
function fixedCauses(name: string, spec: Spec, old: PriorityLevelConfiguration | undefined): Cause[] {
  const fixed = (each: Spec) => ({ ...each, exempt: undefined });
  return old ? mandatoryCauses(name, fixed(spec), fixed(old.spec)) : [];
}

function limitedCauses({ limited, exempt }: Spec): Cause[] {
  const lent = limited?.borrowingLimitPercent ?? 0;
  return [
    ...(exempt ? [forbiddenValue('spec.exempt', 'must be nil if the type is Limited')] : []),
    ...(limited
      ? [
          ...shareCauses(limited, 'spec.limited'),
          ...responseCauses(limited.limitResponse ?? {}, 'spec.limited.limitResponse'),
        ]
      : [required('spec.limited', 'must not be empty when type is Limited')]),
    ...(lent < 0
      ? [
          invalidValue(
            'spec.limited.borrowingLimitPercent',
            lent,
            'if specified, must be a non-negative integer',
          ),
        ]
      : []),
  ];
}

function shareCauses(
  { nominalConcurrencyShares: shares = 0, lendablePercent: percent = 0 }: NonNullable<Spec['exempt']>,
  path: string,
): Cause[] {
  return [
    ...(shares < 0
      ? [invalidValue(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer')]
      : []),
    ...(percent < 0 || percent > 100
      ? [invalidValue(`${path}.lendablePercent`, percent, 'must be between 0 and 100, inclusive')]
      : []),
  ];
}

const RESPONSES = ['Queue', 'Reject'];

function responseCauses(
  { type = '', queuing }: { readonly type?: string; readonly queuing?: Queuing },
  path: string,
): Cause[] {
  const field = `${path}.queuing`;
  if (type === 'Reject')
    return queuing ? [forbiddenValue(field, 'must be nil if limited.limitResponse.type is not Limited')] : [];
  if (type !== 'Queue') return type === '' ? [] : [unsupported(`${path}.type`, type, RESPONSES)];
  return queuing
    ? queuingCauses(queuing, field)
    : [required(field, 'must not be empty if limited.limitResponse.type is Limited')];
}

const MOST_QUEUES = 10_000_000;

function queuingCauses({ queues = 0, handSize = 0, queueLengthLimit = 0 }: Queuing, path: string): Cause[] {
  const positive = 'must be positive';
  return [
    ...(queueLengthLimit > 0 ? [] : [invalidValue(`${path}.queueLengthLimit`, queueLengthLimit, positive)]),
    ...(queues > 0 ? [] : [invalidValue(`${path}.queues`, queues, positive)]),
    ...(queues > MOST_QUEUES
      ? [invalidValue(`${path}.queues`, queues, `must not be greater than ${MOST_QUEUES}`)]
      : []),
    ...(handSize > 0 ? [] : [invalidValue(`${path}.handSize`, handSize, positive)]),
    ...(handSize > queues
      ? [invalidValue(`${path}.handSize`, handSize, `should not be greater than queues (${queues})`)]
      : []),
  ];
}
