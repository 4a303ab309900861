import { flowSchemaCauses, priorityLevelCauses } from './flow-control-rules.js';
import type { FlowSchema, PriorityLevelConfiguration, Queuing } from './flow-control-types.js';
import type { Condition } from './object.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';

const GROUP = 'flowcontrol.apiserver.k8s.io';

const PRECEDENCE = 1000;

export const flowSchemas = defineResource<FlowSchema>({
  group: GROUP,
  kind: 'FlowSchema',
  generation: true,
  defaults: (schema) => ({
    ...schema,
    spec: { ...schema.spec, matchingPrecedence: schema.spec?.matchingPrecedence || PRECEDENCE },
    status: schema.status ?? {},
  }),
  validate: flowSchemaCauses,
  columns: [
    nameColumn<FlowSchema>(),
    {
      name: 'PriorityLevel',
      type: 'string',
      value: ({ spec }) => spec.priorityLevelConfiguration?.name ?? '',
    },
    { name: 'MatchingPrecedence', type: 'string', value: ({ spec }) => String(spec.matchingPrecedence) },
    {
      name: 'DistinguisherMethod',
      type: 'string',
      value: ({ spec }) => spec.distinguisherMethod?.type ?? '<none>',
    },
    ageColumn<FlowSchema>(),
    { name: 'MissingPL', type: 'string', value: danglingText },
  ],
});

function danglingText({ status }: FlowSchema): string {
  return status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?';
}

/** Says in the status of a flow whether its priority exists. */
export function danglingCondition({ spec }: Pick<FlowSchema, 'spec'>, isFound: boolean): Condition {
  const level = JSON.stringify(spec.priorityLevelConfiguration?.name ?? '');
  const found = isFound ? 'and it exists' : 'but there is no such object';
  return {
    type: 'Dangling',
    status: isFound ? 'False' : 'True',
    reason: isFound ? 'Found' : 'NotFound',
    message: `This FlowSchema references the PriorityLevelConfiguration object named ${level} ${found}`,
  };
}

const LIMITED = { nominalConcurrencyShares: 30, lendablePercent: 0 };
const EXEMPT = { nominalConcurrencyShares: 0, lendablePercent: 0 };
const QUEUING = { queues: 64, handSize: 8, queueLengthLimit: 50 };

export const priorityLevels = defineResource<PriorityLevelConfiguration>({
  group: GROUP,
  kind: 'PriorityLevelConfiguration',
  generation: true,
  defaults: (level) => ({ ...level, spec: levelDefaults(level.spec ?? {}), status: level.status ?? {} }),
  validate: priorityLevelCauses,
  columns: [
    nameColumn<PriorityLevelConfiguration>(),
    { name: 'Type', type: 'string', value: ({ spec }) => spec.type ?? '' },
    {
      name: 'NominalConcurrencyShares',
      type: 'string',
      value: ({ spec }) => amountText(spec.limited?.nominalConcurrencyShares),
    },
    { name: 'Queues', type: 'string', value: (level) => amountText(queuingOf(level)?.queues) },
    { name: 'HandSize', type: 'string', value: (level) => amountText(queuingOf(level)?.handSize) },
    {
      name: 'QueueLengthLimit',
      type: 'string',
      value: (level) => amountText(queuingOf(level)?.queueLengthLimit),
    },
    ageColumn<PriorityLevelConfiguration>(),
  ],
});

type LevelSpec = PriorityLevelConfiguration['spec'];

function levelDefaults(spec: LevelSpec): LevelSpec {
  const { limited, exempt } = spec;
  const response = limited?.limitResponse;
  const queuing = response?.queuing && { ...QUEUING, ...response.queuing };
  return {
    ...spec,
    ...(limited && {
      limited: { ...LIMITED, ...limited, limitResponse: { ...response, ...(queuing && { queuing }) } },
    }),
    ...((exempt ?? spec.type === 'Exempt') && { exempt: { ...EXEMPT, ...exempt } }),
  };
}

function queuingOf({ spec }: PriorityLevelConfiguration): Queuing | undefined {
  return spec.limited?.limitResponse?.queuing;
}

function amountText(amount: number | undefined): string {
  return amount === undefined ? '<none>' : String(amount);
}
