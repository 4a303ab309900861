import { AUTHORIZER } from '../cel/authorizer.js';
import { operationRuleCauses, type OperationRule } from './admission-rules.js';
import { duplicate, invalidValue, required, unsupported } from '../schema/causes.js';
import { labelSelectorCauses } from './label-selector-rules.js';
import { matchConditionCauses, type NamedExpression } from './match-conditions.js';
import type { KubeObject, LabelSelector } from './object.js';
import { ageColumn, type Cause, type Column, defineResource, nameColumn } from './resource.js';
import { clientConfigCauses, type WebhookClientConfig, webhookNameCauses } from './webhook-client-rules.js';

/** An admission webhook. Its configuration has defaults for all fields but those that a client must set. */
export interface AdmissionWebhook {
  readonly name: string;
  readonly clientConfig: WebhookClientConfig;
  readonly rules?: readonly OperationRule[];
  readonly failurePolicy?: string;
  readonly matchPolicy?: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly sideEffects?: string;
  readonly timeoutSeconds?: number;
  readonly admissionReviewVersions?: readonly string[];
  readonly matchConditions?: readonly NamedExpression[];
  /** Of mutating webhooks only. */
  readonly reinvocationPolicy?: string;
}

/** The webhooks that one owner registers. */
export interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly AdmissionWebhook[];
}

/** The most webhooks of a configuration: one request may be for all of them. */
const MAX_WEBHOOKS = 100;

/** The variables of match conditions. */
export const MATCH_VARIABLES = {
  object: 'dyn',
  oldObject: 'dyn',
  request: 'dyn',
  namespaceObject: 'dyn',
  authorizer: AUTHORIZER,
} as const;

function withDefaults<T extends WebhookConfiguration>(configuration: T, mutates: boolean): T {
  const { webhooks } = configuration;
  return webhooks
    ? { ...configuration, webhooks: webhooks.map((each) => completed(each, mutates)) }
    : configuration;
}

const DEFAULTS: Partial<AdmissionWebhook> = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
};

function completed(webhook: AdmissionWebhook, mutates: boolean): AdmissionWebhook {
  const { clientConfig, rules } = webhook;
  const { service } = clientConfig ?? {};
  return {
    ...DEFAULTS,
    ...(mutates && { reinvocationPolicy: 'Never' }),
    ...webhook,
    ...(service && { clientConfig: { ...clientConfig, service: { port: 443, ...service } } }),
    ...(rules && { rules: rules.map((rule) => ({ scope: '*', ...rule })) }),
  };
}

function configurationCauses({ webhooks = [] }: WebhookConfiguration): Cause[] {
  if (webhooks.length > MAX_WEBHOOKS)
    return [invalidValue('webhooks', webhooks.length, `must have at most ${MAX_WEBHOOKS} items`)];
  const names = new Set<string>();
  return webhooks.flatMap((webhook, index) => {
    const field = `webhooks[${index}]`;
    const isTwice = names.has(webhook.name);
    names.add(webhook.name);
    return [
      ...webhookCauses(field, webhook),
      ...reviewVersionCauses(`${field}.admissionReviewVersions`, webhook.admissionReviewVersions),
      ...(webhook.name && isTwice ? [duplicate(`${field}.name`, webhook.name)] : []),
    ];
  });
}

const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const SUPPORTED = {
  failurePolicy: ['Fail', 'Ignore'],
  matchPolicy: ['Equivalent', 'Exact'],
  reinvocationPolicy: ['IfNeeded', 'Never'],
} as const;

function webhookCauses(field: string, webhook: AdmissionWebhook): Cause[] {
  const { sideEffects, timeoutSeconds = 10 } = webhook;
  const sideEffectCauses =
    sideEffects === undefined
      ? [required(`${field}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(', ')}`)]
      : choiceCauses(`${field}.sideEffects`, sideEffects, SIDE_EFFECTS);
  const timeoutCauses =
    timeoutSeconds < 1 || timeoutSeconds > 30
      ? [
          invalidValue(
            `${field}.timeoutSeconds`,
            timeoutSeconds,
            'the timeout value must be between 1 and 30 seconds',
          ),
        ]
      : [];
  return [
    ...webhookNameCauses(`${field}.name`, webhook.name),
    ...operationRuleCauses(`${field}.rules`, webhook.rules),
    ...choiceCauses(`${field}.failurePolicy`, webhook.failurePolicy, SUPPORTED.failurePolicy),
    ...choiceCauses(`${field}.matchPolicy`, webhook.matchPolicy, SUPPORTED.matchPolicy),
    ...sideEffectCauses,
    ...timeoutCauses,
    ...labelSelectorCauses(`${field}.namespaceSelector`, webhook.namespaceSelector),
    ...labelSelectorCauses(`${field}.objectSelector`, webhook.objectSelector),
    ...choiceCauses(`${field}.reinvocationPolicy`, webhook.reinvocationPolicy, SUPPORTED.reinvocationPolicy),
    ...clientConfigCauses(`${field}.clientConfig`, webhook.clientConfig),
    ...matchConditionCauses(`${field}.matchConditions`, webhook.matchConditions, MATCH_VARIABLES),
  ];
}

function choiceCauses(field: string, value: string | undefined, supported: readonly string[]): Cause[] {
  return value === undefined || supported.includes(value) ? [] : [unsupported(field, value, supported)];
}

const REVIEW_VERSIONS = ['v1', 'v1beta1'];

function reviewVersionCauses(field: string, versions: readonly string[] = []): Cause[] {
  const names = REVIEW_VERSIONS.join(', ');
  if (versions.length === 0) return [required(field, `must specify one of ${names}`)];
  const twice = versions.flatMap((version, index) =>
    versions.indexOf(version) < index
      ? [invalidValue(`${field}[${index}]`, version, 'duplicate version')]
      : [],
  );
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return twice;
  return [...twice, invalidValue(field, versions, `must include at least one of ${names}`)];
}

const columns: Column<WebhookConfiguration>[] = [
  nameColumn<WebhookConfiguration>(),
  { name: 'Webhooks', type: 'integer', value: ({ webhooks = [] }) => webhooks.length },
  ageColumn<WebhookConfiguration>(),
];

export const mutatingWebhooks = defineResource<WebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingWebhookConfiguration',
  generation: true,
  defaults: (configuration) => withDefaults(configuration, true),
  validate: configurationCauses,
  columns,
});

export const validatingWebhooks = defineResource<WebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingWebhookConfiguration',
  generation: true,
  defaults: (configuration) => withDefaults(configuration, false),
  validate: configurationCauses,
  columns,
});
