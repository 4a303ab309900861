import type { Definition } from './definition-file.js';

/** Finds a definition by its name, e.g. `io.k8s.api.core.v1.PodSpec`. */
export type DefinitionLookup = (name: string) => SchemaNode | undefined;

const NO_FIELDS: ReadonlyMap<string, SchemaNode> = new Map();
const NO_NAMES: readonly string[] = [];
const REFERENCE = '#/components/schemas/';

/**
 * The schema of a kind, a field, or the entries of a list or map. References are resolved: a field of type PodSpec has
 * the fields of PodSpec. Nodes are created at their first use, and references are followed once: each write reads them.
 */
export class SchemaNode {
  /** Name of the definition of which this is an occurrence; undefined for plain types, lists and maps. */
  readonly definitionName: string | undefined;
  private readonly reference: string | undefined;
  private resolved: SchemaNode | undefined;
  private knownEnum: readonly string[] | null | undefined;
  private knownFields: ReadonlyMap<string, SchemaNode> | undefined;
  private knownItems: SchemaNode | null | undefined;
  private knownEntries: SchemaNode | null | undefined;

  /** `name` is given for a definition itself. */
  constructor(
    private readonly own: Definition,
    private readonly lookup: DefinitionLookup,
    name?: string,
  ) {
    this.reference = (own.$ref ?? own.allOf?.[0]?.$ref)?.slice(REFERENCE.length);
    this.definitionName = name ?? this.reference;
  }

  /** Undefined for types with several forms in JSON: IntOrString, Quantity, and fields of any type. */
  get type(): string | undefined {
    return this.own.type ?? this.target?.type;
  }

  /** `int32`, `int64`, `double`, `byte`, `date-time`, `int-or-string`. */
  get format(): string | undefined {
    return this.own.format ?? this.target?.format;
  }

  /** Allowed values of a string, or undefined. */
  get enum(): readonly string[] | undefined {
    if (this.knownEnum === undefined) this.knownEnum = this.own.enum ?? this.target?.own.enum ?? null;
    return this.knownEnum ?? undefined;
  }

  /** The documented default. Those that are Go's zero value (`''`, 0, false, `{}`) are not set by an API server. */
  get default(): unknown {
    return this.own.default;
  }

  get required(): readonly string[] {
    return this.own.required ?? this.target?.required ?? NO_NAMES;
  }

  /** Fields of an object; empty for maps and for objects of any content. */
  get fields(): ReadonlyMap<string, SchemaNode> {
    return (this.knownFields ??= this.target ? this.target.fields : this.ownFields());
  }

  private ownFields(): ReadonlyMap<string, SchemaNode> {
    const { properties } = this.own;
    if (!properties) return NO_FIELDS;
    return new Map(Object.entries(properties).map(([name, field]) => [name, this.node(field)]));
  }

  /** Schema of the entries of a list. */
  get items(): SchemaNode | undefined {
    if (this.knownItems === undefined)
      this.knownItems = this.target ? (this.target.items ?? null) : this.nodeOrNull(this.own.items);
    return this.knownItems ?? undefined;
  }

  /** Schema of the values of a map. */
  get additionalProperties(): SchemaNode | undefined {
    if (this.knownEntries === undefined)
      this.knownEntries = this.target
        ? (this.target.additionalProperties ?? null)
        : this.nodeOrNull(this.own.additionalProperties);
    return this.knownEntries ?? undefined;
  }

  /** How server-side apply merges a list; undefined means `atomic`. */
  get listType(): 'atomic' | 'set' | 'map' | undefined {
    return this.own['x-kubernetes-list-type'] ?? this.target?.listType;
  }

  /** Fields that identify the entries of a list of type `map`. */
  get listMapKeys(): readonly string[] {
    return this.own['x-kubernetes-list-map-keys'] ?? this.target?.listMapKeys ?? NO_NAMES;
  }

  /** How server-side apply merges an object or map; undefined means `granular`. */
  get mapType(): 'atomic' | 'granular' | undefined {
    return this.own['x-kubernetes-map-type'] ?? this.target?.mapType;
  }

  /** Field that identifies the entries of a list in a strategic merge patch. */
  get patchMergeKey(): string | undefined {
    return this.own['x-kubernetes-patch-merge-key'] ?? this.target?.patchMergeKey;
  }

  /** `merge`, `replace`, `retainKeys`, or several of them. */
  get patchStrategies(): readonly string[] {
    return this.own['x-kubernetes-patch-strategy']?.split(',') ?? this.target?.patchStrategies ?? NO_NAMES;
  }

  private get target(): SchemaNode | undefined {
    if (this.reference === undefined) return undefined;
    return (this.resolved ??= this.lookup(this.reference));
  }

  private nodeOrNull(definition: Definition | undefined): SchemaNode | null {
    return definition ? this.node(definition) : null;
  }

  private node(definition: Definition): SchemaNode {
    return new SchemaNode(definition, this.lookup);
  }
}
