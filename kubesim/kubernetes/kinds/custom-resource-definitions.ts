import type { CustomResourceDefinition, DefinitionNames } from './definition.js';
import { definitionCauses } from './definition-rules.js';
import { defineResource, nameColumn } from './resource.js';

/** CustomResourceDefinitions. The kinds that they define are built by custom-types.ts. */
export const customResourceDefinitions = defineResource<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  generation: true,
  defaults: withDefaults,
  validate: definitionCauses,
  columns: [
    nameColumn<CustomResourceDefinition>(),
    { name: 'Created At', type: 'date', value: ({ metadata }) => metadata.creationTimestamp },
  ],
});

const NO_NAMES: DefinitionNames = { plural: '', kind: '' };

type Spec = CustomResourceDefinition['spec'];
type Conversion = NonNullable<Spec['conversion']>;

/** Names, the conversion and the stored versions. A client may have left out fields that validation requires. */
function withDefaults(definition: CustomResourceDefinition): CustomResourceDefinition {
  const given: Partial<Spec> | undefined = definition.spec;
  const spec = {
    ...EMPTY,
    ...given,
    names: withDefaultNames({ ...NO_NAMES, ...given?.names }),
    conversion: withDefaultPort(given?.conversion ?? EMPTY.conversion),
  };
  return { ...definition, spec, status: withStoredVersion(definition.status, spec) };
}

const EMPTY = { group: '', scope: '' as Spec['scope'], versions: [], conversion: { strategy: 'None' } };

/** The Service of a conversion webhook has a port. */
function withDefaultPort(conversion: Conversion): Conversion {
  const { clientConfig } = conversion.webhook ?? {};
  if (!clientConfig?.service) return conversion;
  const service = { port: 443, ...clientConfig.service };
  return { ...conversion, webhook: { ...conversion.webhook, clientConfig: { ...clientConfig, service } } };
}

function withDefaultNames(names: DefinitionNames): DefinitionNames {
  const { kind, singular, listKind } = names;
  return { ...names, singular: singular || kind.toLowerCase(), listKind: listKind || `${kind}List` };
}

/** The version in which objects are stored counts as stored, also when the next one is stored. */
function withStoredVersion(status: CustomResourceDefinition['status'], { versions }: Spec) {
  const storedVersions = status?.storedVersions ?? [];
  const storage = versions.find((version) => version.storage)?.name;
  const isKnown = storage === undefined || storedVersions.includes(storage);
  return {
    conditions: [],
    acceptedNames: NO_NAMES,
    ...status,
    storedVersions: isKnown ? storedVersions : [...storedVersions, storage],
  };
}
