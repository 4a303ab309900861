import { customTypes, storedType } from '../kinds/custom-types.js';
import { customResourceDefinitions } from '../kinds/custom-resource-definitions.js';
import { isTrue, type CustomResourceDefinition } from '../kinds/definition.js';
import { servedAt, servedTypes, typeOfId, type ServedType } from '../kinds/registry.js';
import { groupVersion, type ResourceType } from '../kinds/resource.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** What a definition adds to the kinds of its cluster. */
interface Defined {
  readonly definition: CustomResourceDefinition;
  readonly stored: ResourceType | undefined;
  readonly served: readonly ServedType[];
}

/** One list for all clusters without definitions: documents are kept by their list. */
const NO_TYPES: readonly ServedType[] = [];

/**
 * The kinds that one cluster serves: those of the registry, and those of its established definitions. They follow the
 * definitions at once; the objects of a kind are forgotten when its definition is gone.
 */
export class ClusterResources {
  private readonly defined = new Map<string, Defined>();
  private readonly byPath = new Map<string, ServedType>();
  private list = NO_TYPES;

  constructor(private readonly store: ClusterStore) {
    store.onChange(customResourceDefinitions, ({ type, object }) => {
      const definition = object as CustomResourceDefinition;
      if (type === 'DELETED') this.remove(definition);
      else this.set(definition);
    });
  }

  /** Serves the kinds of definitions that were read from the database. */
  restore(): void {
    for (const definition of this.store.all(customResourceDefinitions)) this.set(definition);
  }

  /** The kind served at `v1/pods`, `example.com/v1/robots` …; undefined if there is none. */
  servedAt(version: string, plural: string): ServedType | undefined {
    return servedAt(version, plural) ?? this.byPath.get(`${version}/${plural}`);
  }

  /** The stored kind with this id, e.g. `deployments.apps`. */
  typeOfId(id: string): ResourceType | undefined {
    return typeOfId(id) ?? this.defined.get(id)?.stored;
  }

  /** The versions in which the objects of a kind are served. */
  servedAs({ id }: ResourceType): readonly ServedType[] {
    const own = this.defined.get(id)?.served;
    return own ?? servedTypes.filter(({ type }) => type.id === id);
  }

  /** The kinds of definitions, by group and version. Another list after each change. */
  get custom(): readonly ServedType[] {
    return this.list;
  }

  /** Whether the definition of a kind is being deleted. */
  isTerminating({ id }: ResourceType): boolean {
    return this.defined.get(id)?.definition.metadata.deletionTimestamp !== undefined;
  }

  private set(definition: CustomResourceDefinition): void {
    const { name } = definition.metadata;
    const known = this.defined.get(name);
    // A kind of the registry has precedence.
    if (!isTrue(definition, 'Established') || typeOfId(name)) return;
    const isSame =
      known?.definition.spec === definition.spec &&
      known.definition.status?.acceptedNames === definition.status?.acceptedNames;
    if (isSame) return void this.defined.set(name, { ...known, definition });
    const stored = storedType(definition);
    this.defined.set(name, { definition, stored, served: customTypes(definition) });
    if (stored) this.store.addType(stored);
    this.changed();
  }

  private remove(definition: CustomResourceDefinition): void {
    const { name } = definition.metadata;
    const stored = this.defined.get(name)?.stored;
    if (!this.defined.delete(name)) return;
    this.changed();
    if (!stored) return;
    // Watches send what was deleted, when that is durable, before they end.
    void this.store.durable().then(
      () => {
        if (!this.defined.has(name)) this.store.removeType(stored);
      },
      () => undefined,
    );
  }

  private changed(): void {
    const all = [...this.defined.values()].flatMap(({ served }) => served);
    this.list =
      all.length === 0 ? NO_TYPES : all.sort((a, b) => (a.group < b.group ? -1 : Number(a.group > b.group)));
    this.byPath.clear();
    for (const served of this.list) this.byPath.set(`${groupVersion(served)}/${served.type.plural}`, served);
  }
}
