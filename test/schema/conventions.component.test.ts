import { readFile } from 'node:fs/promises';
import {
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { clientSchema } from '../scenarios/isolation/isolation-client.js';

/** The rules of docs/graph.md over the composed schema. An exception is listed by name with its reason. */
const schema = await clientSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

/** A typed element of the schema with its coordinate, which names it in messages. */
interface Member {
  readonly at: string;
  readonly name: string;
  readonly type: GraphQLField<unknown, unknown>['type'] | GraphQLInputField['type'];
  readonly description: string | null | undefined;
}

function membersOf(type: GraphQLNamedType): Member[] {
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => member(type.name, field));
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    member(type.name, field),
    ...field.args.map((argument) => member(`${type.name}.${field.name}`, argument)),
  ]);
}

function member(
  parent: string,
  part: GraphQLField<unknown, unknown> | GraphQLInputField | GraphQLArgument,
): Member {
  const { name, type, description } = part;
  return { at: `${parent}.${name}`, name, type, description };
}

const members = types.flatMap(membersOf);
const enums = types.filter((type): type is GraphQLEnumType => isEnumType(type));
const isList = ({ type }: Member) => isListType(isNonNullType(type) ? type.ofType : type);
const inputOf = (mutation: GraphQLField<unknown, unknown>) =>
  getNamedType(mutation.args.find(({ name }) => name === 'input')?.type);
const upperFirst = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Coordinates that violate a rule, without the exceptions. */
function breaking(places: readonly string[], exceptions: Readonly<Record<string, string>> = {}): string[] {
  return places.filter((place) => !(place in exceptions)).sort();
}

describe('every type, field, argument and enum value', () => {
  test('has a description', () => {
    const values = enums.flatMap((type) =>
      type.getValues().map((value) => ({ at: `${type.name}.${value.name}`, description: value.description })),
    );
    const described = [
      ...types.map((type) => ({ at: type.name, description: type.description })),
      ...members,
      ...values,
    ];
    const without = described.filter(({ description }) => !description?.trim()).map(({ at }) => at);
    expect(breaking(without)).toEqual([]);
  });

  test('is named in the case of its kind', () => {
    const wrongTypes = types
      .filter(({ name }) => !/^([A-Z][a-z0-9]*)+$|^JSON$|^BigInt$/.test(name))
      .map(({ name }) => name);
    const wrongMembers = members.filter(({ name }) => !/^[a-z][a-zA-Z0-9]*$/.test(name)).map(({ at }) => at);
    const wrongValues = enums.flatMap((type) =>
      type
        .getValues()
        .filter(({ name }) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(name))
        .map(({ name }) => `${type.name}.${name}`),
    );
    expect([...wrongTypes, ...wrongMembers, ...wrongValues]).toEqual(
      ['VSwitch'].filter((name) => wrongTypes.includes(name)),
    );
  });

  test('uses the words of the glossary in its name and its description', async () => {
    const replaced = Object.keys(
      JSON.parse(await readFile('test/schema/replaced-words.json', 'utf8')) as object,
    );
    const words = new RegExp(`\\b(${replaced.join('|')})\\b`, 'i');
    const inNames = new RegExp([...replaced, 'machine', 'advice'].join('|').replaceAll(' ', ''), 'i');
    const texts = [...types.map(({ name, description }) => ({ at: name, name, description })), ...members];
    expect(texts.filter(({ description }) => words.test(description ?? '')).map(({ at }) => at)).toEqual([]);
    expect(
      texts.filter(({ name }) => inNames.test(name.replaceAll(/recommend/gi, ''))).map(({ at }) => at),
    ).toEqual([]);
  });
});

