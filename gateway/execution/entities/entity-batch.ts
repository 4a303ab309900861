import { isRecord } from '../../../kernel/is-record.js';
import { markAbsent } from '../data/absent-entities.js';
import { type Place, type PlanPath, entitiesAt, placesAt } from '../data/plan-path.js';
import type { Rewrite } from '../data/rewrites.js';
import { type JSONObject, merge } from '../data/json-object.js';
import { type RepresentationWriter, type TypeRepresentation, keyOf } from './representation-writer.js';

/** Representation of an entity. */
export class Representation {
  constructor(
    private readonly entity: JSONObject,
    private readonly type: TypeRepresentation,
    private written?: string,
  ) {}

  /** As JSON, on demand: subgraphs in this process rarely need it. */
  get text(): string {
    this.written ??= this.type.write(this.entity) ?? 'null';
    return this.written;
  }

  /** As an object that the caller may modify. */
  build(): JSONObject | null {
    return this.type.build(this.entity);
  }
}

/** Entities of one fetch, deduplicated by representation. */
export class EntityBatch {
  readonly representations: Representation[] = [];
  private readonly entities: readonly JSONObject[];
  /** Index of the representation of each entity; -1 for skipped ones. */
  private readonly indexes: number[] = [];

  constructor(
    private readonly root: JSONObject,
    private readonly path: PlanPath,
  ) {
    this.entities = entitiesAt(root, path);
  }

  /** Writes the representations. */
  fill(representationWriter: RepresentationWriter): void {
    const byText = new Map<string, number>();
    const byKey = new Map<TypeRepresentation, Map<string, number>>();
    for (const entity of this.entities) {
      const type = representationWriter.of(entity['__typename']);
      const key = quickKey(entity, type);
      if (typeof key !== 'string') {
        this.indexes.push(this.addUnlessKnown(entity, type, byText));
        continue;
      }
      // A cheaper key than the JSON, which need not be serialized for comparison.
      let ofType = byKey.get(type);
      if (!ofType) byKey.set(type, (ofType = new Map()));
      let index = ofType.get(key);
      if (index === undefined) ofType.set(key, (index = this.add(new Representation(entity, type))));
      this.indexes.push(index);
    }
  }

  /** Merges the response of each representation into all its entities. */
  merge(received: readonly unknown[], rewrite: Rewrite | undefined): void {
    const rewritten = new Set<number>();
    for (let i = 0; i < this.entities.length; i += 1) {
      const index = this.indexes[i] ?? -1;
      const entity = this.entities[i];
      const value = received[index];
      if (entity && value === null) markAbsent(entity);
      if (!entity || !isRecord(value)) continue;
      keepTypename(entity, value, rewrite);
      if (rewrite && !rewritten.has(index)) {
        rewrite(value);
        rewritten.add(index);
      }
      merge(entity, value);
    }
  }

  /** The first `max` places of a representation in the response. */
  places(index: number, max: number): Place[] {
    const entities = new Set(this.entities.filter((_, i) => this.indexes[i] === index));
    return placesAt(this.root, this.path, entities, max);
  }

  private addUnlessKnown(entity: JSONObject, type: TypeRepresentation, byText: Map<string, number>): number {
    const text = type.write(entity);
    // A required field is missing.
    if (text === null) return -1;
    // Include the original type: a rewrite may map several types to one.
    const key = `${String(entity['__typename'])} ${text}`;
    const index = byText.get(key) ?? this.add(new Representation(entity, type, text));
    byText.set(key, index);
    return index;
  }

  private add(representation: Representation): number {
    return this.representations.push(representation) - 1;
  }
}

/** Keeps the known, more specific type name, which rewrites read. */
function keepTypename(entity: JSONObject, received: JSONObject, rewrite: Rewrite | undefined): void {
  const typename = received['__typename'];
  if (!typename && (rewrite || typename !== undefined)) received['__typename'] = entity['__typename'];
}

function quickKey(entity: JSONObject, { only, fields }: TypeRepresentation): unknown {
  if (only !== undefined) return entity[only];
  return fields && keyOf(entity, fields);
}
