import { markAbsent } from '../data/absent-entities.js';
import { type Place, type PlanPath, entitiesAt, placesAt } from '../data/plan-path.js';
import type { Rewrite } from '../data/rewrites.js';
import { type JSONObject, isJSONObject, merge } from '../data/json-object.js';
import { type RepresentationWriter, type TypeRepresentation, keyOf } from './representation-writer.js';

/** How an entity is named to a subgraph. */
export class Representation {
  constructor(
    private readonly entity: JSONObject,
    private readonly type: TypeRepresentation,
    private written?: string,
  ) {}

  /** As JSON; a subgraph of this process mostly has no need of it. */
  get text(): string {
    this.written ??= this.type.write(this.entity) ?? 'null';
    return this.written;
  }

  /** The same as an object, whose owner may change it. */
  build(): JSONObject | null {
    return this.type.build(this.entity);
  }
}

/** The entities of one fetch: each is asked for once, however many places of the response it stands for. */
export class EntityBatch {
  readonly representations: Representation[] = [];
  private readonly entities: readonly JSONObject[];
  /** The representation of each entity; -1 for those that are not asked for. */
  private readonly indexes: number[] = [];

  constructor(
    private readonly root: JSONObject,
    private readonly path: PlanPath,
  ) {
    this.entities = entitiesAt(root, path);
  }

  /** Writes the representations. */
  fill(represent: RepresentationWriter): void {
    const byText = new Map<string, number>();
    const byKey = new Map<TypeRepresentation, Map<string, number>>();
    for (const entity of this.entities) {
      const type = represent.of(entity['__typename']);
      const key = quickKey(entity, type);
      if (typeof key !== 'string') {
        this.indexes.push(this.addUnlessKnown(entity, type, byText));
        continue;
      }
      // It says as much as the text, which need not be written to be compared.
      let ofType = byKey.get(type);
      if (!ofType) byKey.set(type, (ofType = new Map()));
      let index = ofType.get(key);
      if (index === undefined) ofType.set(key, (index = this.add(new Representation(entity, type))));
      this.indexes.push(index);
    }
  }

  /** Merges what was received for each representation into all entities that it stands for. */
  merge(received: readonly unknown[], rewrite: Rewrite | undefined): void {
    const rewritten = new Set<number>();
    for (let i = 0; i < this.entities.length; i += 1) {
      const index = this.indexes[i] ?? -1;
      const entity = this.entities[i];
      const answer = received[index];
      if (entity && answer === null) markAbsent(entity);
      if (!entity || !isJSONObject(answer)) continue;
      keepTypename(entity, answer, rewrite);
      if (rewrite && !rewritten.has(index)) {
        rewrite(answer);
        rewritten.add(index);
      }
      merge(entity, answer);
    }
  }

  /** The first `most` places of the response that a representation stands for. */
  places(index: number, most: number): Place[] {
    const wanted = new Set(this.entities.filter((_, i) => this.indexes[i] === index));
    return placesAt(this.root, this.path, wanted, most);
  }

  private addUnlessKnown(entity: JSONObject, type: TypeRepresentation, byText: Map<string, number>): number {
    const text = type.write(entity);
    // Something that the representation needs is missing.
    if (text === null) return -1;
    // The entity's own type, too: a rewrite may have made one of several.
    const key = `${String(entity['__typename'])} ${text}`;
    const known = byText.get(key) ?? this.add(new Representation(entity, type, text));
    byText.set(key, known);
    return known;
  }

  private add(representation: Representation): number {
    return this.representations.push(representation) - 1;
  }
}

/** Nothing worse may take the place of the type that is known; and rewrites read it. */
function keepTypename(entity: JSONObject, answer: JSONObject, rewrite: Rewrite | undefined): void {
  const told = answer['__typename'];
  if (!told && (rewrite || told !== undefined)) answer['__typename'] = entity['__typename'];
}

function quickKey(entity: JSONObject, { only, fields }: TypeRepresentation): unknown {
  if (only !== undefined) return entity[only];
  return fields && keyOf(entity, fields);
}