describe('fields and arguments', () => {
  /** Names that clients outside this repository have fixed, and names that match one of these. */
  const NOT_CALLED_ID: Readonly<Record<string, string>> = {
    instanceTypes: 'fixed in NodePoolInput',
    instanceType: 'the singular of instanceTypes',
    timeZone: 'fixed in CreateClusterInput',
  };
  const ID_EXCEPTIONS: Readonly<Record<string, string>> = {
    'ComponentDefinition.name': 'the name is the id: installComponent takes it',
    'Query.explainAccess.on': 'fixed: an object of any type',
    'Query.whoCan.on': 'fixed: an object of any type',
    'Viewer.can.on': 'fixed: an object of any type',
  };

  test('have the type ID if and only if they are named id or end in Id or Ids', () => {
    const named = ({ name }: Member) => /^(id|ids)$|(Id|Ids)$/.test(name);
    const wrong = members
      .filter((member) => named(member) !== (getNamedType(member.type).name === 'ID'))
      .filter(({ name, type }) => !(name in NOT_CALLED_ID && getNamedType(type).name === 'ID'));
    expect(
      breaking(
        wrong.map(({ at }) => at),
        ID_EXCEPTIONS,
      ),
    ).toEqual([]);
  });

  test('are plural if they are a list of ids', () => {
    const wrong = members.filter(
      (member) => /Ids?$|^ids?$/.test(member.name) && isList(member) !== /Ids$|^ids$/.test(member.name),
    );
    expect(wrong.map(({ at }) => at)).toEqual([]);
  });

  /** Nouns that are singular in lists, or plural for a single value. */
  const NUMBERS: Readonly<Record<string, string>> = {
    path: 'the path of an error is one path, of several names',
    whoCan: 'fixed: the question of Kubernetes, who can do it',
    drift: 'what drifted, however much',
    preinstalled: 'an adjective: the products that come with it',
    missingInScalingGroup: 'an adjective: the nodes that are missing there',
  };

  test('are plural if they are a list, and singular in a filter otherwise', () => {
    const singularLists = members
      .filter((member) => isList(member) && !member.name.endsWith('s') && !(member.name in NUMBERS))
      .map(({ at }) => at);
    const pluralValues = members
      .filter(({ at }) => /^\w+Filter\./.test(at))
      .filter(
        (member) => !isList(member) && member.name.endsWith('s') && getNamedType(member.type).name !== 'JSON',
      )
      .filter(({ type }) => getNamedType(type).name !== 'Boolean')
      .filter(({ name }) => !['minVcpus', 'nameContains'].includes(name))
      .map(({ at }) => at);
    expect([...singularLists, ...pluralValues]).toEqual([]);
  });

  /** Points in time whose names do not end in At, with the reason. */
  const TIMES: Readonly<Record<string, string>> = {
    at: 'the point in time of an event, a measurement or an activity: fixed in Event and MetricPoint',
    from: 'the beginning of a time span: fixed in Query.metrics',
    to: 'the end of a time span: fixed in Query.metrics',
    after: 'fixed in TimeZone.nextTransition',
    nextTransition: 'fixed in TimeZone',
    idleSince: 'the time since which the node has been idle, like the times of a Condition of Kubernetes',
    scheduledFor: 'what an operation waits for, not when it was scheduled',
    expiryDate: 'the word of the release calendar of Kubernetes versions',
  };

  test('have the type DateTime if and only if they end in At', () => {
    const wrong = members
      .filter(({ name, type }) => /At$/.test(name) !== (getNamedType(type).name === 'DateTime'))
      .filter(({ name, type }) => !(name in TIMES && getNamedType(type).name === 'DateTime'));
    expect(wrong.map(({ at }) => at)).toEqual([]);
  });

  /** Numbers whose names omit their unit, with the reason. */
  const WITHOUT_UNIT: Readonly<Record<string, string>> = {
    'Cluster.metrics.step': 'fixed',
    'Workload.metrics.step': 'fixed',
    'ThrottledError.retryAfter': 'the word of the HTTP header Retry-After, in seconds as there',
    'NodePoolAutoscaling.scaleInThreshold': 'node pools are stored with it: a rename changes data',
    'NodePoolAutoscalingInput.scaleInThreshold': 'node pools are stored with it: a rename changes data',
  };
  const UNIT =
    /(Seconds|Minutes|Hours|Days|Weeks|Months|Bytes|KiB|MiB|GiB|TiB|Mbps|Percent|Millis|Cores|Gpus|Vcpus)$/;

  test('end in the unit of time or size that their description gives', () => {
    const words: Readonly<Record<string, RegExp>> = {
      Seconds: /\bin seconds\b|\bseconds (to|that|for|of)\b/i,
      Minutes: /\bin minutes\b/i,
      Days: /\bin days\b/i,
      GiB: /\bin GiB\b/,
      MiB: /\bin MiB\b/,
      Bytes: /\bin bytes\b/i,
      Percent: /\bin (percent|per cent)\b|\bpercentage\b/i,
    };
    const numbers = members.filter(({ type }) =>
      ['Int', 'Float', 'BigInt'].includes(getNamedType(type).name),
    );
    const wrong = numbers.filter(({ name, description }) =>
      Object.entries(words).some(
        ([unit, word]) => word.test(description ?? '') && !name.endsWith(unit) && !UNIT.test(name),
      ),
    );
    expect(
      breaking(
        wrong.map(({ at }) => at),
        WITHOUT_UNIT,
      ),
    ).toEqual([]);
  });

  test('first and after are together the arguments of a connection', () => {
    const fields = types.flatMap((type) =>
      isObjectType(type)
        ? Object.values(type.getFields()).map((field) => ({ at: `${type.name}.${field.name}`, field }))
        : [],
    );
    const wrong = fields.filter(({ field }) => {
      const paged = ['first', 'after'].map((name) =>
        field.args.find((arg) => arg.name === name)?.type.toString(),
      );
      const connection = getNamedType(field.type).name.endsWith('Connection');
      return connection ? paged.join() !== 'Int,String' : paged[0] !== undefined && paged[1] !== undefined;
    });
    expect(wrong.map(({ at }) => at)).toEqual([]);
  });

  /** Lists that cannot be sorted, with the reason. */
  const UNSORTED: Readonly<Record<string, string>> = {
    'Cluster.events': 'the event log has one order, that of its sequence',
    'Query.auditEvents': 'the audit log has one order, that of its chain',
    'Query.events': 'the event log has one order, that of its sequence',
    'Cluster.namespaces': "a cluster's Kubernetes API lists by name and sorts by nothing else",
    'Cluster.workloads': "a cluster's Kubernetes API lists by name and sorts by nothing else",
    'Query.workloads': "a cluster's Kubernetes API lists by name and sorts by nothing else",
    'Workload.pods': "a cluster's Kubernetes API lists by name and sorts by nothing else",
    'Cluster.resources': 'put together from several tables, in the order in which a cluster is made',
    'Query.instances': 'the cloud lists them by id',
  };

  test('a connection has orderBy, named after the type of its items', () => {
    const lists = types
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
      .filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'));
    const orders = lists.map(({ type, field }) => [
      `${type.name}.${field.name}`,
      String(field.args.find(({ name }) => name === 'orderBy')?.type),
    ]);
    const expected = lists.map(({ type, field }) => {
      const at = `${type.name}.${field.name}`;
      const order = getNamedType(field.type).name.replace(/Connection$/, 'Order');
      return [at, at in UNSORTED ? 'undefined' : order];
    });
    expect(orders).toEqual(expected);
    expect(
      Object.keys(UNSORTED).filter(
        (at) => !lists.some(({ type, field }) => at === `${type.name}.${field.name}`),
      ),
    ).toEqual([]);
  });

  test('orderBy takes a field and a direction of the type of its list', () => {
    const orders = members.filter(({ name }) => name === 'orderBy');
    for (const { at, type } of orders) {
      const order = getNamedType(type);
      if (!isInputObjectType(order)) throw new Error(`${at} is no input object`);
      const { field, direction } = order.getFields();
      expect([at, String(field?.type), String(direction?.type), direction?.defaultValue]).toEqual([
        at,
        `${order.name}Field!`,
        'OrderDirection',
        'ASC',
      ]);
      // Items of a list have the fields by which it is sorted.
      const item = schema.getType(order.name.replace(/Order$/, ''));
      const values = getNamedType(field?.type);
      if (!isObjectType(item) || !isEnumType(values)) throw new Error(`${order.name} has no type or fields`);
      const fields = values
        .getValues()
        .map(({ name }) => name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
      expect(fields.filter((name) => !(name in item.getFields()))).toEqual([]);
    }
  });
});

describe('mutations', () => {
  test.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    '%s takes an input and dryRun, and returns a payload, all named after it',
    (name, { args, type }) => {
      const actual = args.map((arg) => `${arg.name}: ${String(arg.type)}`).sort();
      expect(actual).toEqual(['dryRun: Boolean', `input: ${upperFirst(name)}Input!`]);
      expect(String(type)).toBe(`${upperFirst(name)}Payload!`);
    },
  );

  test.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    '%s takes a clientToken, and returns its resource, an operation and userErrors',
    (_, mutation) => {
      const input = inputOf(mutation);
      if (!isInputObjectType(input)) throw new Error('the input is no input object');
      expect(String(input.getFields()['clientToken']?.type)).toBe('String');
      const payload = getNamedType(mutation.type);
      if (!isObjectType(payload)) throw new Error('the payload is no object');
      const { operation, userErrors, ...resources } = payload.getFields();
      expect([String(operation?.type), String(userErrors?.type)]).toEqual(['Operation', '[UserError!]!']);
      // A resource can be rejected; a list of resources is empty then.
      const wrong = Object.values(resources).filter(
        ({ type }) => isNonNullType(type) !== isListType(isNonNullType(type) ? type.ofType : type),
      );
      expect(wrong.map(({ name }) => name)).toEqual([]);
    },
  );

  /** Verbs of mutations that change an existing object. */
  const CHANGES =
    /^(update|delete|cancel|pause|resume|upgrade|migrate|configure|uninstall|restore|sync|scale|close|rename|decide)/;
  const OTHER_ID: Readonly<Record<string, string>> = {
    scaleNodePool: 'nodePoolId is fixed',
    scaleWorkload: 'workloadId is fixed',
  };
  const WITH_ID: Readonly<Record<string, string>> = {
    revokeServiceAccountKey: 'a key is revoked once and for all',
    publishKubernetesVersion: 'a version is named when it is published',
  };

  test.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    '%s has its subject as id, and other resources by type and Id',
    (name, mutation) => {
      const input = inputOf(mutation);
      if (!isInputObjectType(input)) throw new Error('the input is no input object');
      const changed = CHANGES.test(name) ? name.replace(CHANGES, '').replace(/Vertically$/, '') : '';
      const changesOne = ['LoadBalancer', 'Eip'].includes(changed) || isObjectType(schema.getType(changed));
      const { id } = input.getFields();
      if (name in OTHER_ID) expect(id).toBeUndefined();
      else
        expect([name, id && String(id.type)]).toEqual([
          name,
          changesOne || name in WITH_ID ? 'ID!' : undefined,
        ]);
    },
  );
});

describe('object types with an id', () => {
  const CATALOG = 'an entry of the catalog: its id has no prefix, and its own list or field has it';
  /** Types that Query.node does not find, with the reason. */
  const EXCEPTIONS: Readonly<Record<string, string>> = {
    AccessRequest: 'only the list shows requests to the requester and to those who may decide',
    AuditEvent: 'only the list, which needs a scope of its own, shows the audit log',
    ClusterResource: 'a view of a VPC, an instance and so on: it has the id of what it shows',
    ControlPlaneReplica: 'its id is its name, unique in its cluster alone',
    HighRiskOperation: CATALOG,
    InstanceType: CATALOG,
    KubernetesVersion: CATALOG,
    NodeImage: CATALOG,
    Region: CATALOG,
    ServiceAccount: 'only the list, which needs serviceAccounts.read, shows them',
    ServiceAccountKey: 'a part of its service account',
    TimeZone: CATALOG,
    Zone: CATALOG,
  };

  test('implement Resource if and only if Query.node finds them', () => {
    const withId = types.filter(
      (type) => isObjectType(type) && String(type.getFields()['id']?.type) === 'ID!',
    );
    const found = withId.filter(
      (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Resource'),
    );
    const missing = withId.filter((type) => !found.includes(type)).map(({ name }) => name);
    expect(missing.sort()).toEqual(Object.keys(EXCEPTIONS).sort());
  });
});

describe('fields with a state, a type or a kind', () => {
  const OF_KUBERNETES = 'a word of Kubernetes, which adds to them';
  const FIXED = 'fixed by external clients; a second field is the enum, see below';
  const ARCHITECTURE = 'a word of the cloud, which adds to them';
  /** Fields that are strings instead of enums, with the reason. */
  const TEXTS: Readonly<Record<string, string>> = {
    'ComponentDefinition.category': 'a word of the component catalog, which is data',
    'Condition.status': 'fixed; a word of Kubernetes',
    'Condition.type': 'fixed; an open set, as in Kubernetes',
    'Container.state': OF_KUBERNETES,
    'InstanceType.architecture': ARCHITECTURE,
    'InstanceTypeFilter.architecture': ARCHITECTURE,
    'InvolvedObject.kind': OF_KUBERNETES,
    'ManifestObject.kind': OF_KUBERNETES,
    'Namespace.phase': OF_KUBERNETES,
    'Node.state': FIXED,
    'Node.status': 'fixed; a word of Kubernetes',
    'NodeImage.architecture': ARCHITECTURE,
    'Operation.type': FIXED,
    'Pod.phase': 'fixed; a word of Kubernetes',
    'RemovedApi.kind': OF_KUBERNETES,
    'RemovedApiInput.kind': OF_KUBERNETES,
    'ScalingEvent.trigger': 'fixed; an open set: whatever changes a size names itself',
  };

  test('are enums, or are listed here with the reason why they are text', () => {
    const words =
      /^(state|type|kind|status|category|trigger|architecture|level|phase|origin|role|mode|severity)$/i;
    const events = types.filter(
      (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Event'),
    );
    // Event.type is fixed, in every type that implements it.
    const fixed = ['Event', ...events.map(({ name }) => name)].map((name) => `${name}.type`);
    const texts = members
      .filter(({ name, type }) => words.test(name) && getNamedType(type).name === 'String')
      .map(({ at }) => at);
    expect(texts.filter((at) => !fixed.includes(at)).sort()).toEqual(Object.keys(TEXTS).sort());
  });
});

describe('text fields with fixed values have an enum field', () => {
  test.each([
    ['Event', 'type', 'kind', 'EventKind'],
    ['Operation', 'type', 'kind', 'OperationKind'],
    ['Node', 'state', 'lifecycleState', 'NodeLifecycleState'],
  ])('%s.%s: %s', (name, text, sibling, kind) => {
    const type = schema.getType(name);
    if (!isObjectType(type) && !isInterfaceType(type)) throw new Error(`${name} has no fields`);
    const fields = type.getFields();
    expect([String(fields[text]?.type), String(fields[sibling]?.type)]).toEqual(['String!', `${kind}!`]);
  });
});
